"""Spellings that are drawn: within pre-tokens, and by the scores of a Unigram vocabulary as SentencePiece does."""

from collections import Counter
from itertools import accumulate
from math import exp
from pathlib import Path

import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st

from core.common.errors import UserError
from core.probes.spelling_edges import keeping_to
from core.probes.spelling_posterior import posterior
from core.probes.spellings import spellings, spellings_of
from core.tokenizers.catalog import open_tokenizer
from tests import formats
from tests.test_probes import edges, enumerated

TEXT = "the hel"  # with fewer spellings than SentencePiece lists


@pytest.fixture(scope="module")
def unigram(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(formats.write(tmp_path_factory.mktemp("unigram"), formats.made("SentencePiece Unigram")))


@settings(deadline=None)
@given(
    st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=6, unique=True),
    st.text("ab", min_size=1, max_size=7),
    st.lists(st.floats(-5, -0.1), min_size=6, max_size=6),
)
def test_the_probability_of_a_text_is_that_of_all_its_spellings(words: list[str], text: str, nats: list[float]) -> None:
    pieces, data = [word.encode() for word in words], text.encode()
    score = dict(enumerate(nats[: len(words)]))
    each = {ids: exp(sum(map(score.__getitem__, ids))) for ids in enumerated(pieces, data)}
    own = next(iter(each), ())
    found = posterior(edges(pieces, data), len(data), score, own, 0, 0)
    assert (found is None) == (not each)
    if found is not None:
        assert exp(found.log_text) == pytest.approx(sum(each.values()))
        assert found.own == pytest.approx(each[own] / sum(each.values()))


def test_spellings_are_drawn_as_often_as_their_scores_say() -> None:
    pieces, data = [b"a", b"b", b"ab", b"abab"], b"abab"
    score = {0: -1.0, 1: -1.5, 2: -1.2, 3: -4.0}
    each = {ids: exp(sum(map(score.__getitem__, ids))) for ids in enumerated(pieces, data)}
    found = posterior(edges(pieces, data), len(data), score, (2, 2), 20_000, seed=3)
    assert found is not None
    drawn = Counter(map(tuple, found.drawn))
    for ids, weight in each.items():
        assert drawn[ids] / 20_000 == pytest.approx(weight / sum(each.values()), abs=0.015)


def test_sentencepiece_knows_the_same_spellings_and_draws_them_as_often(unigram: Path) -> None:
    processor = sentencepiece.SentencePieceProcessor(model_file=str(unigram))
    tokenizer, n = open_tokenizer(f"file:{unigram}"), 1_000
    found = spellings_of(tokenizer, TEXT, n, 1, "unigram")
    each = {tuple(ids): exp(sum(map(processor.get_score, ids))) for ids in processor.nbest_encode_as_ids(TEXT, 512)}
    own = tuple(tokenizer.segment(TEXT).ids.tolist())
    assert found.own_share == pytest.approx(each[own] / sum(each.values()), rel=1e-4)
    drawn = Counter(map(tuple, found.drawn))
    assert drawn.keys() <= each.keys()
    theirs = Counter(tuple(processor.sample_encode_as_ids(TEXT, -1, 1.0)) for _ in range(n))
    for ids, _ in theirs.most_common(3):
        assert drawn[ids] / n == pytest.approx(theirs[ids] / n, abs=0.07)


def test_no_token_reaches_over_the_cuts_of_the_pre_tokenizer() -> None:
    text, walls = "ab ab", {2}
    all_edges = edges([b"a", b"b", b" ", b"ab", b"b a"], text.encode())
    kept = [*keeping_to(all_edges, walls)]
    assert len(kept) == len(all_edges) - 1
    mistral = open_tokenizer("mistral:tekken")
    found = spellings_of(mistral, "it,  said 123", 40, 0, "pre_tokens")
    pre_tokens = [0, *accumulate(len(p.encode()) for p in ("it", ",", " ", " said", " ", "1", "2", "3"))]
    for ids in found.drawn:
        ends = {0, *accumulate(len(entry.piece) for entry in mistral.describe(ids))}
        assert ends >= {*pre_tokens}
    assert found.within is not None and found.within.n < found.paths.n


@pytest.mark.parametrize(
    ("tokenizer", "draws", "said"),
    [("mistral:v3", "unigram", "no probabilities"), ("mistral:v3", "fairly", "Known: all, pre_tokens, unigram")],
)
def test_what_cannot_be_drawn_says_why(tokenizer: str, draws: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        spellings(tokenizer, "abc", 1, 0, draws)


def test_a_character_without_a_score_is_one_sentence(unigram: Path) -> None:
    with pytest.raises(UserError, match=r"no entry of .* that has a score"):
        spellings(f"file:{unigram}", "漢", 1, 0, "unigram")
