"""New rows under which a model that reads text in new tokens comes to the hidden states that it had with its old ones.

Text is read twice: by the model as it is, and by the model with new rows in the new tokenizer's cut. Where a token ends
in both cuts, both have read the same bytes, and their last hidden states should be equal:

    L = mean over places and dimensions of (h_new - h_old)²

Only rows of new tokens move. Where rows of the head are learnt as well, the loss of the next new token is added, scaled
to the same size: L + (L / N)° N, where (L / N)° is a number and has no gradient.

Source: Dobler et al. 2025, Token Distillation (AweDist), whose loss of the next token is its "alpha NTP".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from core.common.errors import UserError
from core.common.numbers import count
from core.common.progress import report
from core.models.language_model import LanguageModel
from core.models.matrices import Matrices
from core.models.read_together import Meetings, ReadTogether, meetings, read_together
from core.models.score import usual_window
from core.text.schedule import schedule
from core.transplants.problem import Problem, Side


@dataclass(frozen=True)
class DistillationPlan:
    """How rows are learnt.

    Args:
        passes: how often the text is read.
        batch_bytes: of a step.
        rate: learning rate of Adam at the beginning; it falls to nothing by equal steps.
        head: whether rows by which tokens are predicted are learnt too.
        seed: of the order of the text.
    """

    passes: int
    batch_bytes: int
    rate: float
    head: bool
    seed: int


@dataclass(frozen=True, eq=False)
class Learnt:
    """Rows after learning.

    Args:
        rows: of the wanted tokens of each side that moves, a bias of the head as one more column, float32 (n, W).
        seen: wanted ids in the texts that both tokenizers say back.
        before, after: squared distance of the hidden states as a share of their spread, in the first and in the last
            pass over the text; 0 where they are equal.
        n_steps: done.
    """

    rows: Mapping[Side, Tensor]
    seen: frozenset[int]
    before: float
    after: float
    n_steps: int


def learn(problem: Problem, model: LanguageModel, start: Matrices, plan: DistillationPlan) -> Learnt:
    """The rows of all wanted tokens, learnt from the texts of a problem.

    Args:
        model: the one whose tokenizer is replaced.
        start: new matrices with rows to begin with.

    Raises:
        UserError: no wanted token is in the texts, or no text is said back exactly by both tokenizers.
    """
    student = model.with_matrices(start, problem.new, problem.match.special_ids, model.name)
    texts, hidden = problem.resources.all_text, _hidden(problem)
    n_bytes = sum(len(text.encode()) for text in texts)
    wanted = _wanted_there(problem, texts, n_bytes)
    rows = _MovingRows(problem, student, start, plan.head)
    n_a_pass = -(-n_bytes // plan.batch_bytes)
    n_steps = plan.passes * n_a_pass
    batches = schedule(texts, n_steps, -(-n_bytes // n_a_pass), usual_window(model, student), plan.seed)
    optimiser = torch.optim.Adam(rows.learnt, lr=plan.rate)
    apart, read = list[float](), set[int]()
    for step, batch in enumerate(batches):
        old, new = read_together(model, batch, hidden), read_together(student, batch)
        met = meetings(old, new)
        if len(met):
            loss, share = _loss(model, old, student, new, met, rows, plan.head)
            apart.append(share)
            read.update(i for row in {*met.row.tolist()} for i in new.cuts[row].ids.tolist())
            gradients = torch.autograd.grad(loss, rows.learnt, allow_unused=True)
            for each, gradient in zip(rows.learnt, gradients, strict=True):
                each.grad = gradient
            optimiser.param_groups[0]["lr"] = plan.rate * (1 - step / n_steps)
            optimiser.step()
        else:
            apart.append(float("nan"))
        report(step + 1, n_steps, "Learning rows")
    if not read:
        raise UserError(
            f"Rows are learnt where a token ends in both cuts, and of the {count(n_bytes)} bytes there are no text is "
            "said back exactly by both tokenizers. Give other text, or choose a method that does not learn."
        )
    return Learnt(rows.values(), frozenset(wanted & read), _mean(apart[:n_a_pass]), _mean(apart[-n_a_pass:]), n_steps)


def _wanted_there(problem: Problem, texts: Sequence[str], n_bytes: int) -> set[int]:
    """New ids that rows are wanted for, of which a text has one at least, or there are none."""
    wanted = {i for side in problem.sides.values() for i in side.wanted.tolist()}
    if wanted and not any(i in wanted for ids in problem.new.encode_many(list(texts)) for i in ids.tolist()):
        raise UserError(
            f"Rows are learnt from text, and none of the {count(len(wanted))} new tokens stands in the "
            f"{count(n_bytes)} bytes there are. Give more text, in the languages that the new tokenizer is for."
        )
    return wanted


class _MovingRows:
    """The rows that move, within the matrices of a model."""

    def __init__(self, problem: Problem, student: LanguageModel, start: Matrices, head: bool) -> None:
        self._start, self._names = start, _names(student.module)
        moving: list[Side] = ["input", "output"] if head and not problem.tied else ["input"]
        self._ids = {side: problem.sides[side].wanted.to(student.device) for side in moving}
        self._rows = {side: self._whole(side)[ids].float().requires_grad_() for side, ids in self._ids.items()}
        bias = start.bias if problem.tied or "output" in moving else None
        of_bias: Side = "input" if problem.tied else "output"
        self._bias = None if bias is None else bias[self._ids[of_bias]].float().requires_grad_()
        self._of_bias = of_bias
        # A bias has a gradient where what it is of is predicted.
        self.learnt = [*self._rows.values(), *([self._bias] if self._bias is not None and head else [])]

    def weights(self) -> dict[str, Tensor]:
        """The matrices with the rows as they are now, by the names that the module has for them."""
        found = {
            self._names[side]: torch.index_copy(self._whole(side), 0, ids, self._rows[side].to(self._start.input.dtype))
            for side, ids in self._ids.items()
        }
        if self._bias is not None and self._start.bias is not None:
            ids = self._ids[self._of_bias]
            found[self._names["bias"]] = torch.index_copy(self._start.bias, 0, ids, self._bias.to(self._start.bias))
        return found

    def values(self) -> dict[Side, Tensor]:
        """The rows, each with its bias behind it where there is one."""
        found = {side: rows.detach() for side, rows in self._rows.items()}
        if self._bias is not None:
            found[self._of_bias] = torch.cat([found[self._of_bias], self._bias.detach()[:, None]], 1)
        return found

    def _whole(self, side: Side) -> Tensor:
        return self._start.input if side == "input" else self._start.head


def _names(module: Any) -> dict[str, str]:
    """What a module calls its two matrices and the bias of its head."""
    embedding, head = module.get_input_embeddings(), module.get_output_embeddings()
    parameters = {"input": embedding.weight, "output": head.weight, "bias": getattr(head, "bias", None)}
    known = {id(values): name for name, values in module.named_parameters()}
    return {what: known[id(values)] for what, values in parameters.items() if values is not None}


def _hidden(problem: Problem) -> dict[int, tuple[int, ...]]:
    """What spells each old token that is hidden: the model must not read it itself."""
    spelled = problem.spelling_by_id
    return {int(problem.match.old_by_new[i]): spelled.get(i, ()) for i in problem.hidden}


def _loss(
    model: LanguageModel,
    old: ReadTogether,
    student: LanguageModel,
    new: ReadTogether,
    met: Meetings,
    rows: _MovingRows,
    head: bool,
) -> tuple[Tensor, float]:
    """The loss of one step; and the distance of the states as a share of their spread."""
    wanted = model.hidden(old.ids)[-1][met.row, met.one].float()
    asked: dict[str, Any] = {"use_cache": False, "output_hidden_states": True}
    found = functional_call(student.module, rows.weights(), (new.ids,), asked)
    loss = (found.hidden_states[-1][met.row, met.other].float() - wanted).square().mean()
    spread = (wanted - wanted.mean(0)).square().mean()
    share = float(loss.detach() / spread) if spread > 0 else float("nan")
    compared = sorted({*met.row.tolist()})
    targets = new.targets[compared]
    if head and bool((targets >= 0).any()):
        said = nn.functional.cross_entropy(found.logits[compared].float().flatten(0, 1), targets.flatten())
        loss = loss + (loss / said).detach() * said
    return loss, share


def _mean(values: Sequence[float]) -> float:
    known = list(_known(values))
    return sum(known) / len(known) if known else float("nan")


def _known(values: Sequence[float]) -> Iterator[float]:
    return (value for value in values if value == value)  # noqa: PLR0124
