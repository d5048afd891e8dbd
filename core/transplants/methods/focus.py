"""Sparse means of shared tokens that keep the same company in text of the target languages."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.common.numbers import count
from core.common.params import Param, Params
from core.tokenizers.matching import vocabulary_of
from core.transplants.base import Method
from core.transplants.linear.coefficients import concatenated, from_table
from core.transplants.linear.cooccurrence import token_vectors
from core.transplants.linear.nearest import has_direction
from core.transplants.linear.sparsemax import sparsemax
from core.transplants.needs import ANCHORS, TARGET_TEXT
from core.transplants.problem import Problem, ProblemSide
from core.transplants.rows import RowOrigin, Rows, composed
from core.transplants.work import TransplantSize, Work, a_row_each, cosines, pairs

NO_VECTOR = "it is too rare in the target text for an auxiliary vector"
_OF_A_PAIR = 4_000.0  # sorting weights: 50 ns
_LEAST_REACHED = 0.5  # share of rows below which the method says that it is mostly another


def rows(side: ProblemSide, params: Params) -> Rows:
    """For each wanted token the mean of anchors weighted by sparsemax over cosines of auxiliary vectors."""
    problem = side.problem
    here = problem.resources
    given = here.token_vectors is not None or here.new_vectors is not None  # by which no parameter is asked
    key = ("auxiliary vectors", *(() if given else (params.seed, *params.values.values())))
    vectors = problem.shared.once(key, lambda: _auxiliary(problem, params)).whole().to(problem.device)
    there = has_direction(vectors)
    anchors, wanted = side.anchors, side.wanted
    usable = there.cpu()[anchors.new]
    known = torch.nn.functional.normalize(vectors[anchors.new[usable].to(vectors.device)], dim=1)
    old = anchors.old[usable].to(vectors.device)
    without = ~there.cpu()[wanted] | (not usable.any())
    parts = []
    block = problem.block_rows(40 * max(1, len(known)))  # similarities, their order and their sums
    for at in range(0, len(wanted), block):
        ids = wanted[at : at + block].to(vectors.device)
        targets = torch.nn.functional.normalize(vectors[ids].nan_to_num(), dim=1)
        weights = sparsemax(targets @ known.T) if len(known) else targets.new_zeros(len(ids), 0)
        weights[without[at : at + block].to(weights.device)] = 0
        parts.append(from_table(old.expand(len(ids), -1), weights))
    n_made, n = int((~without).sum()), len(wanted)
    reached = (
        f"FOCUS reached {count(n_made)} of {count(n)} {side.name} rows; all others are the mean row, as by the method "
        "Mean. Give more target text, or vectors of tokens or words.",
    )
    few = reached[: n_made < _LEAST_REACHED * n]
    return composed(side, concatenated(parts), RowOrigin.SOLVED, {NO_VECTOR: without}, remarks=few)


@dataclass(frozen=True, eq=False)
class _Auxiliary:
    """Vectors of the tokens that have one, which are few of a large vocabulary: ids (m,), vectors (m, d)."""

    n_vocabulary: int
    ids: Tensor
    vectors: Tensor

    def whole(self) -> Tensor:
        """A vector per token, NaN where there is none, float32 (V, d)."""
        whole = torch.full((self.n_vocabulary, self.vectors.shape[1]), torch.nan)
        whole[self.ids] = self.vectors
        return whole


def _auxiliary(problem: Problem, params: Params) -> _Auxiliary:
    vectors = _vectors(problem, params)
    ids = torch.nonzero(torch.isfinite(vectors).all(1)).flatten()
    return _Auxiliary(len(vectors), ids, vectors[ids])


def _vectors(problem: Problem, params: Params) -> Tensor:
    """A vector per new token: given, from given vectors of the words that it is a piece of, or counted in the text."""
    here = problem.resources
    if here.token_vectors is not None:
        return here.token_vectors.float()
    words = here.new_vectors
    return _counted(problem, params) if words is None else words.of_tokens(problem.new)


def _counted(problem: Problem, params: Params) -> Tensor:
    texts = problem.shared.once("target text", lambda: problem.new.encode_many(problem.resources.target_text))
    return token_vectors(
        texts,
        len(vocabulary_of(problem.new)),
        params.whole("width"),
        params.whole("window"),
        params.whole("min_count"),
        params.seed,
    )


def of_rows(size: TransplantSize, params: Params) -> Work:
    """Tokens are compared with the anchors that have vectors, and weights sorted."""
    known = replace(size, n_anchors=min(size.n_anchors, _n_known(size, params)))
    return a_row_each(size, params) + cosines(known, params.whole("width")) + pairs(known, _OF_A_PAIR)


def of_text(size: TransplantSize, params: Params) -> Work:
    """Neighbours are counted and their table reduced, as a whole where most of its directions are kept."""
    n, width = _n_known(size, params), params.whole("width")
    reducing = 80.0 * n**3 if n <= 2 * width else 330.0 * n**2 * width
    return Work(reducing, 5e-3 + 2e-7 * size.text_bytes * params.whole("window"))


def _n_known(size: TransplantSize, params: Params) -> int:
    """Tokens that occur often enough: one in 55 bytes that occurs five times, as was seen in texts of six languages."""
    return min(size.n_new or size.n_anchors, size.text_bytes // (11 * params.whole("min_count")))


METHOD = Method(
    key="focus",
    label="FOCUS",
    definition=(
        "New tokens and shared ones get auxiliary vectors from the company they keep in target text. A new row is a "
        "mean of shared tokens' rows weighted by sparsemax over the cosines, so only the most similar count. The "
        "vectors come from counting neighbours (PPMI and SVD) and not from fastText, unless fastText's are given: of "
        "the new tokens, or of words of the new language, where a token has the mean of the words that it is a piece "
        "of. Tokens without a vector get the mean row; published, a normal draw. Shared are tokens of the same bytes; "
        "published, of the same decoded text, which half characters have in common."
    ),
    source="Dobler and de Melo 2023, FOCUS; auxiliary vectors after Levy, Goldberg and Dagan 2015",
    make=rows,
    of_rows=of_rows,
    of_text=of_text,
    params=(
        Param(
            key="width",
            label="Width",
            default=0,
            help="Dimensions of the auxiliary vectors. Published, by fastText: 100 to 300.",
            low=2,
            high=1024,
            tried=(32, 64, 128, 256),
            usual=128,
        ),
        Param(
            key="window",
            label="Window",
            default=0,
            help="How far to look for neighbours.",
            low=1,
            high=20,
            tried=(2, 5, 10),
            usual=5,
        ),
        Param(
            key="min_count",
            label="Least count",
            default=0,
            help="Occurrences that a token needs for a vector. Published, by fastText: 10.",
            low=1,
            high=1000,
            tried=(2, 5, 10),
            usual=5,
        ),
    ),
    needs=(ANCHORS, TARGET_TEXT),
)
