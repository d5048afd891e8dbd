"""What there is to do when a model gets a new tokenizer, and what all methods of doing it share, computed once."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, TypeVar, cast

import numpy as np
import torch
from torch import Tensor

from core.common.errors import UserError
from core.models.matrices import Matrices
from core.tokenizers.matching import Match, Rule, match, vocabulary_of
from core.tokenizers.special_roles import special_ids
from core.tokenizers.spelling import Spelling, spell
from core.tokenizers.tokenizer import LocalTokenizer
from core.transplants.linear.affine import mean_of
from core.transplants.linear.word_vectors import WordVectors

Side = Literal["input", "output"]
Made = TypeVar("Made")
Encoder = Callable[[Sequence[str]], Tensor]

# A model may lack rows for a few tokens added to its tokenizer later (Gemma 3 does); more is another tokenizer.
MAX_SHARE_WITHOUT_ROW = 0.01
# What is the same whichever tokens are hidden, and so is not worked out again: seconds, and copies of the matrices.
_WHATEVER_IS_HIDDEN = ("match", "_base_rows", "_finite", "_zero")


@dataclass(frozen=True, eq=False)
class Resources:
    """What some methods need beyond matrices and vocabularies.

    Args:
        target_text: text in the languages that the new tokenizer is for.
        token_vectors: auxiliary vectors of the new tokens, float (V_new, d), NaN rows where there is none; they take
            the place of vectors trained on `target_text`.
        old_vectors, new_vectors: word vectors of the old and of the new language.
        dictionary: (word of the old language, its translation).
        parallel: (sentence in the old language, the same in the new language).
        encoder: turns texts into vectors, (n, d); None takes the built-in one, which sees spelling only.
        helper: input embeddings of a model with the new tokenizer, (V_new, d); None takes the donor's.
    """

    target_text: Sequence[str] = ()
    token_vectors: Tensor | None = None
    old_vectors: WordVectors | None = None
    new_vectors: WordVectors | None = None
    dictionary: Sequence[tuple[str, str]] = ()
    parallel: Sequence[tuple[str, str]] = ()
    encoder: Encoder | None = None
    helper: Tensor | None = None


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


@dataclass(frozen=True, eq=False)
class Problem:
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
    _made: dict[Hashable, object] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        _check_shape(self.base, "The model")
        _check_size(self.base, self.old, "The model")
        if self.donor is not None:
            _check_shape(self.donor, "The donor")
            _check_size(self.donor, self.new, "The donor")

    @property
    def sides(self) -> tuple[Side, ...]:
        """The matrices to make: one where the head is tied to the input."""
        return ("input",) if self.base.tied else ("input", "output")

    @cached_property
    def match(self) -> Match:
        """Which old row each new row corresponds to."""
        return match(self.old, self.new, self.base.n_rows, self.old_roles)

    def without(self, new_ids: Sequence[int]) -> "Problem":
        """The same problem with the old rows of these new tokens kept from the methods, for held-out tests.

        The old tokens are then neither copied, nor anchors, nor pieces of a spelling.
        """
        held = replace(self, hidden=frozenset(new_ids))
        for name in _WHATEVER_IS_HIDDEN:
            held.__dict__[name] = getattr(self, name)
        return held

    def old_ids(self, side: Side) -> Tensor:
        """Old id per new row, -1 where none is to be copied, int64 (V_rows,)."""
        return self._old_ids[side]

    @cached_property
    def _old_ids(self) -> dict[Side, Tensor]:
        found = dict[Side, Tensor]()
        for side in self.sides:
            ids = (self.match.read_as if side == "input" else self.match.old_by_new).copy()
            ids[list(self.hidden)] = -1
            if side == "output":
                ids[self.match.rules == Rule.SHADOWED] = -1
            ids[ids >= self.base.n_rows] = -1
            known = ids >= 0
            ids[known] = np.where(self._finite[side].numpy()[ids[known]], ids[known], -1)
            found[side] = torch.from_numpy(ids)
        return found

    def wanted(self, side: Side) -> Tensor:
        """New ids whose rows a method has to make: they stand for text and have no old row, int64 (n,), ascending."""
        return self._wanted[side]

    @cached_property
    def _wanted(self) -> dict[Side, Tensor]:
        silent = torch.from_numpy(self.match.rules == Rule.SHADOWED)
        text = torch.from_numpy(self.match.text)
        return {
            side: torch.nonzero(text & (self.old_ids(side) < 0) & (~silent if side == "output" else True)).flatten()
            for side in self.sides
        }

    # rows

    def base_rows(self, side: Side) -> Tensor:
        """The model's rows, float32 (V_old, W) on the device; a bias of the head is one more column of its rows."""
        return self._base_rows[side]

    @cached_property
    def _base_rows(self) -> dict[Side, Tensor]:
        rows: dict[Side, Tensor] = {"input": self.base.input.to(self.device, torch.float32)}
        head = self.base.head.to(self.device, torch.float32)
        if self.base.bias is not None:
            head = torch.cat([head, self.base.bias.to(self.device, torch.float32)[:, None]], 1)
        if not self.base.tied:
            rows["output"] = head
        return rows

    def donor_rows(self, side: Side) -> Tensor:
        """The donor's rows, float32 (V_new, D) on the device, zero for tokens it has no row for."""
        return self._donor_rows[side]

    @cached_property
    def _donor_rows(self) -> dict[Side, Tensor]:
        assert self.donor is not None, "asked only by methods that declare the need"
        size = len(vocabulary_of(self.new))
        return {side: _fitted(getattr(self.donor, "head" if side == "output" else side), size, self.device)
                for side in self.sides}  # fmt: skip

    @cached_property
    def helper(self) -> Tensor:
        """Input rows of a model with the new tokenizer, float32 (V_new, d) on the device, zero where there are none."""
        given = self.resources.helper
        if given is None:
            return self.donor_rows("input")
        return _fitted(given, len(vocabulary_of(self.new)), self.device)

    def width(self, side: Side) -> int:
        """W of `base_rows`."""
        return int(self.base_rows(side).shape[1])

    def usable_old(self, side: Side) -> Tensor:
        """Old tokens that stand for text and whose row says something, bool (V_old,) on the CPU."""
        return self._usable_old[side]

    @cached_property
    def _usable_old(self) -> dict[Side, Tensor]:
        text = torch.zeros(self.base.n_rows, dtype=torch.bool)
        special = special_ids(self.old)
        kept = [i for i, p in enumerate(vocabulary_of(self.old).pieces) if p and i not in special]
        text[[i for i in kept if i < self.base.n_rows]] = True
        text[sorted(self.hidden_old)] = False
        return {side: text & self._finite[side] & ~self._zero[side] for side in self.sides}

    @cached_property
    def hidden_old(self) -> frozenset[int]:
        """Old ids of the hidden tokens."""
        ids = self.match.old_by_new[list(self.hidden)]
        return frozenset(ids[ids >= 0].tolist())

    def usable_donor(self, side: Side) -> Tensor:
        """New tokens whose donor row says something, bool (V_new,) on the CPU."""
        return self._usable_donor[side]

    @cached_property
    def _usable_donor(self) -> dict[Side, Tensor]:
        return {side: (self.donor_rows(side).norm(dim=1) > 0).cpu() for side in self.sides}

    @cached_property
    def _finite(self) -> dict[Side, Tensor]:
        return {side: torch.isfinite(self.base_rows(side)).all(1).cpu() for side in self.sides}

    @cached_property
    def _zero(self) -> dict[Side, Tensor]:
        return {side: (self.base_rows(side) == 0).all(1).cpu() for side in self.sides}

    @cached_property
    def flaws(self) -> tuple[str, ...]:
        """What is wrong with the rows given, in sentences."""
        found = list[str]()
        for side in self.sides:
            n_broken, n_zero = int((~self._finite[side]).sum()), int(self._zero[side].sum())
            if n_broken:
                found.append(
                    f"{n_broken:,} {side} rows of the model hold NaN or infinity; they are not copied or used."
                )
            if n_zero:
                found.append(
                    f"{n_zero:,} {side} rows of the model are zero; copied as they are, used for nothing else."
                )
            if self.donor is not None:
                lost = int((~self.usable_donor(side)[: len(vocabulary_of(self.new))]).sum())
                if lost:
                    found.append(f"{lost:,} new tokens have no usable {side} row in the donor (missing, zero or NaN).")
        short = len(vocabulary_of(self.old)) - self.base.n_rows
        if short > 0:
            found.append(f"The model has no row for the last {short:,} tokens of its tokenizer.")
        return tuple(found)

    def anchors(self, side: Side) -> Anchors:
        """Tokens shared by both vocabularies with usable rows in the model and, where there is one, the donor."""
        return self._anchors[side]

    @cached_property
    def _anchors(self) -> dict[Side, Anchors]:
        rules = torch.from_numpy(self.match.rules)
        on_text = (rules == Rule.BYTES) | (rules == Rule.WORD_START)
        found = dict[Side, Anchors]()
        for side in self.sides:
            old = self.old_ids(side)
            fits = on_text & (old >= 0)
            fits[fits.clone()] = self.usable_old(side)[old[fits]]
            if self.donor is not None:
                fits[: len(self.usable_donor(side))] &= self.usable_donor(side)
            new = torch.nonzero(fits).flatten()
            found[side] = Anchors(new, old[new])
        return found

    def mean_row(self, side: Side) -> Tensor:
        """The mean of the model's usable text rows, float32 (W,): what a text token gets that no method can make."""
        return self._mean_rows[side]

    @cached_property
    def _mean_rows(self) -> dict[Side, Tensor]:
        return {side: self._mean_of(side, self.usable_old(side)) for side in self.sides}

    def quiet_row(self, side: Side) -> Tensor:
        """The row of an id that stands for no text and has no counterpart, float32 (W,).

        The mean of the rows that the model has for unused ids, which its training has taught it not to predict; the
        mean row where it has none.
        """
        return self._quiet_rows[side]

    @cached_property
    def _quiet_rows(self) -> dict[Side, Tensor]:
        words, special = vocabulary_of(self.old), special_ids(self.old)
        unused = torch.ones(self.base.n_rows, dtype=torch.bool)
        unused[[i for i, p in enumerate(words.pieces) if (p or i in special) and i < self.base.n_rows]] = False
        return {
            side: self._mean_of(side, chosen) if chosen.any() else self.mean_row(side)
            for side in self.sides
            for chosen in [unused & self._finite[side] & ~self._zero[side]]
        }

    def _mean_of(self, side: Side, chosen: Tensor) -> Tensor:
        if not chosen.any():
            raise UserError(
                f"No {side} row of the model can be used: all are zero, NaN or infinite. "
                "Its file is damaged; fetch it again."
            )
        mean = mean_of(self.base_rows(side), torch.nonzero(chosen).flatten(), self.memory_bytes)
        return mean.to(self.device, torch.float32)

    # spellings

    def spellings(self, side: Side) -> list[Spelling]:
        """Usable old ids that spell the bytes of each wanted token, as the old tokenizer would; empty if it cannot."""
        usable = self.usable_old(side).tolist()
        return [tuple(i for i in self._spelling_by_id[t] if usable[i]) for t in self.wanted(side).tolist()]

    @cached_property
    def _spelling_by_id(self) -> dict[int, Spelling]:
        ids = sorted({i for side in self.sides for i in self.wanted(side).tolist()})
        pieces = [vocabulary_of(self.new).pieces[i] for i in ids]
        lacking = range(self.base.n_rows, len(vocabulary_of(self.old)))
        return dict(zip(ids, spell(self.old, pieces, self.hidden_old | frozenset(lacking)), strict=True))

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives, made once for this key and kept: for work that both sides, or several methods, share."""
        if key not in self._made:
            self._made[key] = make()
        return cast(Made, self._made[key])

    def block_rows(self, bytes_per_row: float) -> int:
        """How many rows may be worked on at a time under the memory ceiling."""
        return max(1, int(self.memory_bytes // max(1.0, bytes_per_row)))


def _fitted(rows: Tensor, size: int, device: torch.device) -> Tensor:
    """The first `size` rows in float32; unusable and missing ones are zero."""
    kept = rows[:size].to(device, torch.float32)
    broken = ~torch.isfinite(kept).all(1)
    if not broken.any() and len(kept) == size:
        return kept
    whole = torch.zeros(size, rows.shape[1], device=device)
    whole[: len(kept)] = torch.where(broken[:, None], 0.0, kept)
    return whole


def _check_shape(matrices: Matrices, whose: str) -> None:
    for name, rows in (("input", matrices.input), ("output", matrices.head)):
        if rows.ndim != 2 or not rows.numel():
            raise UserError(
                f"{whose} has no {name} matrix with a row per token: its shape is {tuple(rows.shape)}. "
                "Choose a causal language model with input and output embeddings."
            )
    if len(matrices.head) != matrices.n_rows:
        raise UserError(
            f"{whose} has {matrices.n_rows:,} input rows and {len(matrices.head):,} output rows; both must be as many. "
            "Its checkpoint is incomplete or of another kind."
        )
    if matrices.bias is not None and tuple(matrices.bias.shape) != (matrices.n_rows,):
        raise UserError(
            f"{whose} has a head bias of shape {tuple(matrices.bias.shape)} for {matrices.n_rows:,} rows. "
            "Its checkpoint is incomplete or of another kind."
        )


def _check_size(matrices: Matrices, tokenizer: LocalTokenizer, whose: str) -> None:
    size = len(vocabulary_of(tokenizer))
    if size - matrices.n_rows > size * MAX_SHARE_WITHOUT_ROW:
        raise UserError(
            f"{whose} has {matrices.n_rows:,} rows, but its tokenizer {tokenizer.info.label} has {size:,} tokens. "
            "They do not belong together: choose the tokenizer that the model was trained with."
        )
