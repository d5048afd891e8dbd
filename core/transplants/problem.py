"""What there is to do when a model gets a new tokenizer, and what all methods of doing it share, worked out once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar

import numpy as np
import torch
from torch import Tensor

from core.common.errors import UserError
from core.common.memo import Memo
from core.common.numbers import count, so_many
from core.models.matrices import Matrices
from core.tokenizers.matching import Match, Rule, match, vocabulary_of
from core.tokenizers.special_roles import special_ids
from core.tokenizers.spelling import Spelling, spell
from core.tokenizers.tokenizer import LocalTokenizer
from core.transplants.given_matrices import check, fitted
from core.transplants.linear.affine import mean_of
from core.transplants.resources import Resources

Side = Literal["input", "output"]
Value = TypeVar("Value")

# Of a side: the same whichever tokens are hidden and whatever memory there is; seconds, and copies of the matrices.
_AS_GIVEN = ("base_rows", "donor_rows", "usable_donor", "finite", "zero")


@dataclass(frozen=True, eq=False)
class Problem(Memo):
    """A model's matrices, its tokenizer, and the tokenizer that it shall have.

    Args:
        old: the model's tokenizer.
        new: the tokenizer that it shall have.
        base: the model's matrices, rows by old id.
        donor: matrices of another model that has the new tokenizer, rows by new id.
        resources: what some methods need besides.
        old_roles: ids that the model itself uses for roles such as "bos".
        device: where to compute.
        memory_bytes: what a method may take beyond its inputs, one float32 copy of them, and its result.
        hidden: new ids whose old row is kept from the methods, to see how well they make it up.
        asked: new ids that rows are wanted for; empty for all that have none.
        pad_to: the new matrices have a multiple of so many rows.
        untie: whether a head that is tied to the input gets rows of its own.
        frugal: whether rows in float32 are given up as soon as a matrix is made, to be converted again when asked for.
        shared: what was worked out from what is given alone, whichever tokens are hidden and whatever memory there is.

    Raises:
        UserError: the matrices do not belong to the tokenizers, or hold no usable row.
    """

    old: LocalTokenizer
    new: LocalTokenizer
    base: Matrices
    donor: Matrices | None = None
    resources: Resources = field(default_factory=Resources)
    old_roles: Mapping[str, int] = field(default_factory=dict)
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    memory_bytes: int = 2**30
    hidden: frozenset[int] = frozenset()
    asked: frozenset[int] = frozenset()
    pad_to: int = 1
    untie: bool = False
    frugal: bool = False
    shared: Memo = field(default_factory=Memo, repr=False)

    def __post_init__(self) -> None:
        check(self.base, self.old, "The model")
        if self.donor is not None:
            check(self.donor, self.new, "The donor")

    @property
    def sides(self) -> "Mapping[Side, ProblemSide]":
        """The matrices to make, by name: one where the head is tied to the input."""
        names: tuple[Side, ...] = ("input",) if self.tied else ("input", "output")
        return {name: ProblemSide(self, name) for name in names}

    @property
    def tied(self) -> bool:
        """Whether one matrix serves as both."""
        return self.base.tied and not self.untie

    @property
    def unties(self) -> bool:
        """Whether the model's head is tied, and that of the new one is not."""
        return self.base.tied and self.untie

    @property
    def untied(self) -> "Problem":
        """The same problem with a matrix for each side; itself where there is one for each already."""
        return self.once("untied", lambda: self._but(untie=True)) if self.tied else self

    @cached_property
    def match(self) -> Match:
        """Which old row each new row corresponds to."""
        return match(self.old, self.new, self.base.n_rows, self.old_roles, self.pad_to)

    def without(self, new_ids: Sequence[int], *, alone: bool = False) -> "Problem":
        """The same problem with the old rows of these new tokens kept from the methods, for held-out tests.

        The old tokens are then neither copied, nor anchors, nor pieces of a spelling.

        Args:
            alone: whether rows are wanted for these tokens only.
        """
        ids = frozenset(new_ids)
        return self._but(hidden=self.hidden | ids, asked=ids if alone else frozenset())

    def within(self, memory_bytes: int) -> "Problem":
        """The same problem under another memory ceiling."""
        return self._but(memory_bytes=memory_bytes)

    def give_up(self, name: Side) -> None:
        """Let go of a side's rows in float32, which are copies, if this problem is frugal."""
        if self.frugal:
            for what in ("base_rows", "donor_rows"):
                self._kept.pop((name, what), None)

    def _but(self, **changed: Any) -> "Problem":
        other = replace(self, **changed)
        other.__dict__["match"] = self.match
        keys = [(name, what) for name in self.sides for what in _AS_GIVEN if (name, what) in self._kept]
        if other.tied != self.tied and self.base.bias is not None:
            keys = []  # the bias is a column of other rows
        other._kept.update({key: self._kept[key] for key in keys})
        return other

    @cached_property
    def unwritten(self) -> tuple[int, ...]:
        """New special ids that share an old token's row with another where the head is tied to the input.

        Both are as probable then, so whatever samples from the model has to leave these out.
        """
        return tuple(np.flatnonzero(self.match.repeats).tolist()) if self.tied else ()

    @cached_property
    def hidden_old(self) -> frozenset[int]:
        """Old ids of the hidden tokens."""
        ids = self.match.old_by_new[list(self.hidden)]
        return frozenset(ids[ids >= 0].tolist())

    @property
    def helper(self) -> Tensor:
        """Input rows of a model with the new tokenizer, float32 (V_new, d) on the device, zero where there are none."""
        given = self.resources.helper
        if given is None:
            return self.sides["input"].donor_rows
        return self.once("helper", lambda: fitted(given, len(vocabulary_of(self.new)), self.device))

    @cached_property
    def flaws(self) -> tuple[str, ...]:
        """What is wrong with the rows given, in sentences."""
        found = [flaw for side in self.sides.values() for flaw in side.flaws]
        short = len(vocabulary_of(self.old)) - self.base.n_rows
        if short > 0:
            last = "last token" if short == 1 else f"last {count(short)} tokens"
            found.append(f"The model has no row for the {last} of its tokenizer.")
        return tuple(found)

    @cached_property
    def spelling_by_id(self) -> dict[int, Spelling]:
        """Old ids that spell each token that a side wants a row for; empty where none do."""
        ids = sorted({i for side in self.sides.values() for i in side.wanted.tolist()})
        pieces = [vocabulary_of(self.new).pieces[i] for i in ids]
        lacking = range(self.base.n_rows, len(vocabulary_of(self.old)))
        return dict(zip(ids, spell(self.old, pieces, self.hidden_old | frozenset(lacking)), strict=True))

    def block_rows(self, bytes_per_row: float) -> int:
        """How many rows may be worked on at a time under the memory ceiling."""
        return max(1, int(self.memory_bytes // max(1.0, bytes_per_row)))


@dataclass(frozen=True, eq=False)
class Anchors:
    """Tokens that both vocabularies have, with usable rows on both sides.

    Args:
        new: new ids, int64 (N,).
        old: old ids, int64 (N,).
    """

    new: Tensor
    old: Tensor

    def __len__(self) -> int:
        return len(self.new)


class _once(Generic[Value]):  # a decorator, as `cached_property`
    """A property of a side, worked out once and kept by its problem.

    Sides that a problem kept, and that know their problem, would be a cycle, in which matrices outlive their use.
    """

    def __init__(self, make: "Callable[[ProblemSide], Value]") -> None:
        self._make, self.__doc__ = make, make.__doc__

    def __get__(self, side: "ProblemSide", owner: type) -> Value:
        return side.problem.once((side.name, self._make.__name__), lambda: self._make(side))


@dataclass(frozen=True, eq=False)
class ProblemSide:
    """One of the matrices to make.

    Args:
        problem: of which it is a side.
        name: of the matrix.
    """

    problem: Problem
    name: Side

    @property
    def matrix(self) -> Tensor:
        """The model's rows as they are given, (V_old, D)."""
        base = self.problem.base
        return base.input if self.name == "input" else base.head

    @property
    def bias(self) -> Tensor | None:
        """The bias of the head, (V_old,), if these rows are the head's and it has one."""
        problem = self.problem
        return problem.base.bias if self.name == "output" or problem.tied else None

    @_once
    def old_ids(self) -> Tensor:
        """Old id per new row, -1 where none is to be copied, int64 (V_rows,)."""
        found = self.problem.match
        apart = self.name == "input" and not self.problem.tied  # one row for both has to end texts
        ids = (found.read_as if apart else found.old_by_new).copy()
        ids[list(self.problem.hidden)] = -1
        if self.name == "output":
            ids[(found.rules == Rule.SHADOWED) | found.repeats] = -1
        ids[ids >= self.problem.base.n_rows] = -1
        known = ids >= 0
        ids[known] = np.where(self.finite.numpy()[ids[known]], ids[known], -1)
        return torch.from_numpy(ids)

    @_once
    def wanted(self) -> Tensor:
        """New ids whose rows a method has to make: they stand for text and have no old row, int64 (n,), ascending."""
        found = self.problem.match
        chosen = torch.from_numpy(found.text) & (self.old_ids < 0)
        if self.name == "output":
            chosen &= torch.from_numpy(found.rules != Rule.SHADOWED)
        if self.problem.asked:
            asked = torch.zeros_like(chosen)
            asked[sorted(self.problem.asked)] = True
            chosen &= asked
        return torch.nonzero(chosen).flatten()

    @_once
    def base_rows(self) -> Tensor:
        """The model's rows, float32 (V_old, W) on the device; a bias of the head is one more column of its rows."""
        rows = self.matrix.to(self.problem.device, torch.float32)
        if self.bias is None:
            return rows
        return torch.cat([rows, self.bias.to(self.problem.device, torch.float32)[:, None]], 1)

    @property
    def width(self) -> int:
        """W of `base_rows`."""
        return int(self.base_rows.shape[1])

    @_once
    def donor_rows(self) -> Tensor:
        """The donor's rows, float32 (V_new, D) on the device, zero for tokens it has no row for."""
        donor = self.problem.donor
        assert donor is not None, "asked only by methods that declare the need"
        rows = donor.input if self.name == "input" else donor.head
        return fitted(rows, len(vocabulary_of(self.problem.new)), self.problem.device)

    @_once
    def finite(self) -> Tensor:
        """Old rows without NaN and infinity, bool (V_old,) on the CPU."""
        found: Tensor = torch.isfinite(self.base_rows).all(1).cpu()
        return found

    @_once
    def zero(self) -> Tensor:
        """Old rows of zeros, bool (V_old,) on the CPU."""
        return (self.base_rows == 0).all(1).cpu()

    @_once
    def usable_old(self) -> Tensor:
        """Old tokens that stand for text and whose row says something, bool (V_old,) on the CPU."""
        text, special = torch.zeros_like(self.finite), special_ids(self.problem.old)
        kept = [i for i, piece in enumerate(vocabulary_of(self.problem.old).pieces) if piece and i not in special]
        text[[i for i in kept if i < len(text)]] = True
        text[sorted(self.problem.hidden_old)] = False
        return text & self.finite & ~self.zero

    @_once
    def usable_donor(self) -> Tensor:
        """New tokens whose donor row says something, bool (V_new,) on the CPU."""
        norms: Tensor = self.donor_rows.norm(dim=1)
        return (norms > 0).cpu()

    @_once
    def anchors(self) -> Anchors:
        """Tokens shared by both vocabularies with usable rows in the model and, where there is one, the donor."""
        rules = torch.from_numpy(self.problem.match.rules)
        fits = ((rules == Rule.BYTES) | (rules == Rule.WORD_START)) & (self.old_ids >= 0)
        fits[fits.clone()] = self.usable_old[self.old_ids[fits]]
        if self.problem.donor is not None:
            fits[: len(self.usable_donor)] &= self.usable_donor
        new = torch.nonzero(fits).flatten()
        return Anchors(new, self.old_ids[new])

    @_once
    def mean_row(self) -> Tensor:
        """The mean of the model's usable text rows, float32 (W,): what a text token gets that no method can make."""
        return self._mean_of(self.usable_old)

    @_once
    def quiet_row(self) -> Tensor:
        """The row of an id that stands for no text and has no counterpart, float32 (W,).

        The mean of the rows that the model has for unused ids, which its training has taught it not to predict; the
        mean row where it has none.
        """
        pieces, special = vocabulary_of(self.problem.old).pieces, special_ids(self.problem.old)
        unused = self.finite & ~self.zero
        unused[[i for i, piece in enumerate(pieces[: len(unused)]) if piece or i in special]] = False
        return self._mean_of(unused) if unused.any() else self.mean_row

    def _mean_of(self, chosen: Tensor) -> Tensor:
        if not chosen.any():
            raise UserError(
                f"No {self.name} row of the model can be used: all are zero, NaN or infinite. "
                "Its file is damaged; fetch it again."
            )
        mean = mean_of(self.base_rows, torch.nonzero(chosen).flatten(), self.problem.memory_bytes)
        return mean.to(self.problem.device, torch.float32)

    @property
    def spellings(self) -> list[Spelling]:
        """Usable old ids that spell the bytes of each wanted token, as the old tokenizer would; empty if it cannot."""
        usable, spelled = self.usable_old.tolist(), self.problem.spelling_by_id
        return [tuple(i for i in spelled[t] if usable[i]) for t in self.wanted.tolist()]

    @property
    def flaws(self) -> list[str]:
        """What is wrong with the rows given, in sentences."""
        lost = ~self.usable_donor if self.problem.donor is not None else torch.zeros(0)
        row, rows = f"{self.name} row of the model", f"{self.name} rows of the model"
        lacking = f"no usable {self.name} row in the donor: missing, zero or NaN."
        found = (
            (~self.finite, f"{row} holds", f"{rows} hold", "NaN or infinity; not copied, not used."),
            (self.zero, f"{row} is", f"{rows} are", "zero; copied, but used for nothing else."),
            (lost, "new token has", "new tokens have", lacking),
        )
        return [f"{so_many(int(which.sum()), one, more)} {flaw}" for which, one, more, flaw in found if which.any()]
