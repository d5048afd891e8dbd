"""What is said of a corpus by a process of its own, and that bad files end that process only."""

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.common.errors import TookTooLong, TooLarge, UnknownName, UserError
from core.corpora import reading
from core.corpora.corpus import open_corpus
from core.corpora.facts import facts_of
from core.corpora.reading import examined, is_somebodys, read_apart
from core.corpora.uploads import keep_corpus
from core.counting import estimate
from core.counting.estimate import bytes_per_second, seconds_to_count
from core.counting.job import corpus_counting
from core.tokenizers.catalog import open_tokenizer

TABLE = "eng_Latn,deu_Latn\n" + "".join(f"Cat {n}.,Größe {n}.\n" for n in range(50))


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def test_facts_are_those_of_the_corpus_itself() -> None:
    assert examined("sample") == facts_of(open_corpus("sample"))


def test_text_read_apart_is_the_text_itself(tmp_path: Path) -> None:
    lines = [{"eng_Latn": "B 👩‍🚀", "deu_Latn": "C"}, {"eng_Latn": "A", "deu_Latn": ""}]
    (tmp_path / "odd.jsonl").write_text("\n".join(map(json.dumps, lines)))
    spec = f"file:{tmp_path / 'odd.jsonl'}"
    there, here = read_apart(spec), open_corpus(spec)
    assert {code: tuple(lines) for code, lines in there.sentences.items()} == dict(here.sentences)
    assert (there.fingerprint, there.notes, there.gaps, there.spec) == (here.fingerprint, here.notes, here.gaps, spec)
    assert [is_somebodys(each) for each in (spec, "floresplus", "sample", "flores200#dev")] == [
        True,
        True,
        False,
        False,
    ]


def test_a_job_from_facts_is_the_job_from_the_corpus() -> None:
    facts = keep_corpus("words.csv", TABLE.encode())
    tokenizers = [open_tokenizer("builtin:words")]
    assert corpus_counting(tokenizers, facts) == corpus_counting(tokenizers, open_corpus(facts.spec))
    with pytest.raises(UnknownName, match="eng_Latn"):
        corpus_counting(tokenizers, facts, ["eng_latn"])


BAD = {
    "empty.csv": b"",
    "no columns.csv": b"topic,price\n1,2\n",
    "broken.parquet": b"PAR1" + bytes(range(256)) * 40 + b"PAR1",
    "broken.zip": b"PK\x03\x04" + bytes(200),
    "binary.tsv": bytes(range(256)) * 10,
    "broken.jsonl": b'{"eng_Latn": "A", \n',
    "picture.png": b"\x89PNG\r\n",
    "uneven.csv": b"eng_Latn,deu_Latn\nA\n",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_upload_is_one_message_and_leaves_nothing(name: str, own_home: Path) -> None:
    with pytest.raises(UserError) as error:
        keep_corpus(name, BAD[name])
    assert "\n" not in str(error.value) and len(str(error.value)) > 20
    assert not [path for path in (own_home / "corpora" / "uploads").rglob("*") if path.is_file()]


@pytest.mark.slow
def test_what_unpacks_without_end_ends_in_its_own_process(own_home: Path) -> None:
    with pytest.raises(TooLarge):
        keep_corpus("bomb.zip", zipped("eng_Latn.txt", bytes(600 * 2**20)))
    assert not list((own_home / "corpora" / "uploads").iterdir())


def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SECONDS", 0.01)
    with pytest.raises(TookTooLong, match=r"'words\.csv' took over"):
        keep_corpus("words.csv", TABLE.encode())


def test_an_estimate_grows_with_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    facts, passed = facts_of(open_corpus("sample")), [0.0]

    class Metered:
        """Takes a second of its own clock for 500 bytes."""

        def count(self, lines: Sequence[str]) -> None:
            passed[0] += sum(len(line.encode()) for line in lines) / 500

    monkeypatch.setattr(estimate, "time", SimpleNamespace(perf_counter=lambda: passed[0]))
    assert bytes_per_second(Metered(), facts.sample) == pytest.approx(500)  # type: ignore[arg-type]
    one = seconds_to_count([1000.0], facts, facts.languages[:2])
    assert seconds_to_count([1000.0] * 2, facts, facts.languages) > one + 5
