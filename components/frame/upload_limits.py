"""How much may wait in the server's memory of what browsers upload: per file, per session, per person and in all.

Streamlit keeps what its upload widgets send until the session ends. It is counted there, with what is just arriving.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from starlette.types import Message, Receive
from streamlit import config, runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from core.common.errors import UserError
from core.common.numbers import count
from core.common.settings import settings

_ENVELOPE = 2**16  # bytes of a request around its file
_RECORD = 2**12  # bytes that a file costs beside its content, so that empty ones are no way around
_FILES = 2  # of full size that a session may keep
_SESSIONS = 2  # of full use that a person may have
_SHARE = 4  # the part of TOKEN_ATLAS_MEMORY_MB that uploads of all may have


class TooMuchUploaded(Exception):
    """An upload goes over a limit; the text is for whoever sent it."""


@dataclass
class _Arriving:
    session: str
    person: str
    most: int
    in_all: int
    n_bytes: int = _RECORD


@dataclass
class UploadLimits:
    """What arrives and what is kept, by session and by person."""

    _arriving: list[_Arriving] = field(default_factory=list)
    _person_by_session: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def counted(self, session: str, person: str, receive: Receive) -> Iterator[Receive]:
        """A way to receive the body of an upload that ends in `TooMuchUploaded` at the first byte over a limit."""
        allowed = settings()
        most = allowed.upload_mb * 2**20
        in_all = max(_SESSIONS * _FILES * most, allowed.memory_mb * 2**20 // _SHARE)
        one = _Arriving(session, person, most, in_all)
        self._person_by_session[session] = person
        self._arriving.append(one)

        async def counting() -> Message:
            message = await receive()
            one.n_bytes += len(message.get("body", b""))
            self._check(one)
            return message

        try:
            self._check(one)
            yield counting
        finally:
            self._arriving.remove(one)

    def _check(self, one: _Arriving) -> None:
        of_session = kept_bytes()
        for other in self._arriving:
            of_session[other.session] = of_session.get(other.session, 0) + other.n_bytes
        known = {name: who for name, who in self._person_by_session.items() if name in of_session}
        self._person_by_session = known
        of_person = sum(of_session[name] for name, who in known.items() if who == one.person)
        room = _ENVELOPE + _RECORD
        for n_bytes, limit, what, remedy in (
            (one.n_bytes, one.most, "A file may have", "Upload a smaller one."),
            (of_session[one.session], _FILES * one.most, "The files of one tab may have", "Remove one first."),
            (of_person, _SESSIONS * _FILES * one.most, "The files of one person may have", "Close another tab first."),
            (sum(of_session.values()), one.in_all, "The files of everybody may have", "Try again in some minutes."),
        ):
            if n_bytes > limit + room:
                raise TooMuchUploaded(f"{what} {count(limit / 2**20)} MB here (TOKEN_ATLAS_UPLOAD_MB). {remedy}")


def kept_bytes() -> dict[str, int]:
    """Bytes of the uploads that Streamlit keeps in memory, by session."""
    if not runtime.exists():
        return {}
    manager = runtime.get_instance().uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)
    return {
        session: sum(_RECORD + len(file.data) + len(file.name) for file in list(files.values()))
        for session, files in list(manager.file_storage.items())
    }


def follow_settings() -> None:
    """Let Streamlit's own limit of a file be that of this installation; a wrong setting is told by every page."""
    with suppress(UserError):
        config.set_option("server.maxUploadSize", settings().upload_mb)
