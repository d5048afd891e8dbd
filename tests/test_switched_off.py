"""HUB=off: no request leaves, by any spec or library. PATHS=off: no file of the machine is read, by spec or plan."""

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.common.download import Remote, download
from core.common.errors import UserError
from core.corpora.corpus import CORPORA, open_corpus
from core.corpora.sources import flores200, floresplus
from core.corpora.submitted import corpus_files
from core.lab.plan import Choice, Plan
from core.models import text_encoder
from core.models.hub import fetch_description
from core.models.load import open_model, outline
from core.tokenizers.catalog import SOURCES, open_tokenizer
from core.tokenizers.formats import tiktoken as tiktoken_format
from core.tokenizers.submitted import tokenizer_files
from core.work import transplant

SCHEMES = sorted(source.scheme for source in SOURCES.all().values() if source.scheme)


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[object]]:
    """What tried to leave this machine; nothing does, and a library that goes on without it is found out."""
    tried: list[object] = []

    def refused(*arguments: object, **_: object) -> None:
        tried.append(arguments)
        raise OSError("no network in this test")

    for owner, name in ((socket.socket, "connect"), (socket.socket, "connect_ex"), (socket, "getaddrinfo")):
        monkeypatch.setattr(owner, name, refused)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path / "tiktoken"))
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))
    yield tried


def names(scheme: str) -> list[str]:
    """Specs of a scheme: what it offers, what the network would have, and nonsense."""
    import tiktoken

    offered = [spec for source in SOURCES.all().values() if source.offered for spec, _ in source.offered()]
    remote = ["gpt2", "openai-community/gpt2", "openai-community/gpt2@main", f"a/b@{'0' * 40}", "https://example.org/a"]
    return [
        *[spec for spec in offered if spec.startswith(f"{scheme}:")][:3],
        *(f"{scheme}:{name}" for name in remote),
        *(f"tiktoken:{name}" for name in tiktoken.list_encoding_names() if scheme == "tiktoken"),
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_tokenizer_makes_a_request(scheme: str, attempts: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "off")
    for spec in names(scheme):
        with suppress(UserError):
            open_tokenizer(spec)
    assert attempts == []


def test_tiktoken_says_why_and_still_reads_its_cache(attempts: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="could not load"):
        open_tokenizer("tiktoken:r50k_base")
    assert attempts, "the stand-in for the network is where tiktoken looks"
    attempts.clear()
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "off")
    with pytest.raises(UserError, match="TOKEN_ATLAS_HUB=off"):
        open_tokenizer("tiktoken:r50k_base")
    with pytest.raises(UserError, match="TOKEN_ATLAS_HUB=off"):
        tiktoken_format._read_file("https://example.org/vocabulary")
    assert attempts == []


def test_no_model_corpus_or_download_makes_a_request(
    attempts: list[object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "off")
    somewhere = Remote("https://example.org/a", "0" * 64, 1, "A file", "Or none.")
    openers: list[Callable[[], object]] = [
        *(lambda key=key: open_corpus(key) for key in CORPORA.all()),
        *(lambda spec=spec: open_model(spec) for spec in ("hub:a/b", f"hub:a/b@{'0' * 40}", "gpt2", "a/b")),
        lambda: outline("hub:a/b"),
        lambda: text_encoder.open_encoder("hub:a/b"),
        lambda: fetch_description("a/b"),
        lambda: floresplus.snapshot(("dev",)),
        flores200.fetch,
        lambda: download(somewhere, tmp_path / "a"),
    ]
    for opener in openers:
        with suppress(UserError):
            opener()
    assert attempts == []
    with pytest.raises(UserError, match="TOKEN_ATLAS_HUB=off"):
        flores200.fetch()
    with pytest.raises(UserError, match="TOKEN_ATLAS_HUB=off"):
        fetch_description("a/b")


class Watch:
    """Which files and folders under a path are opened or listed, by any code of this process."""

    def __init__(self) -> None:
        self.under = ""
        self.seen: list[str] = []
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[object, ...]) -> None:
        opens = self.under and event in ("open", "os.listdir", "os.scandir")
        if opens and str(arguments[0]).startswith(self.under):
            self.seen.append(str(arguments[0]))


WATCH = Watch()


def test_no_file_of_the_machine_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "secret"
    folder.mkdir()
    for name in ("tokenizer.json", "config.json", "vocab.json", "deu_Latn.dev", "a.txt", "a.vec", "a.bin"):
        (folder / name).write_text("{}")
    file = folder / "a.txt"
    up = f"../../../../../../..{file}"
    monkeypatch.setenv("TOKEN_ATLAS_PATHS", "off")
    openers: list[Callable[[], object]] = []
    for place in (folder, file, folder / "tokenizer.json", up):
        for scheme in SCHEMES:
            openers += [
                lambda spec=f"{scheme}:{place}": open_tokenizer(spec),
                lambda spec=f"{scheme}:{place}?pre=gpt2": tokenizer_files(spec),
            ]
        for corpus in CORPORA.all():
            openers += [
                lambda spec=f"{corpus}:{place}#dev": open_corpus(spec),
                lambda spec=f"{corpus}:{place}": corpus_files(spec),
            ]
        for spec in (str(place), f"file:{place}", f"shipped:{place}", f"hub:{place}"):
            openers += [
                lambda spec=spec: open_model(spec),
                lambda spec=spec: outline(spec),
                lambda spec=spec: text_encoder.open_encoder(spec),
            ]
        for where in ("files", "corpus", "dictionary", "old_vectors", "token_vectors"):
            plan = {"model": "shipped:tiny-english", "methods": [Choice("subword_mean")]}
            value: object = (str(place),) if where == "files" else f"file:{place}" if where == "corpus" else str(place)
            openers.append(lambda plan=plan, where=where, value=value: files_of(Plan(**{**plan, where: value})))
    monkeypatch.setattr(WATCH, "under", str(folder))
    WATCH.seen.clear()
    n_refused = 0
    for opener in openers:
        try:
            opener()
        except UserError:
            n_refused += 1
    assert WATCH.seen == []
    assert n_refused > len(openers) / 2
    monkeypatch.setenv("TOKEN_ATLAS_PATHS", "on")
    with suppress(UserError):
        open_corpus(f"file:{folder}")
    assert WATCH.seen, "the watch sees what is read"


def files_of(plan: Plan) -> object:
    return transplant.files({"plan": plan.to_json()})
