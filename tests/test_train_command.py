"""`train` and `tokenizers` on the command line: one document, or one line of error and exit status 2."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.__main__ import main
from core.tokenizers.trained import trained_names
from tests.jobs_home import ROOT, jobs_home
from tests.test_command_line import Output, refused
from tests.training import files

SOME = ("eng_Latn", "rus_Cyrl")


def asked(paths: list[str], *more: str, vocab: int = 700) -> list[str]:
    named = [part for path in paths for part in ("--file", path)]
    return ["train", "--trainer", "superbpe", "--vocab", f"{vocab}", *named, *more]


@pytest.mark.slow
def test_a_tokenizer_is_trained_opened_listed_and_deleted(capsys: Output, tmp_path: Path) -> None:
    paths, out = files(tmp_path, SOME), tmp_path / "out"
    with jobs_home(tmp_path / "home"):
        assert main(asked(paths, "--heldout", "0.1", "--name", "mine", "--out", str(out), "--json")) == 0
        found, told = capsys.readouterr()
        document = json.loads(found)
        assert "MB of memory" in told
        assert {key: document[key] for key in ("spec", "n", "exact_export", "held_out", "out")} == {
            "spec": "trained:mine", "n": 700, "exact_export": True, "held_out": True, "out": str(out)
        }  # fmt: skip
        assert document["bytes_per_token"] > 1 and document["seconds"] > 0
        assert {path.name for path in out.iterdir()} == {
            "tokenizer.json", "tokenizer_config.json", "recipe.json", "README.md"
        }  # fmt: skip
        assert main(["count", "--tokenizer", "trained:mine", "--file", paths[0], "--json"]) == 0
        by_name = json.loads(capsys.readouterr().out)["tokens"]
        assert main(["count", "--tokenizer", f"file:{out}", "--file", paths[0], "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["tokens"] == by_name
        assert main(["tokenizers", "--json"]) == 0
        rows = json.loads(capsys.readouterr().out)["tokenizers"]
        assert rows[0] == {
            "spec": "trained:mine", "label": "mine", "maker": "trained here", "available": True, "why": "here"
        }  # fmt: skip
        assert "exists. Nothing is overwritten" in refused(capsys, *asked(paths, "--out", str(out)))
        assert main(["train", "--delete", "mine", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {"deleted": "mine"}
        assert trained_names() == []
        assert "There is no trained tokenizer 'mine'" in refused(capsys, "train", "--delete", "mine")


@pytest.mark.slow
def test_what_is_broken_off_leaves_nothing(tmp_path: Path) -> None:
    text = tmp_path / "long.txt"
    text.write_text("".join(f"{n} {n * 7919 % 10007:x} {n * n:x} word{n % 97}\n" for n in range(200_000)))
    with jobs_home(tmp_path / "home"):
        command = [sys.executable, "-m", "core", *asked([str(text)], "--name", "mine", vocab=30_000)]
        signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background of a shell ignores it
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stderr is not None and b"memory" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=120)
        assert (process.returncode, out) == (130, b"")
        assert trained_names() == [] and list((tmp_path / "home" / "trained").iterdir()) == []


def test_trainers_are_listed_with_what_can_be_set(capsys: Output) -> None:
    assert main(["train", "--list"]) == 0
    told = capsys.readouterr().out
    assert "superbpe: SuperBPE" in told and "--param transition=0" in told and "threes from the right" in told


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ([], "Name a trainer and a size"),
        (["--trainer", "bpe", "--vocab", "20", "--file", "x"], "20 entries cannot be made"),
        (["--trainer", "bpe", "--vocab", "400", "--file", "nowhere.txt"], "'nowhere.txt' is no file"),
        (["--trainer", "bpe", "--vocab", "400", "--param", "k=1"], "There is no parameter of bpe 'k'"),
        (["--trainer", "bpe", "--vocab", "many"], "--vocab: 'many' is no whole number"),
    ],
)
def test_what_cannot_be_asked_is_one_line(more: list[str], why: str, capsys: Output) -> None:
    assert why in refused(capsys, "train", *more)


def test_a_name_that_cannot_be_is_refused_before_training(capsys: Output, tmp_path: Path) -> None:
    assert "cannot be called '../x'" in refused(capsys, *asked(files(tmp_path, SOME), "--name", "../x"))


def test_tokenizers_lists_each_spec_once_and_why_not(capsys: Output) -> None:
    assert main(["tokenizers", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["tokenizers"]
    specs = [row["spec"] for row in rows]
    assert len(specs) == len(set(specs)) > 60 and {"builtin:utf8-bytes", "packaged:qwen3"} <= set(specs)
    assert all(row["why"] for row in rows)
    assert main(["tokenizers"]) == 0
    assert "builtin:utf8-bytes" in capsys.readouterr().out
