"""`python -m core measure`: its JSON, its table, its intervals, its refusals."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.__main__ import main
from core.corpora.corpus import open_corpus
from core.metrics.base import LANGUAGES, METRICS, shown
from core.stats.bootstrap import Draws
from core.stats.inequality import gini

BYTES = ("--tokenizer", "builtin:utf8-bytes")
Rows = dict[tuple[str, str], dict[str, Any]]  # by language and metric


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> Rows:
    assert main(["measure", *arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == "" and out.count("\n") == 1
    return {(row["language"], row["metric"]): row for row in json.loads(out)["rows"]}


def text_file(folder: Path, text: str) -> str:
    path = folder / "text.txt"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_text_worked_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, *BYTES, "--file", text_file(tmp_path, "The naïve cat."))
    assert found["", "fertility"] == {
        "tokenizer": "builtin:utf8-bytes",
        "language": "",
        "metric": "fertility",
        "value": (3 + 6 + 3) / 3,
        "low": None,
        "high": None,
        "reason": "",
    }
    by_hand = {"n_tokens": 15, "n_added": 0, "n_characters": 14, "n_cut_characters": 1, "n_distinct": 12, "lossless": 1}
    assert {key: found["", key]["value"] for key in by_hand} == by_hand
    assert found["", "bytes_per_token"]["value"] == 1


def test_every_metric_is_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    one = rows(capsys, *BYTES, "--file", text_file(tmp_path, "a"))
    assert {metric for _, metric in one} == set(METRICS.all()) - {
        key for key, each in METRICS.all().items() if LANGUAGES in each.needs
    }
    many = rows(capsys, *BYTES, "--corpus", "sample", "--language", "eng_Latn", "--language", "deu_Latn")
    assert {metric for _, metric in many} == set(METRICS.all())
    assert {metric for language, metric in many if not language} == set(shown("languages"))


def test_the_sample_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    corpus = open_corpus("sample").only(["eng_Latn", "tha_Thai"])
    languages = ("--language", "eng_Latn", "--language", "tha_Thai")
    found = rows(capsys, *BYTES, "--corpus", "sample", *languages, "--reference", "builtin:characters")
    sizes = {code: (len("".join(lines)), len("".join(lines).encode())) for code, lines in corpus.sentences.items()}
    for code, (n_characters, n_bytes) in sizes.items():
        assert found[code, "n_tokens"]["value"] == n_bytes
        assert found[code, "characters_per_token"]["value"] == n_characters / n_bytes
        assert found[code, "normalised_sequence_length"]["value"] == n_bytes / n_characters
        assert found[code, "unknown_share"]["value"] == 0
    per_line = np.array([n_bytes for _, n_bytes in sizes.values()]) / corpus.n_sentences
    assert found["", "max_min"]["value"] == pytest.approx(per_line[1] / per_line[0])
    assert found["", "gini"]["value"] == pytest.approx(gini(per_line))


def test_words_of_thai_are_undefined_until_the_advice_is_followed(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = (*BYTES, "--corpus", "sample", "--language", "tha_Thai")
    for key in ("fertility", "continued_words", "single_token_retention"):
        row = rows(capsys, *arguments)["tha_Thai", key]
        assert (row["value"], row["low"], row["high"]) == (None, None, None)
        assert row["reason"].endswith("Thai, written without spaces between words. Count them with --segmenter uax29.")
    followed = rows(capsys, *arguments, "--segmenter", "uax29")["tha_Thai", "fertility"]
    assert followed["value"] > 1 and followed["reason"] == ""


def test_a_reference_is_asked_for_and_can_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = (*BYTES, "--file", text_file(tmp_path, "äa"))
    asked = rows(capsys, *arguments)["", "normalised_sequence_length"]
    assert (asked["value"], asked["reason"]) == (None, "Choose a tokenizer to compare with.")
    assert rows(capsys, *arguments, "--reference", "builtin:characters")["", asked["metric"]]["value"] == 1.5


def test_intervals_resample_the_sentences_that_premiums_resample(capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, "--tokenizer", "builtin:characters", "--corpus", "sample", "--language", "deu_Latn")
    row = found["deu_Latn", "bytes_per_token"]
    lines = open_corpus("sample").sentences["deu_Latn"]
    drawn = np.concatenate([*Draws(len(lines)).blocks()]).astype(np.float64)
    ratios = (drawn @ [len(line.encode()) for line in lines]) / (drawn @ [len(line) for line in lines])
    assert [row["low"], row["high"]] == pytest.approx(np.percentile(ratios, [2.5, 97.5]).tolist())
    assert row["low"] < row["value"] < row["high"]
    entropy = found["deu_Latn", "entropy"]
    assert entropy["low"] < entropy["value"] < entropy["high"]


def test_few_sentences_have_a_value_and_no_interval(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "few.csv"
    path.write_text("eng_Latn,deu_Latn\n" + "Sweet.,Süß.\n" * 9)
    found = rows(capsys, *BYTES, "--corpus", f"file:{path}")
    row = found["deu_Latn", "bytes_per_token"]
    assert (row["value"], row["low"], row["high"]) == (1, None, None)
    assert found["deu_Latn", "marks_saved"]["value"] == pytest.approx(1 / 6)  # bytes of a line, one of them of the ü
    assert found["eng_Latn", "marks_saved"]["value"] is None


def test_an_empty_text_is_undefined_with_reasons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, *BYTES, "--file", text_file(tmp_path, ""))
    assert found["", "n_tokens"]["value"] == 0
    assert (found["", "fertility"]["value"], found["", "fertility"]["reason"]) == (None, "The text holds no word.")
    assert found["", "bytes_per_token"]["reason"] == "The text is empty."


def test_tokenizers_follow_one_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    specs = ["builtin:words", "builtin:utf8-bytes"]
    assert (
        main(["measure", *(w for s in specs for w in ("--tokenizer", s)), "--file", text_file(tmp_path, "a"), "--json"])
        == 0
    )
    order = [row["tokenizer"] for row in json.loads(capsys.readouterr().out)["rows"]]
    assert list(dict.fromkeys(order)) == specs and order == sorted(order, key=specs.index)


def test_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", *BYTES, "--file", text_file(tmp_path, "né!")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["tokenizer", "language", "metric", "value", "95", "%", "interval", "remark"]
    assert lines[1].split() == ["builtin:utf8-bytes", "Tokens", "4"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--tokenizer", "builtin:wrds", "--corpus", "sample"], "Did you mean words"),
        ([*BYTES, "--corpus", "sample", "--language", "xyz_Latn"], "no language in Our sample called"),
        ([*BYTES, "--corpus", "nothing"], "no kind of corpus called"),
        ([*BYTES, "--file", "/none.txt"], "cannot be read"),
        ([*BYTES, "--file", "/none.txt", "--language", "eng_Latn"], "Leave out --language"),
        ([*BYTES, "--corpus", "sample", "--segmenter", "uax30"], "invalid choice"),
        ([*BYTES], "required"),
        (["--corpus", "sample"], "required"),
        ([*BYTES, "--corpus", "sample", "--file", "x"], "not allowed with"),
    ],
)
def test_refusals_are_one_line_and_two(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", *arguments, "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and says in err
