"""What a comparison comes to, in words: which methods beat the controls, and which cannot be told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

import numpy as np

from core.common.listed import listed
from core.common.numbers import count, so_many
from core.lab.differences import (
    ALL,
    BITS,
    Comparison,
    Entrant,
    TextPart,
    compare,
    entrants,
    groups_of,
    macro_bits,
    parts_of,
)  # fmt: skip
from core.lab.result import LabResult
from core.lab.setting import PARALLEL, Setting
from core.text.languages import language

_MOST_NAMES = 12
_BASELINE = "subword_mean"
_NOTHING_READ = (
    "No text is read exactly both before and after, or none is given a probability, so there is nothing to compare: "
    "bits per byte count where tokens say the text back. Choose another tokenizer, or other texts."
)


@dataclass(frozen=True, eq=False)
class Verdict:
    """The outcome of a comparison. What is said of all texts is said of the mean over languages.

    Args:
        sentences: for people, the most telling first.
        best: name of the method that reads best; empty without methods.
        tied: names of methods that were tested against the best and cannot be told from it.
        untested: names of methods of which that cannot be tested.
        beats: whether each method beats every control beyond chance; None where that cannot be tested.
        beaten_in: the languages and domains in which a method does not, by its name; those that can be tested.
        by_part: the best method against the others, language by language and domain by domain.
        macro: mean over languages of each model's bits per byte, by name.
    """

    sentences: tuple[str, ...]
    best: str
    tied: tuple[str, ...]
    beats: Mapping[str, bool | None]
    untested: tuple[str, ...] = ()
    beaten_in: Mapping[str, tuple[TextPart, ...]] = field(default_factory=dict)
    by_part: tuple[Comparison, ...] = ()
    macro: Mapping[str, float] = field(default_factory=dict)


def verdict(result: LabResult) -> Verdict:
    """The verdict on what is finished of a comparison."""
    setting = result.setting
    everybody = entrants(result) if setting else []
    made = [e for e in everybody if e.role in ("method", "control")]
    methods, controls = ([e for e in made if e.role == role] for role in ("method", "control"))
    if setting is None or not methods:
        return Verdict(("No method is finished yet.",) if result.waiting else (), "", (), {})
    silent, methods = ([e for e in methods if e.usable.any() == whether] for whether in (False, True))
    if not methods:
        return Verdict((_NOTHING_READ,), "", (), {})
    made = [e for e in made if e not in silent]
    macro = {e.name: macro_bits(setting, e) for e in everybody}
    pairs = tuple(compare(setting, list(combinations(made, 2))))
    ranked = sorted(methods, key=lambda e: macro[e.name])
    best, others = ranked[0], ranked[1:]
    untested = tuple(e.name for e in others if _of(pairs, best, e).reason)
    tied = tuple(e.name for e in others if e.name not in untested and not _better(pairs, best, e))
    beats = {e.name: _beats(pairs, e, controls) for e in methods}
    parts = parts_of(setting)
    by_part = tuple(compare(setting, [(best, e) for e in others], parts)) if parts else ()
    beaten_in = _beaten_in(setting, methods, controls, parts)
    words = [
        *_on_best(setting, macro, everybody, ranked, len(result.waiting)),
        *_on_heads(setting, made),
        *_on_silent(silent),
        *_on_likeness(ranked, tied, untested, pairs),
        *_on_controls(methods, controls, beats, pairs, macro, result.complete),
        *_on_parts_lost(methods, beaten_in, parts),
        *_on_order(best, methods, by_part, parts),
        *_on_baseline(setting, ranked, parts),
    ]
    return Verdict(tuple(words), best.name, tied, beats, untested, beaten_in, by_part, macro)


def said(part: TextPart) -> str:
    """A part of the texts for people.

    >>> said(TextPart("deu_Latn")), said(TextPart("", "code")), said(TextPart("", PARALLEL))
    ('German', '“code”', 'all translations together')
    """
    if part == TextPart("", PARALLEL):
        return "all translations together"
    return language(part.language).name if part.language else f"“{part.domain}”"


def _of(pairs: Sequence[Comparison], first: Entrant, second: Entrant, part: TextPart = ALL) -> Comparison:
    return next(p for p in pairs if {p.first, p.second} == {first.name, second.name} and p.part == part)


def _better(pairs: Sequence[Comparison], one: Entrant, other: Entrant) -> bool:
    """Does one read better than the other, beyond chance?"""
    found = _of(pairs, one, other)
    return found.first_better if found.first == one.name else found.second_better


def _beats(pairs: Sequence[Comparison], one: Entrant, controls: Sequence[Entrant]) -> bool | None:
    if not controls or any(_of(pairs, one, control).reason for control in controls):
        return None
    return all(_better(pairs, one, control) for control in controls)


def _beaten_in(
    setting: Setting, methods: Sequence[Entrant], controls: Sequence[Entrant], parts: Sequence[TextPart]
) -> dict[str, tuple[TextPart, ...]]:
    """Parts in which a method does not beat every control beyond chance, corrected for all methods and parts."""
    pairs = compare(setting, list(product(methods, controls)), parts)
    lost = [p for p in pairs if not p.reason and not p.first_better]
    return {e.name: tuple(part for part in parts if any(p.first == e.name and p.part == part for p in lost))
            for e in methods}  # fmt: skip


def _on_best(
    setting: Setting,
    macro: Mapping[str, float],
    everybody: Sequence[Entrant],
    ranked: Sequence[Entrant],
    n_waiting: int,
) -> list[str]:
    best, n = ranked[0], len(np.unique(groups_of(setting)))
    mean = f", the mean over {n} languages or domains, each weighing the same" if n > 1 else ""
    figure = f"{macro[best.name]:.3f} bits per byte{mean} (lower is better)"
    beside = [f"{e.label} with its own tokenizer {macro[e.name]:.3f}" for e in everybody if e.role == "original"]
    beside += [f"the native donor {macro[e.name]:.3f}" for e in everybody if e.role == "donor"]
    told = f" For comparison: {', '.join(beside)}." if beside else ""
    if n_waiting:
        told += f" {so_many(n_waiting, 'more model is', 'more models are')} not there yet."
    so_far = "So far, " if n_waiting else ""
    if len(ranked) == 1:
        return [f"{so_far}{best.label} reads the texts with {figure}.{told}"]
    pooled = sorted(ranked, key=_pooled)[0]
    of = "So far, of" if n_waiting else "Of"
    found = [f"{of} {len(ranked)} methods {best.label} reads best: {figure}.{told}"]
    if pooled is not best:
        found.append(
            f"Over all bytes together, where languages with more bytes weigh more, {pooled.label} reads best: "
            f"{_pooled(pooled):.3f} against {_pooled(best):.3f}."
        )
    return found


def _on_heads(setting: Setting, made: Sequence[Entrant]) -> list[str]:
    """Who has a head of its own where the original's is tied to its input, and what that costs."""
    own = [e for e in made if setting.model.tied and any("output" in o.rows for o in e.outcomes)]
    if not own:
        return []
    more = len(own[0].outcomes[0].rows["output"].norms) * setting.model.width
    cost = f"{count(more)} parameters more than the tied original ({more / setting.model.n_parameters:.0%})"
    if len(own) == len(made):
        return [f"Every method and control has a head of its own here: {cost}."]
    has = "has a head of its own" if len(own) == 1 else "have heads of their own"
    return [
        f"{listed([e.label for e in own])} {has}: {cost}. The others and the controls share one matrix; untie the head "
        "of all to compare like with like."
    ]


def _on_silent(silent: Sequence[Entrant]) -> list[str]:
    """Methods that have bits of no text."""
    if not silent:
        return []
    does, are = ("gives", "is") if len(silent) == 1 else ("give", "are")
    who = listed([e.label for e in silent])
    return [f"{who} {does} no text a probability and {are} left out of what is said here."]


def _pooled(entrant: Entrant) -> float:
    values = [o.number(BITS, BITS).value for o in entrant.outcomes]
    return sum(values) / len(values)


def _on_likeness(
    ranked: Sequence[Entrant], tied: Sequence[str], untested: Sequence[str], pairs: Sequence[Comparison]
) -> list[str]:
    labels = {e.name: e.label for e in ranked}
    found = []
    if tied:
        found.append(f"It cannot be told apart from {listed([labels[name] for name in tied])} on these texts.")
    if untested:
        names, reason = listed([labels[name] for name in untested]), next((p.reason for p in pairs if p.reason), "")
        found.append(f"Whether it differs from {names} beyond chance cannot be tested. {reason}".strip())
    return found


def _on_controls(
    methods: Sequence[Entrant],
    controls: Sequence[Entrant],
    beats: Mapping[str, bool | None],
    pairs: Sequence[Comparison],
    macro: Mapping[str, float],
    complete: bool,
) -> list[str]:
    if not controls:
        return []
    names, every = listed([_plain(e) for e in controls]), "every control" if complete else "every control so far"
    found = []
    winners = [e.label for e in methods if beats[e.name]]
    if winners:
        verb = "beats" if len(winners) == 1 else "beat"
        found.append(f"{listed(winners)} {verb} {every} ({names}) beyond chance.")
    by_controls: dict[tuple[str, ...], list[str]] = {}
    for one in methods:
        if beats[one.name] is False:
            lost_to = tuple(f"{_plain(c)} ({macro[c.name]:.3f})" for c in controls if not _better(pairs, one, c))
            by_controls.setdefault(lost_to, []).append(f"{one.label} ({macro[one.name]:.3f})")
    for lost_to, losers in by_controls.items():
        verb, whose = ("does", "its") if len(losers) == 1 else ("do", "their")
        found.append(
            f"{listed(losers)} {verb} not beat {listed(lost_to)}: on these texts {whose} rows are worth no more than "
            "rows that know nothing of their token."
        )
    untested = [e.label for e in methods if beats[e.name] is None]
    if untested:
        reason = next((p.reason for p in pairs if p.reason), "")
        beat = "beats" if len(untested) == 1 else "beat"
        found.append(f"Whether {listed(untested)} {beat} the controls cannot be tested. {reason}".strip())
    return found


def _plain(control: Entrant) -> str:
    return control.label.lower().removesuffix(" (control)")


def _on_parts_lost(
    methods: Sequence[Entrant], beaten_in: Mapping[str, tuple[TextPart, ...]], parts: Sequence[TextPart]
) -> list[str]:
    """Languages and domains in which methods fail, those that fail in the same ones together."""
    by_parts: dict[tuple[TextPart, ...], list[str]] = {}
    for one in methods:
        if beaten_in[one.name]:
            by_parts.setdefault(beaten_in[one.name], []).append(one.label)
    return [
        f"In {_where([said(part) for part in lost], len(parts))} {listed(labels)} "
        f"{'does' if len(labels) == 1 else 'do'} not beat the controls beyond chance."
        for lost, labels in by_parts.items()
    ]


def _on_order(
    best: Entrant, methods: Sequence[Entrant], by_part: Sequence[Comparison], parts: Sequence[TextPart]
) -> list[str]:
    """Languages and domains in which another method reads better than the one that is best overall."""
    labels = {e.name: e.label for e in methods}
    by_winner: dict[str, list[str]] = {}
    for found in by_part:
        if found.second_better:
            by_winner.setdefault(found.second, []).append(said(found.part))
    return [
        f"The order changes by language: {labels[name]} reads better than {best.label} in {_where(names, len(parts))}."
        for name, names in by_winner.items()
    ]


def _on_baseline(setting: Setting, ranked: Sequence[Entrant], parts: Sequence[TextPart]) -> list[str]:
    """Where each method reads otherwise than subword mean; nothing where that is the best, of which `_on_order` tells.

    Beyond chance, corrected for all methods and parts.
    """
    plain = next((e for e in ranked[1:] if e.name == _BASELINE), None)
    if plain is None or not parts:
        return []
    others = [e for e in ranked if e is not plain]
    pairs = [p for p in compare(setting, [(e, plain) for e in others], parts) if not p.reason]
    by_outcome: dict[str, list[str]] = {}
    for one in others:
        mine = [p for p in pairs if p.first == one.name]
        better = [said(p.part) for p in mine if p.first_better]
        worse = [said(p.part) for p in mine if p.second_better]
        how = {"better": better, "worse": worse}
        words = " and ".join(f"{which} in {_where(names, len(parts))}" for which, names in how.items() if names)
        if mine:
            by_outcome.setdefault(words or "no differently beyond chance", []).append(one.label)
    told = [
        f"{listed(labels)} {'reads' if len(labels) == 1 else 'read'} {words}" for words, labels in by_outcome.items()
    ]
    return [f"Beside {plain.label}, language by language: {'; '.join(told)}."] if told else []


def _where(names: Sequence[str], of: int) -> str:
    """Languages and domains by name; where they are very many, how many, and the first.

    >>> _where(["German", "Hindi"], 2), _where(["German"], 2)
    ('every language and domain', 'German')
    """
    if len(names) == of > 1:
        return "every language and domain"
    if len(names) > _MOST_NAMES:
        return f"{len(names)} of {of} languages and domains (the table names them), such as {listed(names[:3])},"
    return listed(names)
