"""Counting a corpus that a spec names: the numbers are the tokenizer's own, whichever engine counted."""

from pathlib import Path

import numpy as np
import pytest

from core.common.errors import UserError
from core.corpora.corpus import open_corpus
from core.counting.job import corpus_counting, counted
from core.counting.pieces import WORTH_TRYING
from core.counting.table import totals_csv
from core.jobs.job import Context
from core.tokenizers.catalog import open_tokenizer
from core.work import count
from tests.jobs_home import computed

SPECS = ("mistral:v3", "builtin:utf8-bytes")


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))
    path = tmp_path / "own.csv"
    rows = [f"The {n} cats,{'' if n == 7 else 'Die ' + 'größten ' * (n % 5) + str(n)}" for n in range(620)]
    path.write_text("\n".join(["eng_Latn,deu_Latn", *rows]) + "\n", encoding="utf-8")
    return path


def test_counts_of_a_long_corpus_are_those_of_the_tokenizer(table: Path) -> None:
    corpus = open_corpus(f"file:{table}")
    tokenizers = [open_tokenizer(spec) for spec in SPECS]
    job = corpus_counting(tokenizers, corpus)
    assert len(corpus.sentences["deu_Latn"]) >= WORTH_TRYING
    counts = counted(computed(count.JOB, job.params, job.inputs))
    for k, tokenizer in enumerate(tokenizers):
        for row, code in enumerate(corpus.languages):
            alone = tokenizer.count(corpus.sentences[code])
            assert np.array_equal(counts.tokens[k, row], alone.tokens)
            assert np.array_equal(counts.unknown[k, row], alone.unknown)
    bytes_of_german = sum(len(line.encode()) for line in corpus.sentences["deu_Latn"])
    # one sentence has no German
    assert f"deu_Latn,German,builtin:utf8-bytes,619,{bytes_of_german},0" in totals_csv(counts).split("\r\n")


def test_a_corpus_that_changed_is_refused(table: Path) -> None:
    job = corpus_counting([open_tokenizer("builtin:words")], open_corpus(f"file:{table}"))
    table.write_text(table.read_text(encoding="utf-8").replace("cats", "dogs"), encoding="utf-8")
    with pytest.raises(UserError, match="has changed since"):
        count.units(Context(job.params, job.inputs))


def test_the_files_that_travel_are_the_corpus(table: Path) -> None:
    job = corpus_counting([open_tokenizer("builtin:words")], open_corpus(f"file:{table}"))
    assert count.files(job.params) == [table]
    assert count.files({**job.params, "corpus_spec": "sample"}) == []


def test_a_corpus_that_travelled_is_read_where_it_lies(table: Path, tmp_path: Path) -> None:
    job = corpus_counting([open_tokenizer("builtin:words")], open_corpus(f"file:{table}"))
    there = tmp_path / "shipped" / table.relative_to(table.anchor)
    there.parent.mkdir(parents=True)
    table.rename(there)
    units = count.units(Context(job.params, job.inputs, shipped=tmp_path / "shipped"))
    assert [unit.size for unit in units] == [620, 620]
    with pytest.raises(UserError, match="no file"):
        count.units(Context(job.params, job.inputs))


def test_nothing_to_count_with_is_refused() -> None:
    with pytest.raises(UserError, match="at least one"):
        corpus_counting([], open_corpus("sample"))
