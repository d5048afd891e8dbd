"""Where a published checkpoint lies, on disk or on the Hub: its file of tensors, and what its makers say beside it."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from json import JSONDecodeError
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from core.common.errors import UnreadableFile, UserError, shown
from core.common.named_path import named_path
from core.common.numbers import count
from core.common.progress import report
from core.common.settings import settings
from core.segmenters.published.tensor_files import SafetensorsFile, TensorFile
from core.segmenters.published.torch_file import TorchFile
from core.tokenizers.hub_place import Place, place

SCHEMES = ("hub:", "file:")
_SAFE, _PICKLED = ".safetensors", (".pt", ".pth", ".bin")
_USUAL = "model.safetensors"
_CONFIG = "config.json"
_MOST_CONFIG = 2**20
_BUFFER = 2**18  # bytes that the Hub is asked for at the least
_SHOWN = 8


class HubAway(UserError):
    """The Hub could not be asked."""


@dataclass(frozen=True)
class FoundCheckpoint:
    """A checkpoint that was found, and not read yet.

    Args:
        name: for people.
        identity: of this content: a commit, or size and time of a file.
        note: where it is from, in a sentence.
    """

    name: str
    identity: str
    note: str


@contextmanager
def opened(spec: str) -> Iterator[tuple[FoundCheckpoint, "CheckpointFile"]]:
    """The checkpoint that a spec names, `hub:OWNER/NAME[/FILE][@REVISION]` or `file:PATH`; and what opens its file.

    Raises:
        UserError: nothing is there, or several files are and none is named; or paths or the Hub are switched off here.
        HubAway: the Hub could not be asked.
    """
    scheme, _, rest = spec.partition(":")
    settings().refuse(scheme)
    with _on_hub(rest) if scheme == "hub" else _here(rest) as found:
        yield found


class CheckpointFile:
    """A file that can be sought and read.

    Args:
        file: opened.
        name: of it, whose ending says what it is.
        beside: name of the JSON file that its makers put beside it; empty where there is none.
        config: opens that.
    """

    def __init__(self, file: BinaryIO, name: str, beside: str, config: Callable[[str], BinaryIO]) -> None:
        self._file, self._name, self._beside, self._config = file, name, beside, config

    def config(self) -> dict[str, Any]:
        """What the file beside it says; empty where there is none.

        Raises:
            UnreadableFile: it is no JSON.
        """
        if not self._beside:
            return {}
        with self._config(self._beside) as file:
            data = file.read(_MOST_CONFIG + 1)
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict) or len(data) > _MOST_CONFIG:
            raise UnreadableFile(f"{shown(self._beside)} beside the weights cannot be read. Fetch it again.")
        return found

    def tensors(self) -> TensorFile:
        """Its tensors.

        Raises:
            UnreadableFile: it is no file of tensors.
        """
        return (SafetensorsFile if self._name.endswith(_SAFE) else TorchFile)(self._file, self._name)


@contextmanager
def _here(rest: str) -> Iterator[tuple[FoundCheckpoint, CheckpointFile]]:
    path = named_path(rest)
    try:
        if path.is_dir():
            path = path / _chosen([one.name for one in path.iterdir() if one.is_file()], f"The folder {shown(rest)}")
        elif not path.is_file():
            raise UserError(f"There is no file or folder {shown(rest)}. Check the path.")
        about = path.stat()
        name = path.stem if path.name != _USUAL else path.resolve().parent.name
        beside = next((one for one in _configs(path.name) if (path.parent / one).is_file()), "")
        with path.open("rb") as file:
            identity = f"{about.st_size} {about.st_mtime_ns} {beside}"
            found = FoundCheckpoint(name, identity, f"Read from {shown(path.name)}.")
            yield found, CheckpointFile(file, path.name, beside, lambda one: (path.parent / one).open("rb"))
    except OSError as error:
        raise UnreadableFile(f"{shown(rest)} cannot be read: {error.strerror or error}.") from None


@contextmanager
def _on_hub(rest: str) -> Iterator[tuple[FoundCheckpoint, CheckpointFile]]:
    import httpx2
    from huggingface_hub import HfApi, hf_hub_url

    from core.tokenizers.hub_download import ANSWER_SECONDS, refusal, trouble
    from core.tokenizers.hub_file import HubFile

    where = hub_place(rest)
    settings().refuse("network")
    try:
        report(0, 0, f"Asking the Hub for {where.repository}")
        info = HfApi().model_info(
            where.repository, revision=where.revision, files_metadata=True, timeout=ANSWER_SECONDS
        )
        sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
        if where.file and where.file not in sizes:
            raise UserError(f"{where.repository} has no file {shown(where.file)}. {_there(list(sizes))}")
        chosen, commit = where.file or _chosen(list(sizes), where.repository), info.sha or ""

        def remote(name: str) -> BinaryIO:
            address = hf_hub_url(where.repository, name, revision=commit)
            return cast(BinaryIO, io.BufferedReader(HubFile(address, sizes[name]), _BUFFER))

        folder, file = str(PurePosixPath(chosen).parent), PurePosixPath(chosen).name
        near = [one if folder == "." else f"{folder}/{one}" for one in _configs(file)]
        beside = next((one for one in near if one in sizes), "")
        name = PurePosixPath(chosen).stem if file != _USUAL else where.repository.rpartition("/")[2]
        note = f"Commit {commit} of {where.repository} on the Hub, {chosen}."
        yield FoundCheckpoint(name, commit, note), CheckpointFile(remote(chosen), file, beside, remote)
    except (httpx2.HTTPError, OSError, JSONDecodeError, RuntimeError) as error:
        no = refusal(error, where)
        raise no or HubAway(f"The Hub {trouble(error)}. Try {where.repository} again in a moment.") from None


def hub_place(rest: str) -> Place:
    """What follows `hub:` taken apart; a file stands behind the repository's name.

    >>> hub_place("a/b/models/c.safetensors@main").file, hub_place("a/b").repository
    ('models/c.safetensors', 'a/b')
    """
    path, at, revision = rest.partition("@")
    parts = path.split("/", 2)
    return replace(place("/".join(parts[:2]) + at + revision), file="".join(parts[2:]))


def _chosen(names: Sequence[str], where: str) -> str:
    """The file of weights: the usual one, or the only one.

    Raises:
        UserError: there is none, or several.
    """
    if _USUAL in names:
        return _USUAL
    for endings in ((_SAFE,), _PICKLED):
        found = sorted(name for name in names if name.endswith(endings))
        if len(found) == 1:
            return found[0]
        if found:
            raise UserError(f"{where} has several files of weights: {_some(found)}. Name one, behind a slash.")
    raise UserError(f"{where} has no file of weights ({_SAFE}, {', '.join(_PICKLED)}). {_there(names)}")


def _there(names: Sequence[str]) -> str:
    return f"There is: {_some(sorted(names))}." if names else "It is empty."


def _some(names: Sequence[str]) -> str:
    more = f" and {count(len(names) - _SHOWN)} more" if len(names) > _SHOWN else ""
    return ", ".join(shown(name)[1:-1] for name in names[:_SHOWN]) + more


def _configs(file: str) -> tuple[str, str]:
    """Names that its makers give the file that says what the weights do not."""
    return f"{Path(file).stem}.json", _CONFIG
