"""Replaces the tokenizer of a language model: what a method declares, and the new matrices with the origin of each row.

A row of the new matrices is copied where the old vocabulary has the same token, taken over by role for special tokens,
and made by the chosen method for all other tokens that stand for text. What a method cannot make is the mean row, and
is counted with the reason; nothing is left zero or NaN unsaid.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from core.common.errors import UserError
from core.common.need import Need, missing
from core.common.numbers import count, so_many
from core.common.params import Param, Params, Value, read_params
from core.common.registry import Registry
from core.models.matrices import Matrices
from core.models.memory_peak import MemoryPeak
from core.tokenizers.matching import Match
from core.transplants.held_out_choice import Make, tuned
from core.transplants.needs import Available
from core.transplants.problem import Problem, ProblemSide, Side
from core.transplants.rows import RowOrigin, Rows
from core.transplants.work import TransplantSize, Work, WorkOf, a_row_each, nothing, tuned_work


@dataclass(frozen=True, kw_only=True)
class Method:
    """A way to make rows for new tokens.

    Args:
        key: its name on the command line.
        label: its name on a page.
        definition: what it does, in a sentence or two.
        source: paper or origin.
        make: the rows of one side with all parameters set; called only if nothing is missing.
        params: what can be set. Each has values to be tried, of which one is chosen, or says why it has none.
        needs: what must be there beyond the model and both tokenizers.
        better_with: what it can do without, but makes better rows with.
        control: whether it is a control, which knows nothing of single tokens and which a method should beat.
        own_head: whether it gives a model whose head is tied to its input a head of its own.
        of_rows, of_text: what it takes to make the rows of one side, and to learn from text what serves all sides.
    """

    key: str
    label: str
    definition: str
    source: str
    make: Make
    params: tuple[Param, ...] = ()
    needs: tuple[Need[Available], ...] = ()
    better_with: tuple[Need[Available], ...] = ()
    control: bool = False
    own_head: bool = False
    of_rows: WorkOf = a_row_each
    of_text: WorkOf = nothing

    def work(
        self,
        size: TransplantSize,
        given: Mapping[str, Value],
        *,
        dearest: bool = False,
        chosen: Mapping[str, Value] | None = None,
    ) -> Work:
        """All that it does.

        Args:
            given: parameters that are not left open.
            dearest: whether hidden tokens are expected to choose what takes most, and not what lies in the middle.
            chosen: what they did choose, where that is known.

        Raises:
            UserError: as `read`.
        """
        size = replace(size, n_sides=2) if self.own_head else size
        params = self.read(given)
        return tuned_work(params, self.params, size, self.of_rows, self.of_text, chosen, dearest=dearest)

    def rows(self, side: ProblemSide, params: Params) -> Rows:
        """The rows of one side, parameters left open being chosen on hidden shared tokens."""
        return tuned(side, params, self.params, self.make)

    def posed(self, problem: Problem) -> Problem:
        """The problem that it solves: with a head of its own, where it gives models one."""
        return problem.untied if self.own_head else problem

    def unavailable(self, problem: Problem) -> str | None:
        """What is missing and how to get it, in a sentence or two for the user; None if nothing is."""
        has_donor = problem.donor is not None
        return self.lacks(Available(resources=problem.resources, has_donor=has_donor, problem=problem))

    def lacks(self, here: Available) -> str | None:
        """The same from what is known to be there, also before there are matrices."""
        return missing(self.needs, here)

    def read(self, given: Mapping[str, Value], seed: int = 0) -> Params:
        """All parameters: those given, and the defaults of the others.

        Raises:
            UserError: there is no such parameter, or it cannot have that value.
        """
        return read_params(self.key, self.params, given, seed)


METHODS = Registry(package="core.transplants.methods", constant="METHOD", kind=Method, noun="transplant method")


@dataclass(frozen=True, eq=False)
class Transplanted:
    """New matrices, and where each row comes from.

    Args:
        matrices: for the new tokenizer, in the number format and on the device of the model's own; tied and with a
            bias as they are, unless the head is untied. Rows beyond the new vocabulary are padding, as many as the
            model had.
        provenance: `RowOrigin` per row and side, uint8 (V_rows,).
        rows: what the method says of the rows that it made, by side, for the tokens in `wanted`; values left out.
        wanted: new ids that the method made rows for, by side, int64 (n,).
        match: which old row each new row corresponds to.
        special_ids: id by role in the new tokenizer, for configurations.
        method: its key.
        params: its parameters.
        seconds: time it took, of this method alone and not of what methods share.
        peak_bytes: memory it took at most beyond what was there before; NaN where that cannot be told.
        remarks: what a user of the matrices should know, in sentences.
    """

    matrices: Matrices
    provenance: Mapping[Side, Tensor]
    rows: Mapping[Side, Rows]
    wanted: Mapping[Side, Tensor]
    match: Match
    special_ids: Mapping[str, int]
    method: str
    params: Params
    seconds: float
    peak_bytes: float
    remarks: tuple[str, ...]

    def n_by_provenance(self, side: Side) -> dict[RowOrigin, int]:
        """Rows of each origin."""
        return {kind: int((self.provenance[side] == kind).sum()) for kind in RowOrigin}

    def other_ends(self, old_ids: Sequence[int]) -> list[int]:
        """New ids that correspond to one of these old ids, ascending, without that of the end of a text."""
        found = np.flatnonzero(np.isin(self.match.old_by_new, list(old_ids))).tolist()
        return [i for i in found if i != self.special_ids.get("eos")]


def transplant(
    problem: Problem, method: Method, given: Mapping[str, Value] | None = None, seed: int = 0
) -> Transplanted:
    """Matrices for the new tokenizer.

    Raises:
        UserError: something that the method needs is missing, or a parameter cannot be what it is.
    """
    problem = method.posed(problem)
    params = method.read(given or {}, seed)
    if reason := method.unavailable(problem):
        raise UserError(f"{method.label} cannot be used here. {reason}")
    sides = problem.sides
    for name, side in sides.items():  # what methods share is not this one's time
        side.anchors, side.mean_row, side.quiet_row  # noqa: B018
        problem.give_up(name)
    peak = MemoryPeak(problem.device)
    start = time.perf_counter()
    rows, written = dict[Side, Rows](), dict[Side, _Written]()
    for name, side in sides.items():
        made = method.rows(side, params)
        problem.give_up(name)
        written[name] = _written(side, made)
        rows[name] = replace(made, values=made.values.new_empty(0, made.values.shape[1]))
        del made
    seconds, peak_bytes = time.perf_counter() - start, peak.bytes()
    matrices = Matrices(
        written["input"].rows,
        None if problem.tied else written["output"].rows,
        next((w.bias for w in written.values() if w.bias is not None), None),
    )
    remarks = [*problem.flaws]
    if problem.unties:
        n, n_all = written["output"].rows.numel(), written["input"].rows.numel()
        remarks.append(
            f"The head is untied from the input: it has rows of its own, {count(n)} parameters beside {count(n_all)} "
            "of the input matrix."
        )
    for name, one in rows.items():
        row = f"{name} row is the mean row, since", f"{name} rows are the mean row, each since"
        remarks += [f"{so_many(n, *row)} {why}." for why, n in one.n_by_reason.items()]
        remarks += [remark for remark in one.remarks if remark not in remarks]
        remarks += written[name].remarks
    if problem.unwritten:
        shared = so_many(len(problem.unwritten), "special token shares", "special tokens share")
        remarks.append(
            f"{shared} a row with another, since the model has one token for both and its head is tied to its input: "
            "both are as probable, and the generation settings leave the second out."
        )
    return Transplanted(
        matrices,
        {name: one.provenance for name, one in written.items()},
        rows,
        {name: side.wanted for name, side in sides.items()},
        problem.match,
        problem.match.special_ids,
        method.key,
        params,
        seconds,
        peak_bytes,
        tuple(remarks),
    )


@dataclass(frozen=True, eq=False)
class _Written:
    rows: Tensor
    bias: Tensor | None
    provenance: Tensor
    remarks: tuple[str, ...]


def _written(side: ProblemSide, made_rows: Rows) -> _Written:
    """A new matrix, every row of it written exactly once."""
    base, base_bias, old, wanted = side.matrix, side.bias, side.old_ids, side.wanted
    copied = torch.nonzero(old >= 0).flatten()
    times = torch.zeros(len(old), dtype=torch.int8)
    times[copied] += 1
    times[wanted] += 1
    quiet = torch.nonzero(times == 0).flatten()  # special, unused or shadowed, without a counterpart
    times[quiet] += 1
    assert bool((times == 1).all()), "every row is written exactly once"
    new = base.new_empty(len(old), base.shape[1])
    bias = None if base_bias is None else base_bias.new_empty(len(old))
    sources = ((copied, None), (wanted, made_rows.values), (quiet, side.quiet_row.expand(len(quiet), -1)))
    for ids, values in sources:
        at = ids.to(base.device)
        if values is None:
            new[at] = base[old[ids].to(base.device)]
        else:
            new[at] = values[:, : base.shape[1]].to(base.device, base.dtype)
        if bias is not None and base_bias is not None:
            rows_bias = base_bias[old[ids].to(bias.device)] if values is None else values[:, -1]
            bias[ids.to(bias.device)] = rows_bias.to(bias.device, bias.dtype)
    provenance = torch.full((len(old),), int(RowOrigin.FALLBACK), dtype=torch.uint8)
    provenance[copied] = int(RowOrigin.COPIED)
    provenance[wanted] = made_rows.provenance
    remarks = tuple(_about_quiet(side, quiet))
    return _Written(new, bias, provenance, remarks)


def _about_quiet(side: ProblemSide, quiet: Tensor) -> Iterator[str]:
    found = side.problem.match
    text, repeats = torch.from_numpy(found.text)[quiet], torch.from_numpy(found.repeats)[quiet]
    n_silent, n_repeats, n_special = int(text.sum()), int(repeats.sum()), int((~text & ~repeats).sum())
    row, rows = f"{side.name} row of a", f"{side.name} rows of"
    if n_silent:
        yield (
            f"{so_many(n_silent, f'{row} byte-fallback token is', f'{rows} byte-fallback tokens are')} as for unused "
            "ids: the new vocabulary has an ordinary token for the same byte, which is the one that is written."
        )
    if n_repeats:
        yield (
            f"{so_many(n_repeats, f'{row} special token is', f'{rows} special tokens are')} as for unused ids: the "
            "model has one token for it and another special token, which is the one that is written."
        )
    if n_special:
        one = f"{row} special or unused token has no counterpart and counts as unused"
        more = f"{rows} special or unused tokens have no counterpart and count as unused"
        yield f"{so_many(n_special, one, more)}."
