"""The command line keeps its contract: one document, or one line of error and exit status 2."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.__main__ import main

ROOT = Path(__file__).resolve().parent.parent
Output = pytest.CaptureFixture[str]


def segmented(capsys: Output, *arguments: str) -> list[dict[str, object]]:
    assert main(["segment", "--json", *arguments]) == 0
    out, err = capsys.readouterr()
    assert not err
    return [json.loads(line) for line in out.splitlines()]


def refused(capsys: Output, *arguments: str) -> str:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.count("\n") == 1
    assert err.endswith("\n")
    return err.strip()


def test_segment_prints_one_document_for_all_tokenizers(capsys: Output) -> None:
    specs = ["--tokenizer", "builtin:words", "--tokenizer", "builtin:utf8-bytes"]
    (found,) = segmented(capsys, *specs, "--text", "é!")
    assert found == {
        "text": "é!",
        "text_bytes": 3,
        "segmentations": [
            {
                "tokenizer": "builtin:words",
                "label": "Words (UAX 29)",
                "fingerprint": found["segmentations"][0]["fingerprint"],  # type: ignore[index]
                "lossless": True,
                "ids": found["segmentations"][0]["ids"],  # type: ignore[index]
                "starts": [0, 2],
                "ends": [2, 3],
                "kinds": ["ordinary", "ordinary"],
                "pieces_hex": ["c3a9", "21"],
            },
            {
                "tokenizer": "builtin:utf8-bytes",
                "label": "UTF-8 bytes",
                "fingerprint": found["segmentations"][1]["fingerprint"],  # type: ignore[index]
                "lossless": True,
                "ids": [198, 172, 36],
                "starts": [0, 1, 2],
                "ends": [1, 2, 3],
                "kinds": ["ordinary", "ordinary", "ordinary"],
                "pieces_hex": ["c3", "a9", "21"],
            },
        ],
    }


def test_special_tokens_are_added_when_asked_for(capsys: Output) -> None:
    (found,) = segmented(capsys, "--tokenizer", "builtin:utf8-bytes", "--text", "a", "--add-special")
    assert found["segmentations"][0]["kinds"] == ["ordinary", "inserted"]  # type: ignore[index]


def test_a_file_is_read_to_the_byte(capsys: Output, tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_bytes(b"\xef\xbb\xbfa\r\nb\x00\n")
    assert main(["segment", "--json", "--tokenizer", "builtin:characters", "--file", str(file)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["text_bytes"] == 9
    assert "".join(found["segmentations"][0]["pieces_hex"]) == file.read_bytes().hex()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=5), st.booleans())
def test_json_lines_in_documents_out(capsys: Output, tmp_path: Path, texts: list[str], ascii_only: bool) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text("".join(json.dumps(t, ensure_ascii=ascii_only) + "\n" for t in texts), "utf-8", newline="\n")
    found = segmented(capsys, "--tokenizer", "builtin:graphemes", "--jsonl", str(file))
    hexes = ["".join(one["segmentations"][0]["pieces_hex"]) for one in found]  # type: ignore[index]
    assert [bytes.fromhex(h).decode() for h in hexes] == texts


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "COMMAND"),
        (["premum"], "There is no command 'premum'. Did you mean premium or probe?"),
        (
            ["repair", "--tokeniser", "x", "--tokenizer", "y"],
            "no option of python -m core repair '--tokeniser'. Did you",
        ),
        (["repair", "--tokenizer", "builtin:words", "x", "y"], "arguments: x y. Try python -m core repair --help."),
        (["premium", "--tokenizer", "gpt-2", "--draws", "1.5"], "Argument --draws: '1.5' is no whole number."),
        (["premium", "--tokenizer", "gpt-2", "--draws", "1e9"], "40 to 100 000 draws"),
        (["segment", "--text", "a"], "--tokenizer"),
        (["segment", "--tokenizer", "builtin:words"], "--text"),
        (["segment", "--tokenizer", "builtin:words", "--text", "a", "--file", "b"], "not allowed"),
        (["segment", "--tokenizer", "builtin:wrds", "--text", "a"], "Did you mean words?"),
        (["segment", "--tokenizer", "nothing", "--text", "a"], "'nothing'"),
        (["segment", "--tokenizer", "builtin:words", "--text", "a\udc80"], "lone surrogate, U+DC80"),
        (["segment", "--tokenizer", "builtin:words", "--file", "/no/such\nfile"], "No such file"),
        (["segment", "--tokenizer", "file:/no/such", "--text", "a"], "/no/such"),
        (["count", "--tokenizer", "builtin:words"], "--file"),
        (["count", "--tokenizer", "builtin:words", "--file", "."], "Is a directory"),
        (["segment", "--tok", "builtin:words", "--text", "a"], "--tok"),
    ],
)
def test_an_error_is_one_line_and_status_2(capsys: Output, arguments: list[str], said: str) -> None:
    assert said in refused(capsys, *arguments)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'"a"\n"b\n', "Line 2"),
        (b'"a"\n\n{"b": 1}\n', "Line 3"),
        (b'"\\ud800"\n', "Line 1 of"),
        (b'"a"\n"\xff"\n', "byte 0xFF at offset 5"),
        (b"[" * 100_000, "Line 1"),
    ],
)
def test_a_damaged_line_is_named_before_anything_is_printed(
    capsys: Output, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_bytes(content)
    assert said in refused(capsys, "segment", "--json", "--tokenizer", "builtin:words", "--jsonl", str(file))


def test_a_file_that_is_not_utf8_names_the_byte(capsys: Output, tmp_path: Path) -> None:
    file = tmp_path / "latin1.txt"
    file.write_bytes("caf\xe9 ".encode("latin-1"))
    message = refused(capsys, "count", "--tokenizer", "builtin:words", "--file", str(file))
    assert "byte 0xE9 at offset 3" in message


@pytest.mark.parametrize(
    ("content", "per_line"),
    [
        (b"", []),
        (b"\n", [0]),
        (b"ab\n\nc", [2, 0, 1]),
        (b"ab\n\nc\n", [2, 0, 1]),
        (b"a\r\nb\n", [2, 1]),
        ("a\u2028b\x0cc\n".encode(), [5]),
    ],
)
def test_count_goes_line_by_line(capsys: Output, tmp_path: Path, content: bytes, per_line: list[int]) -> None:
    file = tmp_path / "lines.txt"
    file.write_bytes(content)
    arguments = ["count", "--json", "--tokenizer", "builtin:characters", "--file", str(file)]
    assert main([*arguments, "--per-line", "--timing"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found.pop("seconds_counting") >= 0
    n_chars = len(content.decode())
    totals = {"tokens": sum(per_line), "unknown": 0, "bytes": len(content), "chars": n_chars}
    assert found == totals | {"per_line": per_line}
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out) == totals


def test_people_get_a_table_in_which_no_control_character_acts(capsys: Output) -> None:
    assert main(["segment", "--tokenizer", "builtin:characters", "--text", "a\x1b[31m\n"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "'\\x1b'" in out
    assert "7 bytes in 7 tokens, lossless" in out


def test_standard_input_is_streamed(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'"a"\n"b"\nbad\n')))
    assert main(["segment", "--json", "--tokenizer", "builtin:words", "--jsonl", "-"]) == 2
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    assert "Line 3 of '-'" in err


def run(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {sys.executable} {command}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_a_reader_who_leaves_early_gets_no_traceback(tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text('"a b c"\n' * 50_000)
    done = run(f"-m core segment --json --tokenizer builtin:words --jsonl {file} | head -1")
    assert len(done.stdout.splitlines()) == 1
    assert not done.stderr
    assert done.returncode == 141


def test_starting_up_imports_no_library_that_the_command_does_not_need() -> None:
    heavy = ["torch", "transformers", "streamlit", "pandas", "plotly", "pyarrow", "scipy", "matplotlib"]
    script = (
        "import sys; from core.__main__ import main; "
        "main(['segment', '--json', '--tokenizer', 'builtin:words', '--text', 'a']); "
        f"print(sorted(set({heavy}) & set(sys.modules)), file=sys.stderr); "
        "print('core.cli.premium' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=240, check=True
    )
    assert done.stderr.split("\n")[:2] == ["[]", "False"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf16_is_read_and_said(capsys: Output, tmp_path: Path, encoding: str) -> None:
    text = "Hé\n你\r\n🙂"
    data = text.encode(encoding)
    path = tmp_path / "a.txt"
    path.write_bytes(data if encoding == "utf-16" else b"\xfe\xff" + data)
    assert main(["count", "--json", "--per-line", "--tokenizer", "builtin:utf8-bytes", "--file", str(path)]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {"tokens": 11, "unknown": 0, "bytes": 13, "chars": 7, "per_line": [3, 4, 4]}
    assert "is UTF-16" in err
    assert main(["segment", "--json", "--tokenizer", "builtin:utf8-bytes", "--file", str(path)]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["text_bytes"] == len(text.encode()) and "is UTF-16" in err
    path.write_bytes(path.read_bytes()[:-1])
    for command in ("count", "segment"):
        refused(capsys, command, "--tokenizer", "builtin:utf8-bytes", "--file", str(path))


def test_a_byte_order_mark_is_counted_and_said(capsys: Output, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffHi".encode())
    for command in ("count", "segment"):
        assert main([command, "--json", "--tokenizer", "builtin:utf8-bytes", "--file", str(path)]) == 0
        out, err = capsys.readouterr()
        assert '"tokens":5' in out or '"text_bytes":5' in out
        assert "byte order mark" in err


def test_an_interrupt_within_a_class_being_made_ends_with_130_too() -> None:
    """Python notes that it passed through exec(), and ended `python -m core` by the signal though it was caught."""
    script = (
        "import runpy, sys; from core.cli import tokenizers\n"
        "def broken_off(options): exec('raise KeyboardInterrupt')\n"
        "object.__setattr__(tokenizers.COMMAND, 'run', broken_off)\n"
        "sys.argv = ['core', 'tokenizers']; runpy.run_module('core', run_name='__main__')\n"
    )
    with TemporaryDirectory() as folder:
        (Path(folder) / "broken.py").write_text(script)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join((folder, str(ROOT)))}
        done = subprocess.run([sys.executable, "-m", "broken"], env=environment, check=False, timeout=60)
    assert done.returncode == 130
