"""A mixture as a job: what it asks, what comes of it, and what is kept of it."""

from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from core.common.errors import UserError
from core.common.numbers import count
from core.common.progress import listening
from core.corpora.corpus import Corpus, open_corpus
from core.corpora.text_uploads import keep_text
from core.jobs.compute import run_here
from core.jobs.job import KINDS, Context
from core.tokenizers.catalog import open_tokenizer
from core.vocabulary.mixture.categories import code_category, languages_of
from core.vocabulary.mixture.infer import infer
from core.vocabulary.mixture.job import KIND, Kinds, MixtureQuestion, mixtures_in, question
from core.work import mixture

SPEC = "tiktoken:cl100k_base"


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With nothing in it that was found before."""
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def sample() -> Corpus:
    return open_corpus("sample")


def asked(sample: Corpus, n_merges: int = 50, texts: tuple[str, ...] = ()) -> MixtureQuestion:
    kinds = Kinds([(sample, ["eng_Latn", "deu_Latn"])], code=True, texts=texts)
    return question(open_tokenizer(SPEC), kinds, n_merges, 3_000)


def test_a_job_says_what_the_function_says(sample: Corpus) -> None:
    one = asked(sample)
    heard = list[str]()
    with listening(lambda done, total, stage: heard.append(f"{stage} {done}/{total}")):
        found = mixtures_in(run_here(KINDS.get(KIND), one.params, one.inputs, lambda done, total: None))
    assert [each.n_merges for each in found] == [5, 10, 25, 50]
    samples = [*languages_of(sample, ["eng_Latn", "deu_Latn"], 3_000), code_category(3_000)]
    assert found[-1] == infer(open_tokenizer(SPEC), samples, 50)
    assert "looking how far the shares may move 2/3" in heard


def test_what_one_job_has_found_another_one_takes(sample: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    one = asked(sample, 40)
    first = run_here(KINDS.get(KIND), one.params, one.inputs, lambda done, total: None)

    def anew(*_: object) -> NoReturn:
        raise AssertionError("it was there")

    monkeypatch.setattr(mixture, "mixture_of", anew)
    fewer = dict(one.params) | {"merges": one.params["merges"][:2]}
    second = run_here(KINDS.get(KIND), fewer, one.inputs, lambda done, total: None)
    assert mixtures_in(second) == mixtures_in(first)[:2]


def test_a_text_of_the_users_own_is_a_category(sample: Corpus) -> None:
    spec = keep_text("logs.txt", b"GET /index.html 200\nGET /about.html 404\n" * 20)
    one = asked(sample, 20, (spec,))
    found = mixtures_in(run_here(KINDS.get(KIND), one.params, one.inputs, lambda done, total: None))
    assert [share.category for share in found[-1].shares] == ["English", "German", "Code (Python)", "logs"]
    assert [path.name for path in mixture.files(one.params)] == ["logs.txt"]


def test_a_corpus_that_has_changed_is_refused(sample: Corpus, tmp_path: Path) -> None:
    table = tmp_path / "two.csv"
    table.write_text("eng_Latn,deu_Latn\nOne sentence.,Ein Satz.\n", encoding="utf-8")
    corpus = open_corpus(f"file:{table}")
    one = question(open_tokenizer(SPEC), Kinds([(corpus, ["eng_Latn", "deu_Latn"])]), 10, 1_000)
    assert mixture.files(one.params) == [table]
    changed = tuple(replace(each, fingerprint="0" * 16) for each in one.inputs[1:])
    with pytest.raises(UserError, match="has changed since"):
        mixture.units(Context(one.params, (one.inputs[0], *changed)))


@pytest.mark.parametrize(
    ("n_merges", "most_bytes", "codes", "said"),
    [
        (0, 3_000, ["eng_Latn", "deu_Latn"], "0 merges cannot be read"),
        (30_000, 3_000, ["eng_Latn", "deu_Latn"], f"choose from 1 to {count(20_000)}"),
        (10, 10, ["eng_Latn", "deu_Latn"], f"choose from {count(1_000)}"),
        (10, 3_000, ["eng_Latn"], "1 categories are chosen"),
        (10, 3_000, ["eng_Latn", "xxx_Latn"], "xxx_Latn"),
    ],
)
def test_what_cannot_be_asked_is_said(
    sample: Corpus, n_merges: int, most_bytes: int, codes: list[str], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        question(open_tokenizer(SPEC), Kinds([(sample, codes)]), n_merges, most_bytes)
