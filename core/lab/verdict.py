"""What a comparison comes to, in words: which methods beat the negative controls, and which cannot be told apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from core.lab.differences import BITS, Comparison, Entrant, compare, entrants
from core.lab.result import LabResult
from core.text.languages import language


@dataclass(frozen=True, eq=False)
class Verdict:
    """The outcome of a comparison.

    Args:
        sentences: for people, the most telling first.
        best: name of the method that reads best; empty without methods.
        tied: names of methods that cannot be told from the best.
        beats: whether each method beats every negative control beyond chance; None where that cannot be tested.
        by_language: the best method against the others, language by language.
    """

    sentences: tuple[str, ...]
    best: str
    tied: tuple[str, ...]
    beats: dict[str, bool | None]
    by_language: tuple[Comparison, ...]


def verdict(result: LabResult) -> Verdict:
    """The verdict on what is finished of a comparison."""
    setting = result.setting
    everybody = entrants(result) if setting else []
    made = [e for e in everybody if e.role in ("method", "control")]
    methods, controls = ([e for e in made if e.role == role] for role in ("method", "control"))
    if setting is None or not methods:
        return Verdict(("No method is finished yet.",) if result.waiting else (), "", (), {}, ())
    pairs = tuple(compare(setting, list(combinations(made, 2))))
    ranked = sorted(methods, key=_bits)
    best = ranked[0]
    tied = tuple(e.name for e in ranked[1:] if not _better(pairs, best, e))
    beats = {e.name: _beats(pairs, e, controls) for e in methods}
    codes = list(dict.fromkeys(code for code in setting.texts.words("language") if code))
    others = ranked[1:]
    by_language = tuple(compare(setting, [(best, e) for e in others], codes)) if len(codes) > 1 else ()
    words = [
        *_on_best(best, tied, everybody, ranked),
        *_on_controls(methods, controls, beats, pairs),
        *_on_languages(best, methods, by_language),
    ]
    return Verdict(tuple(words), best.name, tied, beats, by_language)


def _bits(entrant: Entrant) -> float:
    values = [o.number(BITS, BITS).value for o in entrant.outcomes]
    return sum(values) / len(values)


def _of(pairs: Sequence[Comparison], first: Entrant, second: Entrant) -> Comparison:
    return next(p for p in pairs if {p.first, p.second} == {first.name, second.name})


def _better(pairs: Sequence[Comparison], one: Entrant, other: Entrant) -> bool:
    """Does one read better than the other, beyond chance?"""
    found = _of(pairs, one, other)
    return found.first_better if found.first == one.name else found.second_better


def _beats(pairs: Sequence[Comparison], one: Entrant, controls: Sequence[Entrant]) -> bool | None:
    if not controls or any(_of(pairs, one, control).reason for control in controls):
        return None
    return all(_better(pairs, one, control) for control in controls)


def _on_best(best: Entrant, tied: Sequence[str], everybody: Sequence[Entrant], ranked: Sequence[Entrant]) -> list[str]:
    anchors = [f"{e.label} reads them with {_bits(e):.3f}" for e in everybody if e.role == "original"]
    anchors += [f"the native donor with {_bits(e):.3f}" for e in everybody if e.role == "donor"]
    beside = f" {', '.join(anchors)}." if anchors else ""
    if len(ranked) == 1:
        return [f"{best.label} reads the texts with {_bits(best):.3f} bits per byte.{beside}"]
    labels = {e.name: e.label for e in ranked}
    found = [f"Of {len(ranked)} methods {best.label} reads best: {_bits(best):.3f} bits per byte.{beside}"]
    if tied:
        found.append(f"It cannot be told apart from {_and([labels[name] for name in tied])} on these texts.")
    return found


def _on_controls(
    methods: Sequence[Entrant], controls: Sequence[Entrant], beats: dict[str, bool | None], pairs: Sequence[Comparison]
) -> list[str]:
    if not controls:
        return []
    names = _and([e.label.lower() for e in controls])
    found = []
    winners = [e.label for e in methods if beats[e.name]]
    if winners:
        whom = "both negative controls" if len(controls) == 2 else "the negative controls"
        verb = "beats" if len(winners) == 1 else "beat"
        found.append(f"{_and(winners)} {verb} {whom} ({names}) beyond chance.")
    for one in methods:
        if beats[one.name] is False:
            lost_to = [c for c in controls if not _better(pairs, one, c)]
            against = _and([f"{c.label.lower()} ({_bits(c):.3f})" for c in lost_to])
            found.append(
                f"{one.label} ({_bits(one):.3f}) does not beat {against}: on these texts its rows are worth no more "
                "than chance."
            )
    untested = [e.label for e in methods if beats[e.name] is None]
    if untested:
        reason = next((p.reason for p in pairs if p.reason), "")
        found.append(f"Whether {_and(untested)} beat the negative controls cannot be tested. {reason}".strip())
    return found


def _on_languages(best: Entrant, methods: Sequence[Entrant], by_language: Sequence[Comparison]) -> list[str]:
    """Languages in which another method reads better than the one that is best overall."""
    labels = {e.name: e.label for e in methods}
    by_winner: dict[str, list[str]] = {}
    for found in by_language:
        if found.second_better:
            by_winner.setdefault(found.second, []).append(language(found.language).name)
    return [
        f"The order changes by language: {labels[name]} reads better than {best.label} in {_and(names, 6)}."
        for name, names in by_winner.items()
    ]


def _and(words: Sequence[str], most: int = 8) -> str:
    """
    >>> _and(["a", "b", "c"])
    'a, b and c'
    """
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
