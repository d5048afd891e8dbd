"""Uploads are kept by content under harmless names, and open in a process of their own."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.common.errors import TooLarge, UnreadableFile, UserError
from core.common.settings import settings as in_force
from core.tokenizers import uploads
from core.tokenizers.catalog import open_path, open_tokenizer
from core.tokenizers.isolation.pool import IsolatedTokenizer
from core.tokenizers.uploads import keep_upload, safe_name
from tests import formats
from tests.hostile import gzip_bomb, zip_of
from tests.tiny import byte_level_bpe, word_piece


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def stored(home: Path) -> list[str]:
    files = (p.relative_to(home / "uploads") for p in (home / "uploads").rglob("*") if p.is_file())
    return sorted(str(name) for name in files if name.parts[0] != "owners")


def test_one_file(home: Path, tmp_path: Path) -> None:
    content = byte_level_bpe().encode()
    spec = keep_upload({"tokenizer.json": content})
    assert spec == keep_upload({"tokenizer.json": content}), "the same content, the same spec"
    assert spec != keep_upload({"tokenizer.json": word_piece().encode()})
    tokenizer = open_tokenizer(spec)
    assert isinstance(tokenizer, IsolatedTokenizer)
    local = open_path("x:y", formats.write(tmp_path / "f", {"tokenizer.json": content}))
    assert tokenizer.info.spec == spec and tokenizer.info.fingerprint == local.info.fingerprint
    assert tokenizer.segment("the cat").ids.tolist() == local.segment("the cat").ids.tolist()


@pytest.mark.parametrize("name", formats.names())
def test_every_format_with_a_wrong_ending(name: str) -> None:
    files = dict(formats.made(name))
    main, *others = files
    if not others:  # pairs are told apart by their names
        files = {"holiday.png": files[main]}
    options = "&".join(f"{k}={v}" for k, v in formats.options(name).items())
    tokenizer = open_tokenizer(keep_upload(files) + ("?" + options if options else ""))
    assert tokenizer.segment("the cat").n_tokens


def test_pairs_by_the_names_people_have(home: Path) -> None:
    vocab, merges = formats.made("vocab and merges").values()
    spec = keep_upload({"gpt2-vocab.json": vocab, "gpt2-merges.txt": merges})
    assert {Path(name).name for name in stored(home)} == {"vocab.json", "merges.txt"}
    assert open_tokenizer(spec + "?pre=gpt2").segment("hello").n_tokens


def test_an_archive_of_a_folder(home: Path) -> None:
    files = {"my tokenizer/tokenizer.json": byte_level_bpe().encode(), "my tokenizer/README.md": b"#"}
    more = {"__MACOSX/my tokenizer/._tokenizer.json": b"x", "my tokenizer/model/vocab.txt": b"a"}
    spec = keep_upload({"a.zip": zip_of({**files, **more})})
    assert spec.endswith("/tokenizer.json")
    assert [Path(name).name for name in stored(home)] == ["tokenizer.json"]
    assert open_tokenizer(spec).segment("the cat").n_tokens


@pytest.mark.parametrize(
    ("entries", "flags", "says"),
    [
        ({"../../etc/cron.d/x": b"a"}, {}, "reaches outside"),
        ({"/etc/passwd": b"a"}, {}, "reaches outside"),
        ({"C:\\x\\tokenizer.json": b"a"}, {}, "reaches outside"),
        ({"tokenizer.json": b"/etc/passwd"}, {"external_attr": 0o120777 << 16}, "symbolic link"),
        ({"tokenizer.json": zip_of({"tokenizer.json": b"{}"})}, {}, "holds another archive"),
        ({f"{n}/tokenizer.json": b"{}" for n in range(10_001)}, {}, "10\u202f001 files"),
        ({"tokenizer.json": b""}, {}, "empty"),
    ],
    ids=["out", "absolute", "drive", "link", "nested", "many", "empty"],
)
def test_archives_that_mean_harm(
    entries: dict[str, bytes], flags: dict[str, int], says: str, home: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=says):
        keep_upload({"a.zip": zip_of(entries, **flags)})
    assert not (home / "uploads").exists() or not stored(home)
    assert {p.name for p in tmp_path.iterdir()} <= {"home"}


def test_bombs(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TooLarge, match="over 64 MB"):
        keep_upload({"a.zip": zip_of({"tokenizer.json": bytes(80 * 2**20)})})
    lies = bytearray(zip_of({"tokenizer.json": bytes(65 * 2**20)}))
    at = lies.rindex(b"PK\x01\x02")
    lies[at + 24 : at + 28] = (1000).to_bytes(4, "little")  # claims 1,000 bytes
    with pytest.raises((TooLarge, UnreadableFile)):
        keep_upload({"a.zip": bytes(lies)})
    with pytest.raises(UserError, match="MB"):
        open_tokenizer(keep_upload({"tokenizer.json": gzip_bomb()}))
    monkeypatch.setenv("TOKEN_ATLAS_UPLOAD_MB", "1")
    with pytest.raises(TooLarge, match="over 1 MB"):
        keep_upload({"tokenizer.json": bytes(2**20 + 1)})
    with pytest.raises(TooLarge, match="32 files"):
        keep_upload({f"{n}.txt": b"a" for n in range(33)})


def test_damaged_archives() -> None:
    whole = zip_of({"tokenizer.json": byte_level_bpe().encode()})
    for bad in (whole[:100], whole[: len(whole) // 2], whole[:60] + bytes(200) + whole[260:], b"PK\x03\x04" * 100):
        with pytest.raises(UserError):
            keep_upload({"a.zip": bad})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("tokenizer.json", "{}")
    with pytest.raises(UnreadableFile, match="not read here"):
        keep_upload({"a.zip": out.getvalue()})


def test_says_what_cannot_be_kept_or_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="empty"):
        keep_upload({"tokenizer.json": b""})
    with pytest.raises(UserError, match="two different files"):
        keep_upload({"a/vocab.txt": b"a", "b/vocab.txt": b"b"})
    for bad in ("x", "../..", "0" * 16 + "/../../x", "0" * 16 + "/", "0" * 15 + "/a"):
        with pytest.raises(UserError, match="does not name an upload"):
            open_tokenizer(f"upload:{bad}")
    with pytest.raises(UserError, match="no longer stored"):
        open_tokenizer(f"upload:{'0' * 16}/tokenizer.json")
    spec = keep_upload({"tokenizer.json": b"{}"})
    monkeypatch.setenv("TOKEN_ATLAS_UPLOADS", "off")
    with pytest.raises(UserError, match="takes no uploads"):
        keep_upload({"tokenizer.json": b"{}"})
    with pytest.raises(UserError, match="takes no uploads"):
        open_tokenizer(spec)


def test_old_uploads_make_room(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_KEPT_MB", str(2500 / 2**20))
    first = keep_upload({"a": b"1" * 1000})
    second = keep_upload({"a": b"2" * 1000})
    uploads.UPLOADS.find(first.removeprefix("upload:"))  # used last
    third = keep_upload({"a": b"3" * 1000})
    kept = {name.split("/")[0] for name in stored(home)}
    assert kept == {spec.removeprefix("upload:").split("/")[0] for spec in (first, third)}
    assert second not in kept


@given(st.text(max_size=300) | st.text(alphabet="./\\ ab\0\x1b\u202e", max_size=30))
@settings(deadline=None)
def test_safe_names_are_safe(name: str) -> None:
    safe = safe_name(name)
    assert safe_name(safe) == safe
    assert Path("/x", safe).parent == Path("/x") and Path("/x", safe).name == safe
    assert safe.isprintable() and 0 < len(safe.encode()) < 200 and not safe.startswith(".")


def test_settings_say_what_is_wrong_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_PATHS", "off")
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "OFF")
    with pytest.raises(UserError, match="does not open files by path"):
        open_tokenizer("file:/etc/passwd")
    with pytest.raises(UserError, match="does not fetch from the Hub"):
        open_tokenizer("hub:a/b")
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "maybe")
    with pytest.raises(UserError, match="TOKEN_ATLAS_HUB is 'maybe'"):
        in_force()
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "on")
    monkeypatch.setenv("TOKEN_ATLAS_CHILD_MB", "-3")
    with pytest.raises(UserError, match="positive number"):
        in_force()
