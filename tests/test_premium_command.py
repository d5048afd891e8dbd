"""`python -m core premium`: its JSON, its table, its refusals."""

import json
from pathlib import Path

import pytest

from core.__main__ import main
from core.premium.atlas import shipped_atlas
from core.premium.premium import premiums


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))


@pytest.fixture
def corpus(tmp_path: Path) -> str:
    path = tmp_path / "a.csv"
    path.write_text("eng_Latn,deu_Latn,tha_Thai\n" + "One two.,Eins zwei.,หนึ่ง สอง\n" * 12)
    return f"file:{path}"


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    assert main(["premium", *arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == "" and out.count("\n") == 1
    found: list[dict[str, object]] = json.loads(out)["rows"]
    return found


def test_the_document(corpus: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, "--tokenizer", "builtin:utf8-bytes", "--corpus", corpus)
    assert [row["language"] for row in found] == ["eng_Latn", "deu_Latn", "tha_Thai"]
    assert found[1] == {
        "tokenizer": "builtin:utf8-bytes",
        "language": "deu_Latn",
        "tokens": 120,
        "premium": 1.25,
        "low": 1.25,
        "high": 1.25,
        "unknown_share": 0.0,
    }


def test_languages_tokenizers_and_base_are_chosen(corpus: str, capsys: pytest.CaptureFixture[str]) -> None:
    specs = ["builtin:characters", "builtin:utf8-bytes"]
    arguments = [word for spec in specs for word in ("--tokenizer", spec)]
    found = rows(capsys, *arguments, "--corpus", corpus, "--language", "tha_Thai", "--base", "deu_Latn")
    assert [(row["tokenizer"], row["language"]) for row in found] == [(spec, "tha_Thai") for spec in specs]
    assert found[0]["premium"] == 0.9 and found[1]["premium"] == 2.5


def test_joined_and_per_byte(corpus: str, capsys: pytest.CaptureFixture[str]) -> None:
    common = ("--tokenizer", "builtin:characters", "--corpus", corpus, "--language", "deu_Latn")
    joined, per_byte = rows(capsys, *common, "--joined")[0], rows(capsys, *common, "--per", "byte")[0]
    assert joined["tokens"] == 12 * 10 + 11 and joined["low"] is None
    assert per_byte["premium"] == 1.0


def test_few_sentences_have_a_premium_and_a_reason(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("eng_Latn,deu_Latn\nOne.,Eins.\n")
    found = rows(capsys, "--tokenizer", "builtin:characters", "--corpus", f"file:{path}")
    assert (
        found[1]["premium"] == 1.25 and found[1]["low"] is None and "at least 10 sentences" in str(found[1]["reason"])
    )


def test_the_shipped_counts_answer_without_counting(capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, "--tokenizer", "gpt-2", "--corpus", "atlas", "--language", "spa_Latn")
    table = shipped_atlas(["gpt-2"])
    assert found[0]["premium"] == premiums(table, "eng_Latn").value[0, table.language("spa_Latn")]
    by_spec = rows(capsys, "--tokenizer", "tiktoken:r50k_base", "--corpus", "atlas", "--language", "spa_Latn")
    assert by_spec[0]["premium"] == found[0]["premium"]


def test_the_same_seed_gives_the_same_document(capsys: pytest.CaptureFixture[str]) -> None:
    common = ("--tokenizer", "cl100k", "--corpus", "atlas", "--language", "fin_Latn")
    one, two, other = (rows(capsys, *common, "--seed", seed) for seed in ("1", "1", "2"))
    assert one == two != other


def test_a_language_is_found_by_its_name(corpus: str, capsys: pytest.CaptureFixture[str]) -> None:
    of_bytes = ("--tokenizer", "builtin:utf8-bytes", "--corpus", corpus)
    by_name = rows(capsys, *of_bytes, "--language", "Thai", "--base", "de")
    assert by_name == rows(capsys, *of_bytes, "--language", "tha_Thai", "--base", "deu_Latn")
    assert main(["premium", "--tokenizer", "gpt-2", "--corpus", "atlas", "--language", "Chinese"]) == 2
    assert "called 'Chinese'. Did you mean zho_Hans or zho_Hant" in capsys.readouterr().err, "of several none is taken"


def test_the_table(corpus: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["premium", "--tokenizer", "builtin:characters", "--corpus", corpus]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["tokenizer", "language", "tokens", "premium", "95", "%", "interval", "unknown"]
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--corpus", "sample", "--base", "xyz_Latn"], "no language in Our sample called"),
        (["--corpus", "atlas", "--base", "xyz_Latn"], "no language in FLORES-200"),
        (["--corpus", "nothing"], "no kind of corpus called"),
        (["--corpus", "file:/none.csv"], "no file"),
        (["--corpus", "sample", "--draws", "3"], "40 to 100 000 draws"),
        (["--corpus", "sample", "--per", "word"], "choice"),
    ],
)
def test_refusals_are_one_line_and_two(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    specs = ["gpt-2"] if "atlas" in arguments else ["builtin:characters"]
    assert main(["premium", "--tokenizer", *specs, *arguments, "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and says in err


def test_a_tokenizer_that_is_not_in_the_atlas(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["premium", "--tokenizer", "cl100", "--corpus", "atlas"]) == 2
    assert "Did you mean cl100k" in capsys.readouterr().err
