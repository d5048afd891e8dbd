"""Shares of training text inferred from merges are those that went in."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tokenizers
from scipy.optimize import OptimizeResult, linprog
from tokenizers import models, pre_tokenizers, trainers

from core.common.errors import UserError
from core.common.numbers import count
from core.corpora.corpus import open_corpus
from core.tokenizers.catalog import open_path, open_tokenizer
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.entries import entries_of
from core.vocabulary.mixture.categories import Category, code_category
from core.vocabulary.mixture.cutting import cut
from core.vocabulary.mixture.infer import METHOD, ROUNDS, MergedSamples, best_shares, infer, merged_samples, mixture_of
from core.vocabulary.mixture.merges import merges_of
from core.vocabulary.mixture.program import Program
from core.vocabulary.mixture.weighing import Weighing, by_frequency

TIMES = {"eng_Latn": 5, "deu_Latn": 1, "rus_Cyrl": 2}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    corpus = open_corpus("sample")
    return {code: "\n".join(corpus.sentences[code]) for code in TIMES}


def trained(folder: Path, texts: Mapping[str, str], n_merges: int, *, by_word: bool = True) -> Tokenizer:
    """A byte-level BPE trained on each text as often as `TIMES` says, on words or on whole lines."""
    model = tokenizers.Tokenizer(models.BPE())
    model.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=by_word)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=256 + n_merges, initial_alphabet=alphabet, show_progress=False)
    model.train_from_iterator([text for code, text in texts.items() for _ in range(TIMES[code])], trainer)
    return saved(folder, model)


def saved(folder: Path, model: tokenizers.Tokenizer) -> Tokenizer:
    path = folder / f"{len(list(folder.iterdir()))}.json"
    model.save(str(path))
    return open_path(f"file:{path}", path)


def categories(texts: Mapping[str, str]) -> list[Category]:
    return [Category(name, text, "") for name, text in texts.items()]


def test_multiples_of_the_samples_are_found_exactly(tmp_path: Path, texts: dict[str, str]) -> None:
    found = infer(trained(tmp_path, texts, 300), categories(texts), 300)
    total = sum(TIMES[code] * len(text.encode()) for code, text in texts.items())
    assert found.objective == 0
    for share in found.shares:
        true = TIMES[share.category] * len(texts[share.category].encode()) / total
        assert share.share == pytest.approx(true, abs=1e-9)
        assert share.low <= true + 1e-9
        assert share.high >= true - 1e-9
        assert share.high - share.low < 1e-3


def test_a_category_that_was_not_there_gets_nothing(tmp_path: Path, texts: dict[str, str]) -> None:
    tokenizer = trained(tmp_path, texts, 200)
    corpus = open_corpus("sample")
    more = texts | {"tha_Thai": "\n".join(corpus.sentences["tha_Thai"])}
    found = infer(tokenizer, categories(more), 200)
    assert found.shares[-1].high < 1e-3


def test_other_sentences_than_those_trained_on_give_chinese_nothing(tmp_path: Path) -> None:
    """Its pairs are all rare: with it every count of the others, and so all slack in shares of pairs, is smaller."""
    known, lines = open_corpus("sample").sentences, code_category().text.split("\n")
    model = tokenizers.Tokenizer(models.BPE())
    model.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=256 + 200, initial_alphabet=alphabet, show_progress=False)
    half = len(lines) // 2
    model.train_from_iterator(["\n".join(known["eng_Latn"][30:])] * 3 + ["\n".join(lines[half:])], trainer)
    samples = {code: "\n".join(known[code][:30]) for code in ("eng_Latn", "deu_Latn", "zho_Hans")}
    merged = merged_samples(saved(tmp_path, model), categories(samples | {"code": "\n".join(lines[:half])}), 200)
    assert Program(merged.history).solve()[0][2] > 0.05
    assert mixture_of(merged).shares[2].share < 0.01


@pytest.mark.parametrize(
    ("objective", "method", "said"),
    [(0.2, METHOD, ""), (0.4, METHOD, "40% of its frequency"), (0.2, METHOD - 1, "Infer it again")],
)
def test_an_answer_that_is_not_to_be_believed_says_why(
    hundred: MergedSamples, objective: float, method: int, said: str
) -> None:
    found = replace(mixture_of(hundred.first(10)), objective=objective, method=method)
    assert [said in doubt for doubt in found.doubts] == ([True] if said else [])


def test_gpt_4_is_not_explained_by_a_few_sentences_in_three_languages(hundred: MergedSamples) -> None:
    assert "unlike the training text" in mixture_of(hundred).doubts[0]


def test_merges_that_no_sample_has_leave_everything_open() -> None:
    found = infer(open_tokenizer("tiktoken:cl100k_base"), categories({"a": "жж", "b": "文文"}), 3)
    assert found.n_absent == 3
    assert [(share.low, share.high) for share in found.shares] == [(0, 1), (0, 1)]


@pytest.mark.parametrize(
    ("spec", "texts", "n_merges", "said"),
    [
        ("tiktoken:cl100k_base", {"a": "text"}, 10, "2 to 24 categories, not 1"),
        ("tiktoken:cl100k_base", {"a": "text", "b": " "}, 10, "'b' is empty"),
        ("tiktoken:cl100k_base", {"a": "text", "b": "y" * 600_000}, 10, f"{count(600_000)} bytes"),
        ("tiktoken:cl100k_base", {"a": "text", "b": "x"}, 10, "The text of b"),
        ("tiktoken:cl100k_base", {"a": "text", "b": "more"}, 0, "choose from 1"),
        ("builtin:utf8-bytes", {"a": "text", "b": "more"}, 10, "no order of merges"),
    ],
)
def test_what_cannot_be_inferred_is_said(spec: str, texts: dict[str, str], n_merges: int, said: str) -> None:
    with pytest.raises(UserError, match=said):
        infer(open_tokenizer(spec), categories(texts), n_merges)


def of_gpt_4(n_merges: int) -> MergedSamples:
    """The first merges of GPT-4's on short samples: they fit no mixture."""
    corpus = open_corpus("sample")
    texts = {code: "\n".join(corpus.sentences[code][:12]) for code in ("eng_Latn", "deu_Latn", "tur_Latn")}
    return merged_samples(open_tokenizer("tiktoken:cl100k_base"), categories(texts), n_merges)


@pytest.fixture(scope="module")
def hundred() -> MergedSamples:
    return of_gpt_4(100)


def test_shares_and_their_ends_are_those_of_the_whole_program(hundred: MergedSamples) -> None:
    """All rows at once, given to another solver."""
    samples = hundred.first(25)
    found = mixture_of(samples)
    rows, shares = whole_program(samples), np.ones(3)
    for _ in range(ROUNDS):
        weighing = by_frequency(samples.history, shares / shares.sum())
        best = best_of(rows, weighing)
        shares = best.x[:3]
    assert found.objective == pytest.approx(best.fun, abs=1e-8)
    assert found.objective > 0.01
    for i, share in enumerate(found.shares):
        ends = [extreme_share(rows, weighing, found.objective, samples.weights, i, sign) for sign in (1, -1)]
        assert (share.low, share.high) == pytest.approx(ends, abs=1e-6)
        assert share.low <= share.share <= share.high


def test_counts_at_any_time_are_those_of_merging_so_far(hundred: MergedSamples) -> None:
    known, now = hundred.history, hundred.counts.first.copy()
    greatest, pairs = now.copy(), np.arange(len(now))
    for t, change in enumerate(hundred.counts.changes):
        assert (known.before(np.full(len(now), t), pairs) == now).all()
        assert (known.merged[t] == (now[change.pair] if change.pair >= 0 else 0)).all()
        now[change.pairs] += change.counts
        greatest = np.maximum(greatest, now)
    assert (known.greatest == greatest).all()
    assert known.there.tolist() == [change.pair >= 0 for change in hundred.counts.changes]


def whole_program(samples: MergedSamples) -> np.ndarray:
    """A row per merge and pair that stands beside it: what it asks of shares, of merges' slack and of pairs' slack."""
    now, n_merges = samples.counts.first.copy(), len(samples.counts.changes)
    rows = []
    for t, change in enumerate(samples.counts.changes):
        if change.pair >= 0:
            for pair in np.flatnonzero(now.any(axis=1)):
                row = np.zeros(3 + n_merges + len(now))
                row[:3] = now[change.pair] - now[pair]
                row[3 + t] = row[3 + n_merges + pair] = 1.0
                rows.append(row)
        now[change.pairs] += change.counts
    return np.array(rows)


def costs(weighing: Weighing) -> np.ndarray:
    return np.concatenate([np.zeros(3), weighing.merges, weighing.pairs])


def best_of(rows: np.ndarray, weighing: Weighing) -> OptimizeResult:
    cost = costs(weighing)
    total = np.concatenate([weighing.amounts, np.zeros(len(cost) - 3)])
    return linprog(cost, A_ub=-rows, b_ub=np.zeros(len(rows)), A_eq=[total], b_eq=[1.0])


def extreme_share(
    rows: np.ndarray, weighing: Weighing, objective: float, weights: np.ndarray, i: int, sign: int
) -> float:
    """The least (1) or greatest (-1) share of bytes: shares of pairs are scaled so that bytes come to 1."""
    bound = costs(weighing)  # slack is bounded for each unit of the total that the best answer holds at 1
    bound[:3] = -(objective * 1.01 + 1e-9) * weighing.amounts
    held = np.vstack([-rows, bound])
    cost, in_bytes = np.zeros(len(bound)), np.zeros(len(bound))
    cost[i], in_bytes[:3] = sign, weights
    found = linprog(cost, A_ub=held, b_ub=np.zeros(len(held)), A_eq=[in_bytes], b_eq=[1.0])
    return float(found.x[i] * weights[i])


def test_the_pulls_of_all_merges_balance_at_the_answer(hundred: MergedSamples) -> None:
    """Each category that has a share is pulled by minus the objective for what it adds to the total: by duality."""
    program = Program(hundred.history)
    shares, slack, amounts = best_shares(program, hundred.history)
    pulls = sum(dual * asked for dual, asked in program.holding_rows().values())
    assert isinstance(pulls, np.ndarray)
    there = shares > 1e-9
    assert pulls[there] == pytest.approx(-slack * amounts[there], abs=1e-4)
    assert (pulls <= -slack * amounts + 1e-4).all()


def test_merges_that_hold_an_answer_are_named_with_the_category_they_speak_for(hundred: MergedSamples) -> None:
    found = mixture_of(hundred)
    parts = [force.part for force in found.forces]
    assert parts == sorted(parts, reverse=True)
    assert 0 < sum(parts) <= 1 + 1e-9
    assert {force.towards for force in found.forces} <= set(hundred.names)
    merges = [(left + right).decode(errors="backslashreplace") for left, right in hundred.merges.pairs]
    assert all(merges[force.rank] == force.made != force.instead for force in found.forces)


def test_merges_that_are_all_out_of_order_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """abcd and bcd rank before what they are made of, so that no two earlier entries make them; c and d make cd."""
    vocab = {name: n for n, name in enumerate(("a", "b", "c", "d", "cd", "bcd", "abcd"))}
    merges = [("a", "bcd"), ("b", "cd"), ("c", "d")]
    entries = entries_of(saved(tmp_path, tokenizers.Tokenizer(models.BPE(vocab, merges))))
    found = merges_of(entries, 10)
    assert (found.pairs, found.n_unclear) == (((b"c", b"d"),), 2)
    monkeypatch.setattr("core.vocabulary.mixture.merges.MOST_UNCLEAR", 2)
    assert merges_of(entries, 10).pairs == ()


def test_nothing_holds_an_answer_that_all_merges_fit(tmp_path: Path, texts: dict[str, str]) -> None:
    assert infer(trained(tmp_path, texts, 100), categories(texts), 100).forces == ()


def test_fewer_merges_of_the_same_samples_say_what_they_say_alone(hundred: MergedSamples) -> None:
    part, alone = mixture_of(hundred.first(25)), mixture_of(of_gpt_4(25))
    assert part.objective == pytest.approx(alone.objective, abs=1e-12)
    for one, other in zip(part.shares, alone.shares, strict=True):
        assert one.category == other.category
        assert (one.share, one.low, one.high) == pytest.approx((other.share, other.low, other.high), abs=1e-9)
    assert {force.rank for force in part.forces} == {force.rank for force in alone.forces}


def test_a_pre_tokenizer_that_joins_words_which_no_merge_joins_is_another(
    tmp_path: Path, texts: dict[str, str]
) -> None:
    """Trained on words, its file says to take whole lines: samples are cut at spaces all the same, and it is said."""
    tokenizer = trained(tmp_path, texts, 300)
    document = json.loads(Path(tokenizer.info.spec.removeprefix("file:")).read_text(encoding="utf-8"))
    document["pre_tokenizer"]["use_regex"] = False
    path = tmp_path / "lines.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    found = infer(open_path(f"file:{path}", path), categories(texts), 300)
    assert "leaves words together" in found.warnings[0]
    assert found.objective < 0.05
    assert infer(tokenizer, categories(texts), 300).warnings == ()


def test_merges_that_join_words_which_the_pre_tokenizer_cuts_are_told_of(tmp_path: Path, texts: dict[str, str]) -> None:
    tokenizer = trained(tmp_path, texts, 300, by_word=False)
    document = json.loads(Path(tokenizer.info.spec.removeprefix("file:")).read_text(encoding="utf-8"))
    document["pre_tokenizer"]["use_regex"] = True
    path = tmp_path / "words.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    found = infer(open_path(f"file:{path}", path), categories(texts), 300)
    assert "never leaves together" in found.warnings[0]


def test_merges_that_no_category_has_are_told_of() -> None:
    corpus = open_corpus("sample")
    thai = {code: "\n".join(corpus.sentences[code]) for code in ("tha_Thai", "kat_Geor")}
    found = infer(open_tokenizer("tiktoken:cl100k_base"), categories(thai), 300)
    assert f"{count(found.n_absent)} of 300 merges are in no category's text" in found.warnings[-1]


def test_a_run_without_a_space_is_cut_into_words_of_a_thousand() -> None:
    tokenizer = open_tokenizer("tiktoken:cl100k_base")
    merges = merges_of(entries_of(tokenizer), 10)
    [words] = cut(tokenizer, merges, ["中" * 700]).words
    assert sorted(map(len, words.elements())) == [100, 1_000, 1_000]


def test_a_category_takes_the_beginning_of_its_text_in_whole_lines() -> None:
    whole, part = code_category(), code_category(5_000)
    assert whole.text.startswith(part.text + "\n")
    assert 4_000 < part.n_bytes <= 5_000
