"""Counts with the fastest engine that agrees with the reference, and says which that is and why.

An engine is used for a tokenizer only after it gave the same number of tokens, and of unknown tokens, as the reference
on every line of `core.counting.calibration`. It is tried on every character of `core.counting.alphabet` too; lines with
one on which it differs are left to the reference, and no other line may differ. What was found is
remembered under the tokenizer's fingerprint, the lines' fingerprint and the versions of the engines. At work the engine
is watched (`core.counting.spot_checks`), and given up for good if it differs on a line of the user's own.

Tried and left out: encoding each distinct word once, where no entry of the vocabulary crosses a space. In 38.6 MB of
FLORES-200, 17.6 MB of words are distinct, and finding them takes Python as long as kitoken takes for the whole text.
Equal lines are encoded once (`count_once`).
"""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.metadata import version
from statistics import median

import numpy as np

from core.common import numbers
from core.common.codec import Mismatch, from_json, to_json
from core.common.errors import UnknownName, UserError, is_failure
from core.common.quiet import quiet_libraries
from core.common.registry import Registry
from core.common.remembered import remember, remembered
from core.counting.alphabet import alphabet_fingerprint, alphabet_lines, kinds
from core.counting.calibration import calibration_fingerprint, calibration_lines
from core.counting.end_to_end import Piece
from core.counting.engine import CannotCount, Counter, CountingEngine, Guarded, processors
from core.counting.spot_checks import watched
from core.tokenizers.tokenizer import Counts, LocalTokenizer, Tokenizer

ENGINES = Registry(package="core.counting.engines", constant="ENGINE", kind=CountingEngine, noun="counting engine")
REFERENCE = "reference"
_LIBRARIES = ("tokenizers", "sentencepiece", "tiktoken", "regex", "ahocorasick_rs")
_WARM_UP = 20  # lines
_PARTS = 8  # of the calibration lines, for which all engines are timed in turns
_WAY = f"{_PARTS} parts in turns, piece by piece"  # how an engine is chosen: choices made in another way are made again
_FAILED = "it failed on a line"
_MOST_AVOIDED = 2_000  # characters on which an engine may differ before it is no engine for this tokenizer
_MOST_DIFFERING = 0.01  # of the calibration lines, above which nobody asks whether a few characters are to blame
_ENOUGH = 1.1  # an engine must be this many times as fast as the reference to be worth a second engine in memory


@dataclass(frozen=True)
class EngineChoice:
    """Which engine counts for a tokenizer.

    Args:
        engine: its key, or "reference".
        label: its name and version.
        reason: why this one, in a sentence for the page.
        speed: times as fast as the reference on the calibration lines, by processor time over the threads used.
        n_lines: lines on which it agreed.
        avoided: the characters on which it did not; lines with any of them are counted by the reference.
    """

    engine: str
    label: str
    reason: str
    speed: float
    n_lines: int
    avoided: str = ""


@lru_cache(maxsize=4)  # an engine is a second tokenizer in memory, built in half a second
def fast_counter(tokenizer: Tokenizer) -> tuple[Counter, EngineChoice]:
    """A function that counts exactly as `tokenizer.count` does, as fast as is safe, and why it was chosen.

    The first call for a tokenizer takes some seconds; the choice is remembered. The function raises EngineDiffers where
    a line shows that the choice was wrong: then `give_up`, and count everything anew.
    """
    if not isinstance(tokenizer, LocalTokenizer):
        return tokenizer.count, _reference(tokenizer, "Counted by the reference, in a process of its own.")
    known = _remembered(tokenizer)
    if known is None:
        known = calibrate(tokenizer)
        _remember(tokenizer, known)
    if known.engine == REFERENCE:
        return tokenizer.count, known
    try:
        engine = ENGINES.get(known.engine)
        count = engine.build(tokenizer)
        if engine.exact:
            return count, known
        assert isinstance(count, Guarded), "what is not the reference goes beside it"
        return watched(replace(count, kinds=kinds(known.avoided)), known.speed), known
    except (UnknownName, CannotCount):
        return tokenizer.count, _reference(
            tokenizer, f"Counted by the reference: {known.label} is no longer installed."
        )


def give_up(tokenizer: LocalTokenizer) -> EngineChoice:
    """Have the reference count for a tokenizer from here on, since the chosen engine differed from it at work."""
    label = fast_counter(tokenizer)[1].label
    now = _reference(tokenizer, f"Counted by the reference: {label} differed from it on a line of this text.")
    _remember(tokenizer, now)
    fast_counter.cache_clear()
    return now


def count_once(count: Counter, texts: Sequence[str]) -> Counts:
    """Counts per text, where equal texts are encoded once."""
    distinct = list(dict.fromkeys(texts))
    if len(distinct) == len(texts):
        return count(texts)
    row = {text: n for n, text in enumerate(distinct)}
    rows = np.fromiter((row[text] for text in texts), np.intp, len(texts))
    counts = count(distinct)
    return Counts(counts.tokens[rows], counts.unknown[rows])


def calibrate(tokenizer: LocalTokenizer, among: Sequence[CountingEngine] | None = None) -> EngineChoice:
    """Try every engine on the calibration lines against the reference."""
    built, reasons = _built(tokenizer, list(ENGINES.all().values()) if among is None else among)
    if not built:  # some references take half a minute for the lines
        return _reference(tokenizer, f"Counted by the reference. {' '.join(reasons)}")
    lines, truth, turns = _in_turns(tokenizer, [count for _, count in built])
    agreeing: list[tuple[float, CountingEngine, _Tried]] = []
    for (engine, count), turn in zip(built, turns, strict=True):
        if turn is None:
            reasons.append(f"{engine.label}: {_FAILED}.")
            continue
        try:
            tried = _tried(engine, tokenizer, count, lines, truth, turn)
        except CannotCount as why:
            reasons.append(f"{engine.label}: {why}.")
            continue
        speed = median(turn.faster) * engine.n_threads / _n_threads(tokenizer)
        if speed < _ENOUGH:
            reasons.append(f"{engine.label}: no faster.")
        else:
            agreeing.append((speed, engine, tried))
    for speed, engine, tried in sorted(agreeing, key=lambda each: -each[0]):
        try:
            avoided = "" if engine.exact else tried.avoided or _avoided(tokenizer, tried.count)
        except CannotCount as why:
            reasons.append(f"{engine.label}: {why}.")
            continue
        return _agreed(tokenizer, engine, speed, tried.n_agreed, avoided)
    return _reference(tokenizer, f"Counted by the reference. {' '.join(reasons)}".strip())


def _built(
    tokenizer: LocalTokenizer, engines: Sequence[CountingEngine]
) -> tuple[list[tuple[CountingEngine, Counter]], list[str]]:
    """The engines that can run a tokenizer, warmed up, so that what is built on first use is not timed; and why others
    cannot."""
    built, reasons = [], []
    for engine in engines:
        try:
            with quiet_libraries():
                count = engine.build(tokenizer)
                count(_usual_lines()[:_WARM_UP])
            built.append((engine, count))
        except CannotCount as why:
            reasons.append(f"{engine.label}: {why}.")
        except BaseException as error:  # whatever happens, the reference counts
            if not is_failure(error):
                raise
            reasons.append(f"{engine.label}: {_FAILED}.")
    return built, reasons


@dataclass(frozen=True)
class _TimedParts:
    """What an engine did with the calibration lines, part after part.

    Args:
        found: its counts.
        faster: processor time of the reference / its own; both went one after the other, so that what the machine does
            meanwhile changes few of the parts, and no median.
    """

    found: list[Counts]
    faster: list[float]


def _in_turns(
    tokenizer: LocalTokenizer, counters: Sequence[Counter]
) -> tuple[tuple[str, ...], Counts, list[_TimedParts | None]]:
    """(lines, the reference's counts, those of each engine, None for one that failed), the lines part by part."""
    lines, truth, turns = list[str](), list[Counts](), [_TimedParts([], []) for _ in counters]
    alive = list(range(len(counters)))
    _by_reference(tokenizer, _usual_lines()[:_WARM_UP])
    for n in range(_PARTS):
        part, counts, seconds = _by_reference(tokenizer, _usual_lines()[n::_PARTS])
        lines += part
        truth.append(counts)
        for k in [*alive[n % len(alive) :], *alive[: n % len(alive)]] if alive else ():
            try:
                with quiet_libraries():
                    found, taken = _timed(counters[k], part)
            except BaseException as error:  # whatever happens, the reference counts
                if not is_failure(error):
                    raise
                alive.remove(k)
                continue
            turns[k].found.append(found)
            turns[k].faster.append(seconds / taken)
    return tuple(lines), _together(truth), [turn if k in alive else None for k, turn in enumerate(turns)]


def _together(parts: Sequence[Counts]) -> Counts:
    return Counts(np.concatenate([one.tokens for one in parts]), np.concatenate([one.unknown for one in parts]))


def _n_threads(tokenizer: LocalTokenizer) -> int:
    """That the reference uses."""
    return processors() if tokenizer.on_threads else 1


@cache
def _usual_lines() -> tuple[str, ...]:
    """The calibration lines that an engine may count."""
    lines = calibration_lines()
    apart = set(Piece.of(lines).unusual(kinds())[0])
    return tuple(line for n, line in enumerate(lines) if n not in apart)


@dataclass(frozen=True)
class _Tried:
    """An engine that agrees.

    Args:
        n_agreed: of the calibration lines.
        avoided: the characters to which all differences go back, where there are any.
    """

    count: Counter
    n_agreed: int
    avoided: str = ""


def _tried(
    engine: CountingEngine,
    tokenizer: LocalTokenizer,
    count: Counter,
    lines: tuple[str, ...],
    truth: Counts,
    turns: _TimedParts,
) -> _Tried:
    """An engine by what it did with the calibration lines.

    Raises:
        CannotCount: it counts otherwise than the reference, and not only where a character is to blame.
    """
    found = _together(turns.found)
    wrong = np.flatnonzero((found.tokens != truth.tokens) | (found.unknown != truth.unknown))
    if not len(wrong):
        return _Tried(count, len(lines))
    few = not engine.exact and len(wrong) <= max(1, _MOST_DIFFERING * len(lines))
    avoided = _avoided(tokenizer, count) if few else ""
    unexplained = len(wrong) - len(Piece.of([lines[n] for n in wrong]).unusual(kinds(avoided))[0])
    if unexplained:
        raise CannotCount(f"counts differ on {numbers.count(unexplained)} of {numbers.count(len(lines))} lines")
    return _Tried(count, len(lines) - len(wrong), avoided)


def _agreed(
    tokenizer: LocalTokenizer, engine: CountingEngine, speed: float, n_lines: int, avoided: str
) -> EngineChoice:
    reason = f"Counted by {engine.label}; {tokenizer.info.reference} agreed on all {numbers.count(n_lines)} test lines."
    if avoided:
        several = numbers.count(len(avoided))
        reason += f" Lines with any of {several} characters on which they differ are counted by the reference."
    return EngineChoice(engine.key, engine.label, reason, round(speed, 2), n_lines, avoided)


def _avoided(tokenizer: LocalTokenizer, count: Counter) -> str:
    """The characters of the alphabet on which an engine differs from the reference.

    Raises:
        CannotCount: they are too many.
    """
    about = {line: characters for characters, line in alphabet_lines()}
    lines, truth, _ = _by_reference(tokenizer, tuple(about))
    found = count(lines)
    wrong = np.flatnonzero((found.tokens != truth.tokens) | (found.unknown != truth.unknown))
    avoided = {c for line in [*set(about).difference(lines), *(lines[n] for n in wrong)] for c in about[line]}
    if len(avoided) > _MOST_AVOIDED:
        raise CannotCount(f"counts differ for {numbers.count(len(avoided))} characters")
    return "".join(sorted(avoided))


def _by_reference(tokenizer: LocalTokenizer, lines: tuple[str, ...]) -> tuple[tuple[str, ...], Counts, float]:
    """(lines that the reference can count, its counts, seconds of processor time)."""
    try:
        return lines, *_timed(tokenizer.count, lines)
    except UserError:  # some formats cannot spell everything
        usable = tuple(line for line in lines if _countable(tokenizer, line))
        return usable, *_timed(tokenizer.count, usable)


def _timed(count: Counter, lines: tuple[str, ...]) -> tuple[Counts, float]:
    """(counts, seconds), of lines not seen before: some libraries remember words, and in a corpus each line is new.

    Processor time of all threads: what is found is remembered, and must not depend on what else the machine did then.
    """
    started = time.process_time()
    counts = count(lines)
    return counts, time.process_time() - started


def _countable(tokenizer: LocalTokenizer, line: str) -> bool:
    try:
        tokenizer.count([line])
    except UserError:
        return False
    return True


def _reference(tokenizer: Tokenizer, reason: str) -> EngineChoice:
    return EngineChoice(REFERENCE, tokenizer.info.reference, reason or "Counted by the reference.", 1.0, 0)


def _key(tokenizer: LocalTokenizer) -> str:
    """Changes with all that a choice rests on, the way of choosing among it."""
    versions = [f"{name} {version(name)}" for name in _LIBRARIES] + [engine.label for engine in ENGINES.all().values()]
    parts = [_WAY, tokenizer.info.fingerprint, calibration_fingerprint(), alphabet_fingerprint(), *versions]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _remembered(tokenizer: LocalTokenizer) -> EngineChoice | None:
    try:
        return from_json(EngineChoice, remembered(*_place(tokenizer)) or b"")
    except Mismatch:
        return None


def _remember(tokenizer: LocalTokenizer, choice: EngineChoice) -> None:
    remember(to_json(choice).encode(), *_place(tokenizer))


def _place(tokenizer: LocalTokenizer) -> tuple[str, str]:
    return "counting-engines", f"{_key(tokenizer)}.json"
