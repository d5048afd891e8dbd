"""Replaces the tokenizer of a language model: what a method declares, and the new matrices with the origin of each row.

A row of the new matrices is copied where the old vocabulary has the same token, taken over by role for special tokens,
and made by the chosen method for all other tokens that stand for text. What a method cannot make is the mean row, and
is counted with the reason; nothing is left zero or NaN unsaid.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from math import nan
from typing import Literal

import torch
from torch import Tensor

from core.affine import AffineMap
from core.coefficients import Coefficients
from core.errors import UnknownName, UserError, shown
from core.memory_peak import MemoryPeak
from core.models.matrices import Matrices
from core.registry import entries
from core.transplant_problem import Problem, Resources, Side
from core.vocabulary_match import Match

NO_DONOR_ROW = "the donor has no usable row for it"
Value = int | float | str | bool
Need = Literal["anchors", "donor", "helper", "target text", "word vectors", "dictionary", "parallel text"]


class Provenance(IntEnum):
    """Where a row of a new matrix comes from."""

    COPIED = 0  # an old row as it was
    COMPOSED = 1  # by a rule from old rows: a mean, a draw, given weights
    SOLVED = 2  # by weights or a map fitted for it
    FALLBACK = 3  # the method could not make it; the mean row, or the row of an unused id

    @property
    def word(self) -> str:
        """
        >>> Provenance.SOLVED.word
        'solved'
        """
        return self.name.lower()


@dataclass(frozen=True)
class Param:
    """A parameter of a method, from which pages and the command line draw controls.

    Args:
        key: its name on the command line.
        label: its name on a page.
        default: also says its type.
        help: what it does, in a sentence.
        low, high: its range, both included, for numbers.
        choices: what it may be, for words.
    """

    key: str
    label: str
    default: Value
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    def read(self, given: Value) -> Value:
        """The value given, also as text, in this parameter's type.

        Raises:
            UserError: it is of another type, out of range or none of the choices.

        >>> Param("k", "Neighbours", 10, "How many.", 1, 100).read("12")
        12
        """
        kind = type(self.default)
        if kind is bool and isinstance(given, str):
            given = {"true": True, "false": False, "on": True, "off": False}.get(given.lower(), given)
        try:
            value = given if kind is bool else kind(given)
        except ValueError:
            value = given
        whole = kind is not int or not isinstance(given, float) or given.is_integer()
        if type(value) is not kind or not whole or value != value:  # noqa: PLR0124
            raise UserError(f"{self.key} cannot be {shown(str(given))}: give {_NOUNS[kind]}, such as {self.default}.")
        if self.choices and value not in self.choices:
            raise UnknownName(self.key, str(value), self.choices)
        if not isinstance(value, str) and not self._low <= value <= self._high:
            raise UserError(f"{self.key} cannot be {value}: give a number from {self._low:g} to {self._high:g}.")
        return value

    @property
    def _low(self) -> float:
        return float("-inf") if self.low is None else self.low

    @property
    def _high(self) -> float:
        return float("inf") if self.high is None else self.high


_NOUNS: dict[type, str] = {int: "a whole number", float: "a number", str: "a word", bool: "true or false"}


@dataclass(frozen=True)
class Params:
    """The values of a method's parameters, all of them, and the seed of whatever it draws."""

    values: Mapping[str, Value]
    seed: int = 0

    def whole(self, key: str) -> int:
        """A whole number."""
        return int(self.values[key])

    def number(self, key: str) -> float:
        """A number."""
        return float(self.values[key])

    def word(self, key: str) -> str:
        """One of its choices."""
        return str(self.values[key])

    def on(self, key: str) -> bool:
        """Whether it is switched on."""
        return bool(self.values[key])

    def generator(self) -> torch.Generator:
        """A source of randomness on the CPU, the same whatever the device."""
        return torch.Generator().manual_seed(self.seed)


@dataclass(frozen=True, eq=False)
class Rows:
    """What a method made: a row for each wanted token of one side.

    Args:
        values: float32 (n, W), in the order of `Problem.wanted`; empty once written into matrices.
        provenance: `Provenance` per row, uint8 (n,).
        reasons: why rows are fallback rows.
        reason: index into `reasons` per row, -1 for rows that were made, int16 (n,).
        residual: what is left of a token's donor row when its weights have had their say, as a share of its norm after
            centring, (n,), NaN for fallback rows; None where there is nothing to be left.
        coefficients: weights of old rows, where rows are weighted sums of few.
        extras: more numbers per row by name, (n,) each.
        facts: numbers about all rows by name.
        remarks: what a user of the rows should know, in sentences.
    """

    values: Tensor
    provenance: Tensor
    reasons: tuple[str, ...] = ()
    reason: Tensor = field(default_factory=lambda: torch.empty(0, dtype=torch.int16))
    residual: Tensor | None = None
    coefficients: Coefficients | None = None
    extras: Mapping[str, Tensor] = field(default_factory=dict)
    facts: Mapping[str, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def n_by_reason(self) -> dict[str, int]:
        """Fallback rows under each reason."""
        return {reason: int((self.reason == n).sum()) for n, reason in enumerate(self.reasons)}


def made(
    problem: Problem,
    side: Side,
    values: Tensor,
    provenance: Provenance | Tensor,
    unmade: Mapping[str, Tensor] | None = None,
    *,
    may_be_zero: bool = False,
    residual: Tensor | None = None,
    coefficients: Coefficients | None = None,
    extras: Mapping[str, Tensor] | None = None,
    facts: Mapping[str, float] | None = None,
    remarks: tuple[str, ...] = (),
) -> Rows:
    """The rows of a method, with the mean row wherever it made none or one that cannot be used.

    Args:
        values: (n, W); whatever stands in rows that were not made is replaced.
        provenance: of the rows that were made, one for all or one for each, uint8 (n,).
        unmade: reason to which rows it holds for, bool (n,); the first reason counts.
        may_be_zero: whether zero rows are what the method means to make.
    """
    broken, zero = _unusable(values, (problem.base.input if side == "input" else problem.base.head).dtype)
    reasons = {**(unmade or {}), "its numbers overflow or are undefined": broken}
    if not may_be_zero:
        reasons["it comes out as zero"] = zero
    reason = torch.full((len(values),), -1, dtype=torch.int16)
    kept = list[str]()
    for words, mask in reasons.items():
        newly = mask.cpu() & (reason < 0)
        if newly.any():
            reason[newly] = len(kept)
            kept.append(words)
    failed = reason >= 0
    if failed.any():
        values = torch.where(failed.to(values.device)[:, None], problem.mean_row(side).to(values), values)
    kinds = torch.as_tensor(provenance, dtype=torch.uint8).expand(len(values))
    kinds = torch.where(failed, torch.tensor(int(Provenance.FALLBACK), dtype=torch.uint8), kinds)
    if residual is not None:
        residual = torch.where(failed, nan, residual.cpu())
    cpu_extras = {name: numbers.cpu() for name, numbers in (extras or {}).items()}
    return Rows(values, kinds, tuple(kept), reason, residual, coefficients, cpu_extras, dict(facts or {}), remarks)


def _unusable(values: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Which rows are not finite, and which are zero, as numbers of this format: bool (n,) each, on the CPU."""
    checks = [torch.empty(0, 2, dtype=torch.bool)]
    for at in range(0, len(values), 4096):
        stored = values[at : at + 4096].to(dtype)
        checks.append(torch.stack([~torch.isfinite(stored).all(1), (stored == 0).all(1)], 1).cpu())
    broken, zero = torch.cat(checks).unbind(1)
    return broken, zero


def composed(
    problem: Problem,
    side: Side,
    coefficients: Coefficients,
    provenance: Provenance | Tensor,
    unmade: Mapping[str, Tensor] | None = None,
    *,
    rest: Tensor | None = None,
    residual: Tensor | None = None,
    extras: Mapping[str, Tensor] | None = None,
    facts: Mapping[str, float] | None = None,
    remarks: tuple[str, ...] = (),
) -> Rows:
    """Rows that are weighted sums of old rows, with the sums of the weights and of their absolute values.

    Args:
        rest: a row that gets what the weights lack of one, (W,): the mean, if weights are of centred rows.
    """
    values = coefficients.apply(problem.base_rows(side), problem.memory_bytes)
    if rest is not None:
        lacking = (1 - coefficients.sums).to(values.device)
        values.addcmul_(lacking[:, None], rest.to(values)[None])
    about = {"coefficient sum": coefficients.sums, "coefficient l1": coefficients.l1}
    about["atoms"] = coefficients.lengths.float()
    return made(
        problem,
        side,
        values,
        provenance,
        unmade,
        residual=residual,
        coefficients=coefficients,
        extras=about | dict(extras or {}),
        facts=facts,
        remarks=remarks,
    )


def mapped(problem: Problem, side: Side, affine: AffineMap) -> Rows:
    """Rows that are the images of donor rows under a map."""
    donor, wanted = problem.donor_rows(side), problem.wanted(side)
    there = problem.usable_donor(side)[wanted]
    return made(
        problem,
        side,
        affine.apply(donor, wanted, problem.memory_bytes),
        Provenance.SOLVED,
        {NO_DONOR_ROW: ~there},
        facts=affine.facts,
    )


@dataclass(frozen=True)
class Sizes:
    """How large a problem is, for what a method will take of one side.

    Args:
        n_new: rows to make.
        n_anchors: tokens that both vocabularies have.
        width, donor_width: of the model's rows and of the donor's; 0 without a donor.
        n_old: rows of the model.
    """

    n_new: int
    n_anchors: int
    width: int
    donor_width: int
    n_old: int


@dataclass(frozen=True)
class Method:
    """A way to make rows for new tokens.

    Args:
        key: its name on the command line.
        label: its name on a page.
        definition: what it does, in a sentence or two.
        source: paper or origin.
        rows: the rows of one side; called only if nothing is missing.
        params: what can be set.
        needs: what must be there beyond the model and both tokenizers.
        control: whether it is a negative control, which a method should beat.
        work: about how many multiplications and additions one side takes; None for what takes no time to speak of.
    """

    key: str
    label: str
    definition: str
    source: str
    rows: Callable[[Problem, Side, Params], Rows]
    params: tuple[Param, ...] = ()
    needs: tuple[Need, ...] = ()
    control: bool = False
    work: Callable[[Sizes, Params], float] | None = None

    def unavailable(self, problem: Problem) -> str | None:
        """What is missing and how to get it, in a sentence or two for the user; None if nothing is."""
        shares = all(len(problem.anchors(side)) for side in problem.sides) if "anchors" in self.needs else True
        return self.lacks(problem.resources, has_donor=problem.donor is not None, has_anchors=shares)

    def lacks(self, resources: Resources, *, has_donor: bool, has_anchors: bool = True) -> str | None:
        """The same before there are matrices, from what is known to be there."""
        missing = (_missing(need, resources, has_donor, has_anchors) for need in self.needs)
        return next((reason for reason in missing if reason), None)

    def read(self, given: Mapping[str, Value], seed: int = 0) -> Params:
        """All parameters: those given, and the defaults of the others.

        Raises:
            UserError: there is no such parameter, or it cannot have that value.
        """
        by_key = {param.key: param for param in self.params}
        for key in given:
            if key not in by_key:
                raise UnknownName(f"parameter of {self.key}", key, by_key)
        values = {key: param.read(given[key]) if key in given else param.default for key, param in by_key.items()}
        return Params(values, seed)


def _missing(need: Need, here: Resources, has_donor: bool, has_anchors: bool) -> str | None:
    """What a need lacks here."""
    there: dict[Need, tuple[bool, str]] = {
        "anchors": (
            has_anchors,
            "The two vocabularies share no token with usable rows, so there is nothing to go by.",
        ),
        "donor": (
            has_donor,
            "It needs a donor: another language model that has the new tokenizer. "
            "Choose one, for example the model that the tokenizer comes with.",
        ),
        "helper": (
            here.helper is not None or has_donor,
            "It needs the input embeddings of a model with the new tokenizer, which may be small. "
            "Choose a donor, or train a small model with that tokenizer.",
        ),
        "target text": (
            bool(here.target_text) or here.token_vectors is not None,
            "It needs text in the languages that the new tokenizer is for, to learn what its tokens mean. "
            "Choose a corpus, or give vectors of the new tokens.",
        ),
        "word vectors": (
            here.old_vectors is not None and here.new_vectors is not None,
            "It needs word vectors of the old and of the new language. Give two .vec files, such as fastText's "
            "cc.en.300.vec and cc.de.300.vec, or text in both languages to make them from.",
        ),
        "dictionary": (
            bool(here.dictionary),
            "It needs a bilingual dictionary: lines of a word, a tab and its translation. WECHSEL's project has "
            "dictionaries for many languages; MUSE's can be used too.",
        ),
        "parallel text": (
            bool(here.parallel),
            "It needs sentences with their translations. Choose a parallel corpus that has both languages.",
        ),
    }
    is_there, words = there[need]
    return None if is_there else words


def methods() -> dict[str, Method]:
    """Every method by key.

    Raises:
        ValueError: two have one key.
    """
    found: dict[str, Method] = {}
    for entry in entries("core.transplants", "METHOD", Method):
        if found.setdefault(entry.key, entry) is not entry:
            raise ValueError(f"two methods are called {entry.key}")
    return found


def method(key: str) -> Method:
    """The method that a key names.

    Raises:
        UnknownName: there is none; suggests the nearest.

    >>> method("mean").label
    'Mean'
    """
    known = methods()
    if key not in known:
        raise UnknownName("transplant method", key, known)
    return known[key]


@dataclass(frozen=True, eq=False)
class Transplanted:
    """New matrices, and where each row comes from.

    Args:
        matrices: for the new tokenizer, in the number format and on the device of the model's own; tied and with a
            bias as they are. Rows beyond the new vocabulary are padding, as many as the model had.
        provenance: `Provenance` per row and side, uint8 (V_rows,).
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

    def n_by_provenance(self, side: Side) -> dict[Provenance, int]:
        """Rows of each origin."""
        return {kind: int((self.provenance[side] == kind).sum()) for kind in Provenance}


def transplant(
    problem: Problem, method: Method, given: Mapping[str, Value] | None = None, seed: int = 0
) -> Transplanted:
    """Matrices for the new tokenizer.

    Raises:
        UserError: something that the method needs is missing, or a parameter cannot be what it is.
    """
    params = method.read(given or {}, seed)
    if reason := method.unavailable(problem):
        raise UserError(f"{method.label} cannot be used here. {reason}")
    for side in problem.sides:  # what methods share is not this one's time
        problem.anchors(side)
        problem.mean_row(side)
    peak = MemoryPeak(problem.device)
    start = time.perf_counter()
    rows = {side: method.rows(problem, side, params) for side in problem.sides}
    written = {side: _written(problem, side, rows[side]) for side in problem.sides}
    seconds, peak_bytes = time.perf_counter() - start, peak.bytes()
    matrices = Matrices(
        written["input"].rows,
        None if problem.base.tied else written["output"].rows,
        next((w.bias for w in written.values() if w.bias is not None), None),
    )
    remarks = [*problem.flaws]
    for side, one in rows.items():
        remarks += [f"{n:,} {side} rows are the mean row, since {why}." for why, n in one.n_by_reason.items()]
        remarks += [remark for remark in one.remarks if remark not in remarks]
        remarks += written[side].remarks
    return Transplanted(
        matrices,
        {side: one.provenance for side, one in written.items()},
        {side: replace(one, values=one.values.new_empty(0, one.values.shape[1])) for side, one in rows.items()},
        {side: problem.wanted(side) for side in problem.sides},
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


def _written(problem: Problem, side: Side, made_rows: Rows) -> _Written:
    """A new matrix, every row of it written exactly once."""
    base = problem.base.input if side == "input" else problem.base.head
    has_bias = problem.base.bias is not None and side == problem.sides[-1]
    old, wanted, width = problem.old_ids(side), problem.wanted(side), base.shape[1]
    copied = torch.nonzero(old >= 0).flatten()
    times = torch.zeros(len(old), dtype=torch.int8)
    times[copied] += 1
    times[wanted] += 1
    quiet = torch.nonzero(times == 0).flatten()  # special, unused or shadowed, without a counterpart
    times[quiet] += 1
    assert bool((times == 1).all()), "every row is written exactly once"
    new = base.new_empty(len(old), width)
    bias = problem.base.bias.new_empty(len(old)) if has_bias and problem.base.bias is not None else None
    sources = ((copied, None), (wanted, made_rows.values), (quiet, problem.quiet_row(side).expand(len(quiet), -1)))
    for ids, values in sources:
        at = ids.to(base.device)
        if values is None:
            new[at] = base[old[ids].to(base.device)]
        else:
            new[at] = values[:, :width].to(base.device, base.dtype)
        if bias is not None and problem.base.bias is not None:
            rows_bias = problem.base.bias[old[ids].to(bias.device)] if values is None else values[:, -1]
            bias[ids.to(bias.device)] = rows_bias.to(bias.device, bias.dtype)
    provenance = torch.full((len(old),), int(Provenance.FALLBACK), dtype=torch.uint8)
    provenance[copied] = int(Provenance.COPIED)
    provenance[wanted] = made_rows.provenance
    remarks = tuple(_about_quiet(problem, side, quiet))
    return _Written(new, bias, provenance, remarks)


def _about_quiet(problem: Problem, side: Side, quiet: Tensor) -> Iterator[str]:
    text = torch.from_numpy(problem.match.text)[quiet]
    n_silent, n_special = int(text.sum()), int((~text).sum())
    if n_silent:
        yield (
            f"{n_silent:,} {side} rows of byte-fallback tokens are as for unused ids: "
            "the new vocabulary has an ordinary token for the same byte, which is the one that is written."
        )
    if n_special:
        yield f"{n_special:,} {side} rows of special or unused tokens have no counterpart and are as for unused ids."
