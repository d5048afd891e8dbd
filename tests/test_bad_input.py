"""Bad input by the command line, end to end: one line that says what to do, status 2, and nothing half-stored."""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from core.__main__ import main
from core.common.download import Remote
from core.corpora.sources import flores200
from core.counting.table import totals_csv
from tests.tables import made_up, table

Output = pytest.CaptureFixture[str]
LINES = "".join(f"One two {n}.,Eins zwei {n}.\n" for n in range(12))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def bomb() -> bytes:
    """An archive of 600 MB, made when it is asked for and not wherever this file is read."""
    return zipped({"eng_Latn.txt": b"\n" * 600_000_000})


def results(home: Path) -> list[Path]:
    return [path for path in home.rglob("*.safetensors") if path.is_file()]


def refused(capsys: Output, *arguments: str) -> str:
    assert main([*arguments, "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    return err


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "empty"),
        ("heading.csv", b"eng_Latn,deu_Latn\n", "sentence"),
        ("latin1.csv", b"eng_Latn,deu_Latn\nOne,Gr\xfc\xdfe\n", "not UTF-8: line 2"),
        ("misaligned.zip", zipped({"eng_Latn.txt": b"a\nb\n", "deu_Latn.txt": b"a\nb\nc\n"}), "3"),
        ("empty.zip", zipped({}), "holds no text"),
        ("outside.zip", zipped({"../../eng_Latn.txt": b"a\n", "deu_Latn.txt": b"a\n"}), "eng_Latn.txt"),
        pytest.param("bomb.zip", bomb, "MB", marks=pytest.mark.slow),
        ("cut.zip", zipped({"eng_Latn.txt": b"a\n" * 999})[:60], "cut.zip"),
    ],
    # An archive holds the time: processes would name it apart.
    ids=lambda value: None if isinstance(value, str) else "",
)
def test_a_corpus_that_cannot_be_used(
    capsys: Output, tmp_path: Path, home: Path, name: str, content: bytes | Callable[[], bytes], says: str
) -> None:
    (tmp_path / name).write_bytes(content() if callable(content) else content)
    command = ["premium", "--tokenizer", "builtin:characters", "--corpus", f"file:{tmp_path / name}"]
    assert says in refused(capsys, *command)
    assert not results(home) and not (tmp_path.parent / "eng_Latn.txt").exists()


def test_the_missing_base_is_named(capsys: Output, tmp_path: Path, home: Path) -> None:
    (tmp_path / "a.csv").write_text("fra_Latn,deu_Latn\n" + LINES)
    command = ["premium", "--tokenizer", "builtin:characters", "--corpus", f"file:{tmp_path / 'a.csv'}"]
    assert "eng_Latn" in refused(capsys, *command)
    assert not results(home)


def premiums(capsys: Output, *arguments: str) -> list[dict[str, object]]:
    assert main(["premium", *arguments, "--json"]) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)["rows"]
    return found


def test_one_language_costs_one(capsys: Output, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("eng_Latn\n" + "One two.\n" * 12)
    (row,) = premiums(capsys, "--tokenizer", "builtin:characters", "--corpus", f"file:{tmp_path / 'a.csv'}")
    assert row["premium"] == row["low"] == row["high"] == 1


def test_one_sentence_has_a_premium_and_no_interval(capsys: Output, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("eng_Latn,deu_Latn\n" + LINES.splitlines()[0] + "\n")
    _, row = premiums(capsys, "--tokenizer", "builtin:characters", "--corpus", f"file:{tmp_path / 'a.csv'}")
    assert (
        row["premium"] == pytest.approx(12 / 10) and row["low"] is None and "there is 1 sentence" in str(row["reason"])
    )


def test_a_tokenizer_to_which_everything_is_unknown(capsys: Output, tmp_path: Path) -> None:
    made = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "a.csv").write_text("eng_Latn,deu_Latn\n" + LINES)
    spec = f"file:{tmp_path / 'tokenizer.json'}"
    for row in premiums(capsys, "--tokenizer", spec, "--corpus", f"file:{tmp_path / 'a.csv'}"):
        assert row["premium"] is None and row["unknown_share"] == 1 and "unknown" in str(row["reason"])
    (tmp_path / "a.txt").write_text("One two.\n")
    assert main(["count", "--tokenizer", spec, "--file", str(tmp_path / "a.txt"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tokens"] == found["unknown"] > 0


def test_a_line_without_end_is_refused(capsys: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.counting.file.MAX_LINE_BYTES", 2_000)
    (tmp_path / "a.txt").write_text("ok\n" + "a" * 5_000)
    says = refused(capsys, "count", "--tokenizer", "builtin:characters", "--file", str(tmp_path / "a.txt"))
    assert "a line of over" in says


def test_a_late_byte_that_is_no_text_is_named(capsys: Output, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"ok\n" * 20_000 + b"\xff\n")
    says = refused(capsys, "count", "--tokenizer", "builtin:characters", "--file", str(tmp_path / "a.txt"))
    assert "line 20 001" in says and "offset 60 000" in says


def test_a_cell_that_begins_like_a_formula_is_none() -> None:
    specs = ("=1+1", "+x", "-x", "@x")
    named = tuple(made_up(spec, "t", "0" * 16) for spec in specs)
    made = table([[[1, 2]], [[3, 4]], [[5, 6]], [[7, 8]]], tokenizers=named)
    rows = [line.split(",") for line in totals_csv(made).splitlines()[1:]]
    assert [row[2][:2] for row in rows] == ["'=", "'+", "'-", "'@"]
    assert [row[4] for row in rows] == ["3", "7", "11", "15"]


CONTENT = zipped({"flores200_dataset/dev/eng_Latn.dev": b"One.\n"})


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (lambda data: data[:50], "broke off"),
        (lambda data: data[:-9] + b"otherwise", "wrong checksum"),
    ],
)
def test_a_download_that_went_wrong_leaves_no_corpus(
    capsys: Output, home: Path, monkeypatch: pytest.MonkeyPatch, sent: Callable[[bytes], bytes], says: str
) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(sent(CONTENT))

        def log_message(self, *_: object) -> None:
            pass

    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{served.server_port}/flores.tar.gz"
    remote = Remote(url, hashlib.sha256(CONTENT).hexdigest(), len(CONTENT), "FLORES-200", "Or name a folder.")
    monkeypatch.setattr(flores200.fetch, "__defaults__", (remote,))
    try:
        assert main(["fetch", "flores200"]) == 2
    finally:
        served.shutdown()
        served.server_close()
    err = capsys.readouterr().err
    assert says in err and err.count("\n") == 1
    assert not (home / "corpora" / "flores200_dataset.tar.gz").exists()
