"""What the files that a plan names by path look like now: an answer about them is not one about those of later."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from core.common.errors import UserError
from core.common.named_path import named_path
from core.common.settings import settings
from core.corpora.submitted import corpus_files
from core.corpora.text_uploads import SCHEME
from core.lab.plan import Plan
from core.tokenizers.catalog import split_options

_FILE = "file:"


def files_seen(plan: Plan) -> tuple[tuple[str, int, int], ...]:
    """Path, bytes and time of the last change of each; none where paths are switched off, or nothing is there."""
    if not settings().paths:
        return ()
    specs = (plan.model, plan.tokenizer, plan.donor, plan.helper, plan.encoder, plan.hypernetwork)
    named = [split_options(spec.removeprefix(_FILE))[0] for spec in specs if spec.startswith(_FILE)]
    named += [name for name in (*plan.files, *plan.lexicons) if not name.startswith(SCHEME)]
    paths = [each for name in named for each in _files(name)]
    with suppress(UserError):
        paths += corpus_files(plan.corpus) if plan.corpus else []
    return tuple(seen for path in paths for seen in _seen(path))


def _seen(path: Path) -> Iterator[tuple[str, int, int]]:
    with suppress(OSError):  # it has gone meanwhile
        found = path.stat()
        yield str(path), found.st_size, found.st_mtime_ns


def _files(name: str) -> list[Path]:
    with suppress(UserError):
        return _files_at(named_path(name))
    return []


def _files_at(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(each for each in path.iterdir() if each.is_file())
    return [path] if path.is_file() else []
