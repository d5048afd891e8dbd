"""Means of old tokens that mean the same, by word vectors of two languages and a dictionary."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from core.common.errors import UserError
from core.common.numbers import count
from core.common.params import Param, Params
from core.transplants.base import Method
from core.transplants.linear.affine import AffineMap, Pairs, procrustes
from core.transplants.linear.coefficients import from_table
from core.transplants.linear.nearest import has_direction, nearest
from core.transplants.linear.translations import dictionary_from_text
from core.transplants.linear.word_vectors import WordVectors, vectors_from_text
from core.transplants.needs import DICTIONARY, WORD_VECTORS
from core.transplants.problem import Problem, ProblemSide
from core.transplants.resources import Resources
from core.transplants.rows import RowOrigin, Rows, composed
from core.transplants.work import TransplantSize, Work

NO_VECTOR = "it is no piece of a word that has a vector"


def rows(side: ProblemSide, params: Params) -> Rows:
    """For each wanted token the mean of the old tokens with the nearest vectors."""
    problem, wanted = side.problem, side.wanted
    space = problem.shared.once(("word vectors", params.seed), lambda: _common_space(problem, params.seed))
    new, turn = space.new[wanted], space.turn
    there = has_direction(new)
    places = torch.nonzero(there).flatten()
    turned = turn.apply(new.to(problem.device), places, problem.memory_bytes)
    old = space.old
    usable = side.usable_old[: len(old)]
    old_ids = torch.nonzero(usable & torch.isfinite(old[: len(usable)]).all(1)).flatten()
    found, cosines = nearest(turned, old[old_ids].to(problem.device), params.whole("k"), problem.memory_bytes)
    n, k = len(wanted), found.shape[1]
    ids, weights = torch.zeros(n, k, dtype=torch.int64), torch.zeros(n, k)
    ids[there] = old_ids[found]
    weights[there] = torch.softmax(cosines / params.number("temperature"), 1)
    return composed(
        side,
        from_table(ids, weights),
        RowOrigin.SOLVED,
        {NO_VECTOR: ~there},
        facts={"mean cosine of dictionary pairs": space.agreement},
        remarks=tuple(_made_here(problem.resources)),
    )


@dataclass(frozen=True, eq=False)
class _Space:
    """Vectors of all tokens of both vocabularies, NaN for those in no word, and the turn from the new to the old.

    Args:
        agreement: mean cosine of the dictionary's pairs after the turn, from 0 to 1, where all translations meet.
    """

    old: Tensor
    new: Tensor
    turn: AffineMap
    agreement: float


def _common_space(problem: Problem, seed: int) -> _Space:
    old, new = _word_vectors(problem.resources, seed)
    pairs = _translations(problem, old, new)
    turn = procrustes(pairs, scaled=False, centred=False)
    turned = turn.apply(pairs.left, pairs.left_ids, pairs.memory_bytes)
    met = torch.cosine_similarity(turned, pairs.right[pairs.right_ids])
    return _Space(old.of_tokens(problem.old), new.of_tokens(problem.new), turn, float(met.mean()))


def _word_vectors(here: Resources, seed: int) -> tuple[WordVectors, WordVectors]:
    """(of the old language, of the new one): those given, or made from text."""
    old = here.old_vectors or vectors_from_text(here.old_text, seed=seed)
    return old, here.new_vectors or vectors_from_text(here.target_text, seed=seed)


def _made_here(here: Resources) -> Iterator[str]:
    if here.old_vectors is None or here.new_vectors is None:
        yield "Word vectors are made from the few sentences of the corpus; give two .vec files for better rows."
    if not here.dictionary:
        yield "The dictionary is made from the few sentences of the corpus; give a published one for better rows."


def _translations(problem: Problem, old: WordVectors, new: WordVectors) -> Pairs:
    """Vectors of words and of their translations, in lower case and with a capital too.

    Raises:
        UserError: fewer pairs have vectors than would pin down a turn of any use.
    """
    here, found = problem.resources, set[tuple[int, int]]()
    pairs = here.dictionary or dictionary_from_text(here.parallel)
    for left, right in pairs:
        for spelled in (str, str.lower, str.title):
            pair = old.row_by_word.get(spelled(left)), new.row_by_word.get(spelled(right))
            if pair[0] is not None and pair[1] is not None:
                found.add((pair[0], pair[1]))
    if not found:
        raise UserError(
            f"None of the {count(len(pairs))} pairs of the dictionary has vectors in both languages. "
            "Check that word vectors and dictionary are of these two languages, in this order."
        )
    table = torch.tensor(sorted(found))
    unit_old, unit_new = (torch.nn.functional.normalize(v.vectors, dim=1) for v in (old, new))
    return Pairs(unit_new, table[:, 1], unit_old, table[:, 0], problem.memory_bytes)


def of_text(size: TransplantSize, params: Params) -> Work:
    """Words of every token of both vocabularies are looked up."""
    return Work(seconds=2e-5 * (size.n_old + size.n_new))


METHOD = Method(
    key="wechsel",
    label="WECHSEL",
    definition=(
        "Word vectors of the new language are turned onto those of the old one by a dictionary. A token's vector is "
        "the mean over the words that it is a piece of; a new row is the mean of the k old tokens with the nearest "
        "vectors, by a softmax over cosines, negative ones too, as published; k and the temperature are chosen on "
        "hidden shared tokens. Shared tokens "
        "are copied, where the publication makes up all rows; tokens in no word get the mean row, where it draws from "
        "a normal distribution. The turn is fitted to vectors of unit length, each pair once; published, to vectors "
        "as long as they are, in nine spellings. Words are spelled with a space in front only, and vectors of parts of "
        "words (fastText's), by which the publication gives every token a vector, are not used."
    ),
    source="Minixhofer, Paischer and Rekabsaz 2022, WECHSEL",
    make=rows,
    of_text=of_text,
    params=(
        Param(
            key="k",
            label="Neighbours",
            default=0,
            help="How many old tokens. Published: 10.",
            low=1,
            high=1000,
            tried=(1, 3, 10, 30, 100),
            usual=10,
        ),
        Param(
            key="temperature",
            label="Temperature",
            default=0.0,
            help="The lower, the more the nearest counts. Published: 0.1.",
            low=0.001,
            high=10.0,
            tried=(0.01, 0.03, 0.1, 0.3, 1.0),
            usual=0.1,
        ),
    ),
    needs=(WORD_VECTORS, DICTIONARY),
)
