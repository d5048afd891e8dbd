"""Where a network beside the models lies, which a spec names: in a folder, on the Hub, or among what ships."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.common.errors import UserError, shown
from core.common.named_path import named_path
from core.common.settings import settings
from core.models.checkpoint import content_hash
from core.tokenizers.hub_place import Place


@dataclass(frozen=True)
class NetworkPlace:
    """A network's folder.

    Args:
        name: for people.
        spec: what opens it.
        folder: where its files lie.
        content: hash of the files, or a commit.
    """

    name: str
    spec: str
    folder: Path
    content: str


@dataclass(frozen=True)
class NetworkKind:
    """Networks of a kind, and where they are looked for.

    Args:
        noun: what one is called.
        holds: the files of a folder with one, in words.
        shipped: the folder of one that ships, by its name; raises `UnknownName`.
        on_hub: fetches what stands behind `hub:`, with weights if told to; the place with its commit, and the folder.
        files: the names of the files of one, by its folder and name; raises `UnreadableFile` where one is missing.
    """

    noun: str
    holds: str
    shipped: Callable[[str], Path]
    on_hub: Callable[[str, bool], tuple[Place, Path]]
    files: Callable[[Path, str], Sequence[str]]

    def find(self, spec: str, *, weights: bool) -> NetworkPlace:
        """Where the one lies that `spec` names: a folder, `hub:OWNER/NAME@REVISION` or `shipped:NAME`.

        Args:
            weights: whether those of one on the Hub are fetched.

        Raises:
            UserError: there is none; says what to name.
        """
        scheme, colon, rest = spec.partition(":")
        if colon and scheme == "hub":
            settings().refuse("hub")
            pinned, folder = self.on_hub(rest, weights)
            return NetworkPlace(pinned.repository, spec, folder, pinned.revision)
        if colon and scheme == "shipped":
            return self._in(self.shipped(rest), rest, spec)
        settings().refuse("file")
        path = named_path(rest if colon and scheme == "file" else spec)
        if not path.is_dir():
            raise UserError(
                f"There is no {self.noun} at {shown(str(path))}. Name a folder with {self.holds}, or hub:OWNER/NAME."
            )
        return self._in(path, path.resolve().name, f"file:{path}")

    def _in(self, folder: Path, name: str, spec: str) -> NetworkPlace:
        return NetworkPlace(name, spec, folder, content_hash([folder / each for each in self.files(folder, name)]))
