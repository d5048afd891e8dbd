"""How well a method makes up rows that are known: in space, and in the working of the original model."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.common.definitions import Definition
from core.common.errors import UserError
from core.common.numbers import count
from core.common.params import Param, Params
from core.evaluation.base import Evaluator, Subject
from core.evaluation.needs import METHOD, ORIGINAL
from core.evaluation.passes.cells import cells, figures, minus, quotient
from core.evaluation.passes.columns import number_columns
from core.evaluation.passes.geometry import neighbours, overlap
from core.evaluation.passes.likelihood import LN2
from core.evaluation.results import Measures, Table
from core.models.matrices import Matrices
from core.models.score import score
from core.stats.number import Number
from core.tokenizers.matching import vocabulary_of
from core.transplants.base import transplant
from core.transplants.problem import Problem, ProblemSide

SHARE = Param(
    key="share",
    label="Share hidden",
    default=0.1,
    help="Which share of the shared tokens is hidden from the method.",
    low=0.001,
    high=0.5,
)
BYTES = Param(
    key="bytes",
    label="Bytes of text",
    default=50_000,
    help="How much text the original reads with the rows made up.",
    low=100,
    high=10_000_000,
)
NEIGHBOURS = 10


def evaluate(subject: Subject, params: Params) -> Measures:
    """The method once more without some shared tokens; their rows put into the original, with its own tokenizer."""
    problem, method = subject.problem, subject.method
    assert problem is not None and method is not None, "declared as needed"
    anchors = _hideable(problem)
    n_hidden = round(params.number("share") * len(anchors))
    if not n_hidden:
        why = f"Of {count(len(anchors))} shared tokens of two bytes and more, {params.number('share'):.1%} are none."
        return Measures({d.key: Number(np.nan, reason=why) for d in EVALUATOR.numbers})
    hidden = np.sort(np.random.default_rng(params.seed).permutation(anchors)[:n_hidden])
    without = problem.without(hidden.tolist())
    given = subject.transplanted.params.values if subject.transplanted is not None else {}
    if reason := method.unavailable(without):
        raise UserError(f"{method.label} cannot make up hidden tokens. {reason}")
    made = transplant(without, method, given, params.seed).matrices
    old = problem.match.old_by_new[hidden]
    tables, headline = dict[str, Table](), dict[str, Number]()
    for name, side in problem.sides.items():
        tables[name], means = _in_space(side, made, torch.from_numpy(hidden), torch.from_numpy(old))
        headline |= {f"{name}_{what}": number for what, number in means.items()}
    tables["working"], lost = _working(subject, made, hidden, old, params)
    headline["bits_lost"] = lost["both"]
    facts = {"n_hidden": n_hidden, "n_shared": len(anchors)}
    unused = Number(np.nan, reason="The head is tied to the input rows.")
    numbers = {d.key: headline.get(d.key, unused) for d in EVALUATOR.numbers}
    return Measures(numbers, tables, facts)


def _hideable(problem: Problem) -> NDArray[np.int64]:
    """Shared tokens of two bytes and more, as new tokens are: without its single bytes a vocabulary spells nothing."""
    anchors: NDArray[np.int64] = problem.sides["input"].anchors.new.cpu().numpy()
    return anchors[vocabulary_of(problem.new).lengths[anchors] > 1]


def _in_space(side: ProblemSide, made: Matrices, new: Tensor, old: Tensor) -> tuple[Table, Mapping[str, Number]]:
    """Rows made up against the true ones: cosine, relative distance, ratio of lengths, common neighbours."""
    base, made_rows = side.matrix, made.input if side.name == "input" else made.head
    true, guess = base[old].double().cpu(), made_rows[new].double().cpu()
    cosine = torch.nn.functional.cosine_similarity(true, guess, dim=1)
    distance = (guess - true).norm(dim=1) / true.norm(dim=1)
    lengths = guess.norm(dim=1) / true.norm(dim=1)
    usable = torch.nonzero(side.usable_old).flatten()
    place = torch.full((len(base),), -1)
    place[usable] = torch.arange(len(usable))
    rows = base.cpu()[usable]
    near = [neighbours(rows, vectors, NEIGHBOURS, place[old]) for vectors in (true, guess)]
    common = overlap(*near).double() / max(1, near[0].shape[1])
    table = Table(
        {
            "old_id": old.numpy(),
            "cosine": cosine.numpy(),
            "relative_distance": distance.numpy(),
            "norm_ratio": lengths.numpy(),
            "neighbour_overlap": common.numpy(),
        }
    )
    why = "No interval: a mean over tokens."
    means = {
        name: Number(float(np.nanmean(table.numbers(name))), reason=why) for name in table.columns if name != "old_id"
    }
    return table, means


def _working(
    subject: Subject, made: Matrices, hidden: NDArray[np.int64], old: NDArray[np.int64], params: Params
) -> tuple[Table, Mapping[str, Number]]:
    """Bits per byte that the original loses when these rows of it are the ones made up."""
    original, reference = subject.original, subject.reference
    before = reference.original_reading
    chosen = reference.sample(params.whole("bytes"), before.sound & (before.text_bytes > 0))
    texts, cut = reference.only(chosen), before.scores
    sides = ("both",) if made.tied else ("input", "output", "both")
    quantities = [before.text_nats * chosen, before.text_bytes * chosen]
    for side in sides:
        rows = _overwritten(original.matrices(), made, torch.from_numpy(hidden), torch.from_numpy(old), side)
        model = original.with_matrices(rows, original.tokenizer, original.special_ids)
        scores = score(model, texts, window_bytes=cut.window_bytes, stride_bytes=cut.stride_bytes)
        quantities.append(np.array([np.nansum(t.nats) for t in scores.texts]))
    ratios = [minus(quotient(n, 1, LN2), quotient(0, 1, LN2)) for n in range(2, len(quantities))]
    whole = cells(reference.texts, chosen)[0]
    numbers = figures(whole, np.array(quantities), ratios, params.seed)
    hit = np.isin(before.ids, old) & chosen[before.text]
    share = hit.sum() / max(1, int(chosen[before.text].sum()))
    columns = {"side": sides, **number_columns("bits_lost", numbers), "token_share": np.full(len(sides), share)}
    return Table(columns), dict(zip(sides, numbers, strict=True))


def _overwritten(base: Matrices, made: Matrices, new: Tensor, old: Tensor, side: str) -> Matrices:
    """The base matrices with the rows of `old` taken from the rows of `new`."""

    def patched(rows: Tensor, others: Tensor) -> Tensor:
        copy = rows.clone()
        copy[old.to(copy.device)] = others[new.to(others.device)].to(copy.device, copy.dtype)
        return copy

    read = patched(base.input, made.input) if side in ("input", "both") else base.input
    head, bias = None if made.tied else base.head, base.bias
    if side in ("output", "both"):
        head = None if head is None else patched(head, made.head)
        bias = None if base.bias is None or made.bias is None else patched(base.bias, made.bias)
    return Matrices(read, head, bias)


EVALUATOR = Evaluator(
    key="held_out_anchors",
    label="Held-out shared tokens",
    definition=(
        "A share of the tokens of two bytes and more that both vocabularies have is hidden from the method, which "
        "makes up rows for them as for new tokens. How near these are to the true rows: cosine, relative distance, "
        "ratio of lengths, share of the 10 nearest tokens in common. And what they do: put into the original model, "
        "which keeps its own tokenizer, how many bits per byte it loses. No segmentation changes there, so this is "
        "the error of the rows alone."
    ),
    numbers=(
        Definition(
            "bits_lost", "Bits lost by made-up rows", "bits/byte", "lower", "Of the original with its own tokenizer."
        ),
        Definition("input_cosine", "Cosine, input", "", "higher", "Of rows made up and true input rows, mean."),
        Definition("output_cosine", "Cosine, output", "", "higher", "Of rows made up and true output rows, mean."),
        Definition("input_norm_ratio", "Length, input", "×", "", "Of rows made up over true input rows, mean."),
        Definition("output_norm_ratio", "Length, output", "×", "", "Of rows made up over true output rows, mean."),
        Definition(
            "input_neighbour_overlap", "Neighbours, input", "", "higher", "Share of the 10 nearest in common, mean."
        ),
        Definition(
            "output_neighbour_overlap", "Neighbours, output", "", "higher", "Share of the 10 nearest in common, mean."
        ),
    ),
    cost="the method once more, and three passes of the original over up to 50 kB",
    evaluate=evaluate,
    remakes=1,
    own_bytes=lambda params, n_bytes: 2.0 * min(params.whole("bytes"), n_bytes),
    needs=(ORIGINAL, METHOD),
    params=(SHARE, BYTES),
)
