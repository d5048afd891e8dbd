"""Whether two transplants read texts differently beyond chance: paired tests over texts, corrected for their number.

The difference in bits per byte of two models on the same texts is a ratio of sums, tested against 0
(`core.stats.ratio_t_test`). Over all texts each language weighs the same, however many bytes its script takes; texts
without a language weigh by domain. Translations of one sentence rise and fall together, so they count as one item;
texts without translations are items of their own, within their language and domain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from core.evaluation.results import Table
from core.lab.outcome import Outcome, Role
from core.lab.result import LabResult
from core.lab.setting import Setting
from core.stats.number import Number
from core.stats.ratio_t_test import LEVEL, holm, ratio_against_zero

Floats = NDArray[np.float64]

MIN_ITEMS = 10
BITS = "bits_per_byte"


@dataclass(frozen=True, eq=False)
class Entrant:
    """A model as it enters comparisons: an anchor, or a method with its parameters, averaged over seeds.

    Args:
        name: unique; a method's name without seed.
        label: for people.
        role: as of its outcomes.
        outcomes: one per seed.
        bits: of each text, (N,).
        usable: texts that it gives bits to, (N,).
    """

    name: str
    label: str
    role: Role
    outcomes: tuple[Outcome, ...]
    bits: Floats
    usable: NDArray[np.bool_]


@dataclass(frozen=True)
class TextPart:
    """Some of the texts.

    Args:
        language: their code; empty for any.
        domain: of what kind they are; empty for any.
    """

    language: str = ""
    domain: str = ""


ALL = TextPart()


@dataclass(frozen=True)
class Comparison:
    """Two models on the same texts.

    Args:
        first, second: names of entrants.
        part: the texts.
        difference: bits per byte of the first minus those of the second; NaN with a reason.
        low, high: its 95 % interval, not corrected.
        p: two-sided probability of so large a difference by chance.
        adjusted: the same after Holm's correction for all comparisons made at once.
        reason: why there is no test; empty where there is one.
    """

    first: str
    second: str
    part: TextPart
    difference: float
    low: float
    high: float
    p: float
    adjusted: float
    reason: str = ""

    @property
    def distinguishable(self) -> bool:
        """Does the difference go beyond chance at the 5 % level after correction?"""
        return self.adjusted < LEVEL

    @property
    def first_better(self) -> bool:
        """Does the first read better, beyond chance?"""
        return self.distinguishable and self.difference < 0

    @property
    def second_better(self) -> bool:
        """Does the second?"""
        return self.distinguishable and self.difference > 0


def entrants(result: LabResult) -> list[Entrant]:
    """The models of a result that have bits per text, in its order."""
    by_name: dict[str, list[Outcome]] = {}
    for outcome in result.outcomes:
        if outcome.table(BITS, "texts") is not None:
            by_name.setdefault(outcome.entrant, []).append(outcome)
    found = []
    for name, outcomes in by_name.items():
        tables = [t for o in outcomes if (t := o.table(BITS, "texts")) is not None]
        bits = np.mean([t.numbers("model_nats") / np.log(2) for t in tables], axis=0)
        usable = np.logical_and.reduce([t.numbers("compared") for t in tables])
        found.append(Entrant(name, outcomes[0].label, outcomes[0].role, tuple(outcomes), bits, usable))
    return found


def parts_of(setting: Setting) -> list[TextPart]:
    """Each language and each domain of the texts; none where that is all texts alike."""
    texts = setting.texts
    languages = [TextPart(code) for code in dict.fromkeys(texts.words("language")) if code]
    domains = [TextPart("", name) for name in dict.fromkeys(texts.words("domain")) if name]
    chosen = {part: tuple(of_part(setting, part).tolist()) for part in [*languages, *domains]}
    found, seen = list[TextPart](), set[tuple[bool, ...]]()
    for part, mine in chosen.items():
        if not all(mine) and mine not in seen:
            found.append(part)
            seen.add(mine)
    return found


def of_part(setting: Setting, part: TextPart) -> NDArray[np.bool_]:
    """Which texts belong to it, (N,)."""
    languages, domains = setting.texts.words("language"), setting.texts.words("domain")
    fits = [part.language in ("", a) and part.domain in ("", b) for a, b in zip(languages, domains, strict=True)]
    return np.array(fits, np.bool_)


def groups_of(setting: Setting) -> NDArray[np.intp]:
    """The language of each text as a number, or where it has none its domain, (N,): what a macro mean is over."""
    names = zip(setting.texts.words("language"), setting.texts.words("domain"), strict=True)
    number = dict[tuple[str, str], int]()
    return np.array([number.setdefault((a, "" if a else b), len(number)) for a, b in names], np.intp)


def macro_bits(setting: Setting, entrant: Entrant) -> float:
    """Mean over languages of an entrant's bits per byte."""
    used, weights, n_bytes = weights_of(setting, entrant)
    return float((weights * entrant.bits[used]).sum() / (weights * n_bytes).sum()) if used.any() else nan


def macro_number(setting: Setting, entrant: Entrant, part: TextPart = ALL) -> Number:
    """The same on some of the texts, with its 95 % interval over items; NaN with a reason where none counts."""
    used, weights, n_bytes = weights_of(setting, entrant, part)
    items = [item for item, mine in zip(items_of(setting.texts), used, strict=True) if mine]
    value, low, high, _, reason = _test(weights * entrant.bits[used], weights * n_bytes, items)
    return Number(value, low, high, reason)


def weights_of(setting: Setting, entrant: Entrant, part: TextPart = ALL) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Which texts of a part an entrant gives bits to, (N,); of these the weight of a byte, and how many there are."""
    used, n_bytes = entrant.usable & of_part(setting, part), setting.texts.numbers("n_bytes").astype(np.float64)
    return used, _even(n_bytes[used], groups_of(setting)[used]), n_bytes[used]


def _even(n_bytes: Floats, groups: NDArray[np.intp]) -> Floats:
    """A weight for each byte of each text under which all groups have as much, (N,)."""
    return np.asarray(1 / np.bincount(groups, n_bytes)[groups])


def compare(
    setting: Setting, pairs: Sequence[tuple[Entrant, Entrant]], parts: Sequence[TextPart] = (ALL,)
) -> list[Comparison]:
    """Each pair on each part of the texts, corrected for all of them at once; languages weigh alike."""
    texts = setting.texts
    n_bytes, groups = texts.numbers("n_bytes").astype(np.float64), groups_of(setting)
    items = items_of(texts)
    found = []
    for first, second in pairs:
        for part in parts:
            mine = first.usable & second.usable & of_part(setting, part)
            weights = _even(n_bytes[mine], groups[mine])
            numbers = _test(
                weights * (first.bits - second.bits)[mine],
                weights * n_bytes[mine],
                [item for item, m in zip(items, mine, strict=True) if m],
            )
            found.append((first.name, second.name, part, *numbers))
    adjusted = holm(np.array([row[6] for row in found], np.float64)) if found else np.empty(0)
    return [Comparison(*row[:7], float(a), *row[7:]) for row, a in zip(found, adjusted, strict=True)]


def items_of(texts: Table) -> list[tuple[str, str]]:
    """(stratum, item) of each text of a setting: those of one item rise and fall together."""
    found, columns = [], (texts.words(name) for name in ("language", "domain", "sentence"))
    for n, (language, domain, sentence) in enumerate(zip(*columns, strict=True)):
        found.append((domain, sentence) if sentence else (f"{language} {domain}", f"text {n}"))
    return found


def _test(
    difference: Floats, n_bytes: Floats, items: Sequence[tuple[str, str]]
) -> tuple[float, float, float, float, str]:
    """(difference per byte, low, high, p, reason), of weighted sums."""
    if not n_bytes.sum():
        return nan, nan, nan, nan, "There is no text that both read."
    place = {item: n for n, item in enumerate(dict.fromkeys(items))}
    n, at = len(place), np.array([place[item] for item in items])
    if n < MIN_ITEMS:
        value = float(difference.sum() / n_bytes.sum())
        return value, nan, nan, nan, f"A test needs {MIN_ITEMS} sentences, and there {'is' if n == 1 else 'are'} {n}."
    above, below = (np.bincount(at, each, n).astype(np.float64) for each in (difference, n_bytes))
    _, strata = np.unique([stratum for stratum, _ in place], return_inverse=True)
    found = ratio_against_zero(above, below, strata)
    return found.value, found.low, found.high, found.p, ""
