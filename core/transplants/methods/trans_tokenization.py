"""Means of the old tokens that translate a new one, learnt from a parallel corpus."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import torch

from core.common.numbers import so_many
from core.common.params import Param, Params
from core.text.words_of_text import spaced_words
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.spelling import Spelling, spell
from core.tokenizers.tokenizer import LocalTokenizer
from core.transplants.base import Method
from core.transplants.linear.coefficients import from_lists
from core.transplants.linear.word_alignment import Links, align_both_ways
from core.transplants.needs import PARALLEL_TEXT
from core.transplants.problem import Problem, ProblemSide
from core.transplants.rows import RowOrigin, Rows, composed
from core.transplants.work import TransplantSize, Work, a_row_each

Counts = dict[int, dict[int, float]]  # new token to old tokens to how often they translate it


def rows(side: ProblemSide, params: Params) -> Rows:
    """For each wanted token the mean of the old tokens aligned with it; of its spelling where none are."""
    problem = side.problem
    least, rounds = params.number("least_count"), params.whole("rounds")
    counts = _token_counts(problem, least, rounds)
    usable = side.usable_old.tolist()
    pieces, wanted = vocabulary_of(problem.new).pieces, side.wanted.tolist()
    ids, weights, kinds = list[list[int]](), list[list[float]](), list[RowOrigin]()
    for new_id, spelled in zip(wanted, side.spellings, strict=True):
        found = {i: n for i, n in counts.get(new_id, {}).items() if usable[i]}
        if not found or _is_number(pieces[new_id]):
            found = dict[int, float]()
            for i in spelled:
                found[i] = found.get(i, 0.0) + 1
            kinds.append(RowOrigin.COMPOSED)
        else:
            kinds.append(RowOrigin.SOLVED)
        total = sum(found.values())
        ids.append(list(found))
        weights.append([n / total for n in found.values()])
    nothing = torch.tensor([not row for row in ids], dtype=torch.bool)
    n_aligned = sum(kind is RowOrigin.SOLVED for kind in kinds)
    row = side.name
    means = so_many(len(wanted) - n_aligned, f"{row} row is a subword mean", f"{row} rows are subword means")
    return composed(
        side,
        from_lists(ids, weights),
        torch.tensor([int(kind) for kind in kinds], dtype=torch.uint8),
        {"it is aligned with nothing and no old tokens spell it": nothing},
        facts={"aligned tokens": float(n_aligned)},
        remarks=(f"{means}, of tokens that are numbers, or that the corpus aligns with nothing.",),
    )


def _is_number(piece: bytes) -> bool:
    """Numbers are written alike in both languages: their digits say more than what stood near them."""
    return any(byte in b"0123456789" for byte in piece)


@dataclass(frozen=True, eq=False)
class _LinkedWords:
    """Linked forms of words, and how each form is written, with shares that sum to one."""

    links: Links
    old: list[dict[str, float]]
    new: list[dict[str, float]]


def _aligned(problem: Problem, rounds: int) -> _LinkedWords:
    old, new = ([spaced_words(line) for line in lines] for lines in zip(*problem.resources.parallel, strict=True))
    old_forms, new_forms = _forms(old), _forms(new)
    links = align_both_ways(_numbered(old, old_forms), _numbered(new, new_forms), rounds)
    return _LinkedWords(links, _surfaces(old, old_forms), _surfaces(new, new_forms))


def _token_counts(problem: Problem, least: float, rounds: int) -> Counts:
    """How often old tokens translate each new one: half of a word pair's count goes to all pairs of its tokens alike,
    half to those at the same place.
    """
    found = problem.shared.once(("aligned", rounds), lambda: _aligned(problem, rounds))
    spelled_old = problem.once("words in old tokens", lambda: _spelled(problem.old, found.old, problem.hidden_old))
    spelled_new = problem.shared.once("words in new tokens", lambda: _spelled(problem.new, found.new))
    counts: Counts = defaultdict(lambda: defaultdict(float))
    links = found.links
    kept = np.flatnonzero(links.counts >= least)
    for old_form, new_form, n in zip(links.old[kept], links.new[kept], links.counts[kept], strict=True):
        pairs = [(a, b, x * y) for a, x in found.old[old_form].items() for b, y in found.new[new_form].items()]
        for old_word, new_word, share in pairs:
            _spread(counts, spelled_old[old_word], spelled_new[new_word], n * share)
    return counts


def _spelled(
    tokenizer: LocalTokenizer, written: list[dict[str, float]], banned: frozenset[int] = frozenset()
) -> dict[str, Spelling]:
    words = sorted({word for surfaces in written for word in surfaces})
    return dict(zip(words, spell(tokenizer, [word.encode() for word in words], banned), strict=True))


def _forms(lines: list[list[str]]) -> dict[str, int]:
    """Words without the space before them and without capitals, numbered."""
    return {form: n for n, form in enumerate(sorted({word.strip().casefold() for line in lines for word in line}))}


def _numbered(lines: list[list[str]], forms: dict[str, int]) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    return [np.array([forms[word.strip().casefold()] for word in line], np.int64) for line in lines]


def _surfaces(lines: list[list[str]], forms: dict[str, int]) -> list[dict[str, float]]:
    """How each form is written, spaces and capitals included: shares that sum to one."""
    found: list[dict[str, float]] = [defaultdict(float) for _ in forms]
    for line in lines:
        for word in line:
            found[forms[word.strip().casefold()]][word] += 1
    return [{word: n / sum(written.values()) for word, n in written.items()} for written in found]


def _spread(counts: Counts, old: Spelling, new: Spelling, n: float) -> None:
    """Add a word pair's count to its tokens, in place."""
    for at, new_id in enumerate(new):
        for place, old_id in enumerate(old):
            low, high = max(at / len(new), place / len(old)), min((at + 1) / len(new), (place + 1) / len(old))
            together = max(0.0, high - low) * len(new)  # share of the new token's stretch that the old one has
            counts[new_id][old_id] += n * (0.5 / len(old) + 0.5 * together)


def of_rows(size: TransplantSize, params: Params) -> Work:
    """Counts of word pairs are spread over their tokens: 2 µs for each byte of the translations."""
    return a_row_each(size, params) + Work(seconds=4e-7 * size.pair_bytes)


def of_text(size: TransplantSize, params: Params) -> Work:
    """Words are aligned both ways: a microsecond for each byte of the translations and round."""
    return Work(seconds=1e-6 * size.pair_bytes * params.whole("rounds"))


METHOD = Method(
    key="trans_tokenization",
    label="Trans-tokenization",
    definition=(
        "Words of a parallel corpus are aligned; a new row is the mean of the old tokens in the words that translate "
        "the token's words, weighted by how often they do: half by all tokens of the word alike, half by those at the "
        "same place. Numbers, and tokens aligned with nothing, get the mean of the old tokens that spell them. "
        "Other than published: words are aligned both ways and both must agree, by a diagonal and a prior that the "
        "publication leaves out; how many expected alignments a pair needs, there 10, and the rounds, there 7, are "
        "chosen on hidden shared tokens; a number is the mean of all its pieces, where it is the first."
    ),
    source="Remy et al. 2024, Trans-tokenization and cross-lingual vocabulary transfers; own aligner after fast_align",
    make=rows,
    of_rows=of_rows,
    of_text=of_text,
    params=(
        Param(
            key="least_count",
            label="Least count",
            default=-1.0,
            help="Expected alignments that a pair of words needs. Published: 10.",
            low=0.0,
            high=1e6,
            tried=(0.5, 1.0, 2.0, 5.0, 10.0),
            usual=2.0,
        ),
        Param(
            key="rounds",
            label="Rounds",
            default=0,
            help="Of the aligner. Published: 7.",
            low=1,
            high=50,
            tried=(3, 7, 15),
            usual=7,
        ),
    ),
    needs=(PARALLEL_TEXT,),
)
