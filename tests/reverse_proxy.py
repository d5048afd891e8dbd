"""A tiny reverse proxy: passes requests and websockets on, and says who the visitor is, as nginx or Caddy would."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


@contextmanager
def reverse_proxy(target: str, header: str, user: str) -> Iterator[str]:
    """The address of a proxy before the server at `target`; a header of that name that a client sends is replaced."""
    loop = asyncio.new_event_loop()
    host, port = urlsplit(target).hostname, urlsplit(target).port

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
            upgrade = any(line.lower().startswith("upgrade:") for line in lines)
            dropped = (f"{header.lower()}:", *(() if upgrade else ("connection:",)))
            kept = [line for line in lines if not line.lower().startswith(dropped)]
            kept += [f"{header}: {user}"] if user else []
            kept += [] if upgrade else ["Connection: close"]  # one request per connection, so that each gets the header
            behind, ahead = await asyncio.open_connection(host, port)
            ahead.write(("\r\n".join([first, *kept]) + "\r\n\r\n").encode("latin-1"))
            await asyncio.gather(passed(reader, ahead), passed(behind, writer))

    async def passed(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                target.write(data)
                await target.drain()
            target.close()

    async def begin() -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", 0)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(begin(), loop).result(5)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
