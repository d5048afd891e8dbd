"""Gates of `diff`, as a build uses them: exit status 0, 1 past a gate, 2 for what cannot be asked."""

import json
from pathlib import Path

import pytest

from core.__main__ import main
from tests.test_vocabulary import bpe

VOCAB = ["a", "b", "c", "Ġ", "ab", "abc"]
MERGES = [["a", "b"], ["ab", "c"]]
TEXT = "abc abc ab\n"  # five tokens, since the line end has no entry; seven without abc


@pytest.fixture
def specs(tmp_path: Path) -> tuple[str, str]:
    """A tokenizer, and the same without its last entry, with ids of a and b swapped."""
    folders = [tmp_path / name for name in ("old", "new")]
    for folder in folders:
        folder.mkdir()
    bpe(folders[0], VOCAB, MERGES)
    bpe(folders[1], ["b", "a", "c", "Ġ", "ab"], MERGES[:1])
    return f"file:{folders[0]}", f"file:{folders[1]}"


@pytest.fixture
def text(tmp_path: Path) -> str:
    (tmp_path / "text.txt").write_text(TEXT)
    return str(tmp_path / "text.txt")


@pytest.mark.parametrize(
    ("gate", "status", "says"),
    [
        ("removed=1", 0, "gate removed: 1 of 1, passed"),
        ("removed=0", 1, "gate removed: 1 of 0, NOT passed"),
        ("removed=20%", 0, "gate removed: 16.6667% of 20%, passed"),
        ("remapped=2", 0, "gate remapped: 2 of 2, passed"),
        ("remapped=33%", 1, "gate remapped: 33.3333% of 33%, NOT passed"),
        ("added=0", 0, "gate added: 0 of 0, passed"),
        ("tokens=2", 0, "gate tokens: 2 of 2, passed"),
        ("tokens=1", 1, "gate tokens: 2 of 1, NOT passed"),
        ("tokens=40%", 0, "gate tokens: 40% of 40%, passed"),
        ("tokens=39.9%", 1, "gate tokens: 40% of 39.9%, NOT passed"),
    ],
)
def test_a_gate_decides_the_exit_status(
    specs: tuple[str, str], text: str, gate: str, status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of five tokens of the text two more; of six entries one is gone and two have other ids."""
    with_status(["diff", *specs, "--text", text, "--gate", gate], status)
    said = capsys.readouterr().out
    assert says in said
    assert "5 -> 7" in said


@pytest.mark.parametrize(
    ("gate", "says"),
    [
        ("remowed=0", "removed"),
        ("removed", "NAME=VALUE"),
        ("removed=", "no number from 0 on"),
        ("removed=-1", "no number from 0 on"),
        ("tokens=nan", "no number from 0 on"),
        ("special=1%", "takes a number and no share"),
    ],
)
def test_a_gate_that_is_none_is_refused(
    specs: tuple[str, str], gate: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", *specs, "--gate", gate]) == 2
    assert says in capsys.readouterr().err


def test_special_tokens_and_templates_have_gates_of_their_own(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, ends, template in (("old", "<s>", "{{ 1 }}"), ("new", "<|end|>", "{{ 2 }}")):
        (tmp_path / name).mkdir()
        bpe(tmp_path / name, VOCAB, MERGES)
        config = {"eos_token": ends, "chat_template": template}
        (tmp_path / name / "tokenizer_config.json").write_text(json.dumps(config))
    specs = [f"file:{tmp_path / name}" for name in ("old", "new")]
    gates = ["--gate", "special=1", "--gate", "template=0", "--gate", "tokens=0"]
    with_status(["diff", *specs, "--text", text, *gates, "--json"], 1)
    said = json.loads(capsys.readouterr().out)
    assert [(one["name"], one["value"], one["passed"]) for one in said["gates"]] == [
        ("special", 2, False),
        ("template", 1, False),
        ("tokens", 0, True),
    ]
    with_status(["diff", *specs, "--text", text, "--gate", "special=2", "--gate", "template=1"], 0)


def test_a_text_that_is_not_there_is_one_message(specs: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *specs, "--text", "no-such-file.txt"]) == 2
    assert "'no-such-file.txt' cannot be read" in capsys.readouterr().err
    assert main(["diff", *specs, "--text", "no-such-file.txt", "--corpus", "udhr"]) == 2
    assert "--corpus: not allowed with argument --text" in capsys.readouterr().err


def with_status(arguments: list[str], status: int) -> None:
    """Run a command that ends with this exit status."""
    if status:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == status
    else:
        assert main(arguments) == 0
