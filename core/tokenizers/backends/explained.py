"""How the model of a Hugging Face backend cuts one pre-token, replayed from the tables in its file."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import tokenizers
from numpy.typing import NDArray

from core.common.numbers import count
from core.tokenizers.backends.spelling import Spelling
from core.tokenizers.explain.longest import wordpiece_matches
from core.tokenizers.explain.merges import replay, taken_at_once
from core.tokenizers.explain.unigram import n_best
from core.tokenizers.tokenizer import Explanation, Path
from core.tokenizers.vocabulary import Vocabulary

N_PATHS = 5
_UNKNOWN_PENALTY = 10.0  # nats below the lowest score: SentencePiece's constant, which the library shares


@dataclass(frozen=True, eq=False)
class Merges:
    """Merge ranks of a BPE model.

    Args:
        rank_by_pair: rank of the merge of two spellings.
        rank_by_token: rank of the first merge that makes a spelling.
        products: what each pair makes, in their order: a part that goes on a word loses its prefix.
    """

    rank_by_pair: Mapping[tuple[str, str], int]
    rank_by_token: Mapping[str, int]
    products: Sequence[str]


def merges_of(backend: tokenizers.Tokenizer) -> Merges:
    """The merges of a BPE backend; takes a moment, since the library gives them only as JSON."""
    state = json.loads(backend.model.__getstate__())
    prefix = state.get("continuing_subword_prefix") or ""
    pairs = [m if isinstance(m, list) else m.split(" ", 1) for m in state["merges"]]
    by_pair = {(left, right): rank for rank, (left, right) in enumerate(pairs)}
    products = [left + right.removeprefix(prefix) for left, right in by_pair]
    by_token = dict(zip(reversed(products), reversed(by_pair.values()), strict=True))  # the first one holds
    return Merges(by_pair, by_token, products)


def in_ids(merges: Merges, id_by_token: Mapping[str, int]) -> NDArray[np.int32]:
    """Ids of the two parts and of what they make, lowest rank first, int32 (M, 3)."""
    n = len(merges.products)
    spelled = chain(chain.from_iterable(merges.rank_by_pair), merges.products)
    parts, whole = np.split(np.fromiter(map(id_by_token.__getitem__, spelled), np.int32, 3 * n), [2 * n])
    ranks = np.fromiter(merges.rank_by_pair.values(), np.int64, n)
    rows: NDArray[np.int32] = np.column_stack([parts.reshape(-1, 2), whole])[np.argsort(ranks, kind="stable")]
    return rows


def with_ranks(vocabulary: Vocabulary, merges: Merges) -> Vocabulary:
    """The vocabulary with a merge rank for every token that a merge makes."""
    ranks = [float(merges.rank_by_token.get(token, np.nan)) for token in vocabulary.spellings]
    return replace(vocabulary, measures=np.array(ranks), measure_name="merge rank")


def bpe(backend: tokenizers.Tokenizer, spelling: Spelling, merges: Merges, pre_token: str) -> Explanation | None:
    """The merges in a pre-token, spelled as the model sees it; None where continued words have a prefix."""
    model = backend.model
    if model.continuing_subword_prefix:
        return None
    meant = _meant(spelling)

    def rank(left: bytes, right: bytes) -> tuple[float, str] | None:
        place = merges.rank_by_pair.get((left.decode(), right.decode()))
        return None if place is None else (place, f"merge rank {count(place)}")

    steps = replay([s.encode() for s in _characters(model, pre_token)], rank)
    at_once = model.ignore_merges and len(pre_token) > 1 and model.token_to_id(pre_token) is not None
    said = tuple(replace(step, symbols=tuple(meant(x.decode()) for x in step.symbols)) for step in steps)
    return Explanation("BPE", "", steps=said, note=taken_at_once("this model", steps) if at_once else "")


def _characters(model: Any, pre_token: str) -> list[str]:
    """The symbols that BPE starts from: characters, else their bytes, else the unknown token."""
    symbols: list[str] = []
    for n, character in enumerate(pre_token):
        symbol = character + (model.end_of_word_suffix or "" if n == len(pre_token) - 1 else "")
        fallback = [f"<0x{byte:02X}>" for byte in symbol.encode()]
        if model.token_to_id(symbol) is not None:
            symbols.append(symbol)
        elif model.byte_fallback and all(model.token_to_id(b) is not None for b in fallback):
            symbols += fallback
        elif model.unk_token and not (model.fuse_unk and symbols[-1:] == [model.unk_token]):
            symbols.append(model.unk_token)
    return symbols


def _meant(spelling: Spelling) -> Callable[[str], bytes]:
    """What a spelling stands for, `<0xNN>` included."""

    def meant(token: str) -> bytes:
        if spelling.byte_tokens and len(token) == 6 and token.startswith("<0x"):
            return bytes.fromhex(token[3:5])
        return spelling.meant(token)

    return meant


@dataclass(frozen=True, eq=False)
class SpellingScores:
    """Log-probabilities of a Unigram model by spelling, the lowest of them, and characters in the longest spelling."""

    by_token: Mapping[str, float]
    lowest: float
    longest: int


def scores_of(vocabulary: Vocabulary) -> SpellingScores:
    """The scores of a Unigram vocabulary."""
    assert vocabulary.measures is not None, "a Unigram vocabulary has scores"
    known = zip(vocabulary.spellings, vocabulary.measures.tolist(), strict=True)
    by_token = {token: score for token, score in known if not np.isnan(score)}
    return SpellingScores(by_token, min(by_token.values(), default=0.0), max(map(len, by_token), default=1))


def unigram(scores: SpellingScores, spelling: Spelling, pre_token: str) -> Explanation:
    """The best cuts of a pre-token, best first."""
    paths = n_best(pre_token, scores.by_token, N_PATHS, scores.lowest - _UNKNOWN_PENALTY, scores.longest)
    note = "Scores are natural logarithms of probabilities; a character in no entry costs 10 below the lowest."
    said = tuple(Path(tuple(spelling.spaced(s.decode()).encode() for s in path.symbols), path.score) for path in paths)
    return Explanation("Unigram", "", paths=said, note=note)


def wordpiece(model: Any, known: Mapping[str, int], pre_token: str) -> Explanation:
    """The longest matches in a word."""
    steps = wordpiece_matches(
        pre_token, known, model.continuing_subword_prefix, model.unk_token, model.max_input_chars_per_word
    )
    return Explanation("WordPiece", "", steps=steps)
