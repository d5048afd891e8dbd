"""A visitor without a browser: speaks the protocol of Streamlit's frontend over a websocket, many at once.

It keeps what a browser keeps (widget states, the fragment of the editor, hashes of cached messages), so that the server
does for it what it does for a person; it draws nothing.
"""

import json
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from components.frame.scripted_component import unpacked

EDITOR = "-editor"
VIEW = "-token_view"
MOST_CACHED = 2  # as the frontend, which drops what it has not shown for two runs


class Broken(Exception):
    """The page showed an error, or the server ended the script otherwise than well."""


@dataclass
class Visitor:
    """One session on the Segmentation page.

    Args:
        address: such as "http://127.0.0.1:8501".
        specs: tokenizers in the link.
    """

    address: str
    specs: tuple[str, ...]
    _connection: ClientConnection | None = None
    _editor: str = ""
    _fragment: str = ""
    _page: str = ""
    _cached: list[str] = field(default_factory=list)

    async def __aenter__(self) -> "Visitor":
        """Connect and load the page."""
        await self._connect()
        await self._rerun(self._message())
        if not self._editor:
            raise Broken("The page came without an editor.")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection:
            await self._connection.close()

    async def open(self, page: str, query: str) -> None:
        """Load another page, and leave again.

        Raises:
            Broken: it shows an error.
        """
        await self._connect()
        message = self._message()
        message.rerun_script.page_name, message.rerun_script.query_string = page, query
        try:
            await self._rerun(message)
        finally:
            await self.__aexit__(None, None, None)

    async def _connect(self) -> None:
        address = f"{self.address.replace('http', 'ws', 1)}/_stcore/stream"
        self._connection = await connect(
            address,
            origin=self.address,  # type: ignore[arg-type]
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
        )

    async def type(self, text: str) -> bool:
        """Put this text into the editor and wait until the page has followed; was it drawn?

        Raises:
            Broken: an error came instead.
        """
        message = self._message()
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id = self._editor
        widget.json_value = json.dumps({"text": {"version": "0", "text": text}})
        message.rerun_script.fragment_id = self._fragment
        message.rerun_script.page_script_hash = self._page
        return await self._rerun(message, text)

    def _message(self) -> BackMsg:
        message = BackMsg()
        message.rerun_script.query_string = urlencode([("tokenizers", spec) for spec in self.specs])
        message.rerun_script.widget_states.SetInParent()
        message.rerun_script.context_info.timezone = "UTC"
        message.rerun_script.context_info.locale = "en-US"
        message.rerun_script.context_info.url = f"{self.address}/"
        message.rerun_script.cached_message_hashes.extend(self._cached)
        return message

    async def _rerun(self, message: BackMsg, text: str = "") -> bool:
        assert self._connection, "entered"
        await self._connection.send(message.SerializeToString())
        drawn = False
        async for data in self._connection:
            assert isinstance(data, bytes)
            answer = ForwardMsg.FromString(data)
            kind = answer.WhichOneof("type")
            if answer.metadata.cacheable:
                self._cached = [*self._cached[1 - MOST_CACHED :], answer.hash]
            if kind == "delta":
                drawn |= self._notice(answer, text)
            elif kind == "ref_hash":
                raise Broken("A view came as a reference although its text is new.")
            elif kind == "script_finished":
                if answer.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue  # the page runs once more at once
                if answer.script_finished not in (
                    ForwardMsg.FINISHED_SUCCESSFULLY,
                    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
                ):
                    raise Broken(f"The script ended with status {answer.script_finished}.")
                return drawn
        raise Broken("The server closed the connection.")

    def _notice(self, answer: ForwardMsg, text: str) -> bool:
        """Take from an element what a browser would; does it show the text?"""
        element = answer.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception" or (kind == "alert" and element.alert.format == element.alert.ERROR):
            raise Broken(f"{element.exception.message}{element.alert.body}"[:300])
        if kind != "bidi_component":
            return False
        component = element.bidi_component
        if component.id.endswith(EDITOR):
            self._editor, self._fragment = component.id, answer.delta.fragment_id or self._fragment
            self._page = answer.metadata.active_script_hash
        return component.id.endswith(VIEW) and text in unpacked(component.bytes)["data"]["text"]
