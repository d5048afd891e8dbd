"""Rows that a hypernetwork predicts from the old tokens that spell a new one."""

import torch
from torch import Tensor

from core.common.errors import UnknownName, UserError
from core.common.numbers import count, so_many
from core.common.params import Param, Params
from core.transplants.base import Method
from core.transplants.hypernetworks.opening import Hypernetwork
from core.transplants.hypernetworks.predicting import PredictedRows, predicted_rows
from core.transplants.linear.coefficients import from_lists
from core.transplants.needs import HYPERNETWORK
from core.transplants.problem import Problem, ProblemSide
from core.transplants.rows import RowOrigin, Rows, made
from core.transplants.work import BESIDE_MATRICES, TransplantSize, Work, a_row_each

_PIECES = 4.0  # old tokens that spell a new one


def rows(side: ProblemSide, params: Params) -> Rows:
    """What the hypernetwork predicts for each wanted token."""
    problem, one = side.problem, _network(side.problem)
    language = _language(one, params.word("language"))
    predicted = problem.once(("predicted", language), lambda: _predicted(problem, one, language))
    sides = list(problem.sides)
    values = predicted.sides[min(sides.index(side.name), len(predicted.sides) - 1)]
    places = torch.tensor([predicted.place_by_id[i] for i in side.wanted.tolist()], dtype=torch.int64)
    found = values[places.to(values.device)]
    if side.bias is not None:
        found = torch.cat([found, _bias(side, one, predicted.bias[places.to(values.device)])[:, None]], 1)
    unspelled = torch.tensor([not predicted.spelled[i] for i in places.tolist()], dtype=torch.bool)
    return made(
        side,
        found,
        RowOrigin.SOLVED,
        {"no old tokens spell its bytes": unspelled},
        remarks=tuple(_about(one, side, predicted.n_longer)),
    )


class _Predicted:
    """Rows of all tokens that any side wants, by place."""

    def __init__(self, problem: Problem, found: PredictedRows, longest: int) -> None:
        by_id = problem.spelling_by_id
        self.place_by_id = {i: n for n, i in enumerate(by_id)}
        self.spelled = [bool(ids) for ids in by_id.values()]
        self.n_longer = sum(len(ids) > longest for ids in by_id.values())
        self.sides, self.bias = found.sides, found.bias


def _predicted(problem: Problem, one: Hypernetwork, language: int | None) -> _Predicted:
    spellings = list(problem.spelling_by_id.values())
    found = predicted_rows(one, problem.base, spellings, problem.device, problem.memory_bytes, language)
    return _Predicted(problem, found, one.layout.longest)


def _network(problem: Problem) -> Hypernetwork:
    found = problem.resources.hypernetwork
    assert found is not None, "declared as needed"
    return found


def _language(one: Hypernetwork, asked: str) -> int | None:
    """Place of a language among those that it can be told; the first where none is asked for."""
    known = one.layout.languages
    if asked and not known:
        raise UserError(f"The hypernetwork {one.name} is not told a language. Leave the language away.")
    if asked and asked not in known:
        raise UnknownName("language of this hypernetwork", asked, known)
    return known.index(asked) if asked else 0 if known else None


def _bias(side: ProblemSide, one: Hypernetwork, predicted: Tensor) -> Tensor:
    """Of the head: predicted, or the mean of the old pieces' where the network predicts none."""
    if one.layout.bias:
        return predicted
    means = from_lists(side.spellings).apply(side.base_rows, side.problem.memory_bytes)
    return means[:, -1].to(predicted)


def _about(one: Hypernetwork, side: ProblemSide, n_longer: int) -> list[str]:
    found = []
    if n_longer:
        spelled_so = so_many(n_longer, "token is spelled", "tokens are spelled")
        found.append(f"{spelled_so} with more than {count(one.layout.longest)} old ones, of which the first count.")
    if one.layout.bias and side.problem.base.bias is None:
        found.append("The hypernetwork predicts a bias of the head as well, and the model has none: it is left out.")
    if one.layout.languages:
        found.append(f"Languages that this hypernetwork can be told: {', '.join(one.layout.languages)}.")
    return found


def of_rows(size: TransplantSize, params: Params) -> Work:
    """The network reads each token's pieces; both sides are predicted at once."""
    of_token = BESIDE_MATRICES * 2.0 * _PIECES * size.n_hypernetwork
    return a_row_each(size, params) + Work(of_token / size.n_sides * size.n_wanted)


METHOD = Method(
    key="zett",
    label="ZeTT (hypernetwork)",
    definition=(
        "A network trained beforehand for this model, on many tokenizers, predicts a new token's rows from those of "
        "the old tokens that spell it; nothing is learnt here. One ships for tiny-english, which adds what it predicts "
        "to the subword mean; checkpoints of ZeTT predict whole rows and are opened by their published layout. Shared "
        "tokens are copied, where the publication predicts all rows but those of special tokens."
    ),
    source="Minixhofer, Ponti and Vulić 2024, Zero-Shot Tokenizer Transfer",
    make=rows,
    of_rows=of_rows,
    params=(
        Param(
            key="language",
            label="Language",
            default="",
            help="Of the new tokens, for a hypernetwork that is told it, such as de; empty takes its first.",
            untried="It changes nothing where a hypernetwork is not told a language.",
        ),
    ),
    needs=(HYPERNETWORK,),
)
