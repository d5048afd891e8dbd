"""What the shipped segmenters learn from and are judged by: twelve languages of FLORES-200, and Python's own library.

They read the dev part, and nine tenths of the code; devtest and the last tenth are never read while learning.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.models.build.texts import LANGUAGES
from core.segmenters.script_of_bytes import script_groups
from core.segmenters.trunk import gram_rows, symbols_of
from core.training.sources import PYTHON, opened_source

CODE = "code"
SENTENCES = 25  # of each language that segmenters are judged by, the first of devtest
_MOST_LINES = {CODE: 40}  # of one document; of other texts three


def learnt() -> dict[str, list[str]]:
    """Lines by language, and of code.

    Raises:
        UserError: FLORES-200 is not here; says how to get it.
    """
    return {**_flores("dev"), CODE: _code()[0]}


def held_out() -> dict[str, list[str]]:
    """Texts by language, and of code, that were never learnt from."""
    found = {language: lines[:SENTENCES] for language, lines in _flores("devtest").items()}
    lines = _code()[1]
    return {**found, CODE: ["\n".join(lines[start : start + 20]) for start in range(0, 20 * SENTENCES, 20)]}


def _flores(part: str) -> dict[str, list[str]]:
    return {
        language: "".join(opened_source(f"flores200#{part} {code}").lines()).splitlines()
        for language, code in LANGUAGES.items()
    }


def _code() -> tuple[list[str], list[str]]:
    lines = "".join(opened_source(PYTHON).lines()).splitlines()
    cut = len(lines) * 9 // 10
    return lines[:cut], lines[cut:]


def documents(texts: Mapping[str, Sequence[str]], seed: int) -> Iterator[str]:
    """Texts without end: each language as often, one to three lines in a row, of code up to forty."""
    rng = random.Random(seed)
    names = list(texts)
    while True:
        name = rng.choice(names)
        lines, most = texts[name], _MOST_LINES.get(name, 3)
        start = rng.randrange(len(lines))
        joint = "\n" if name == CODE or rng.random() < 0.5 else " "
        yield joint.join(lines[start : start + rng.randint(1, most)])


def batches(
    texts: Mapping[str, Sequence[str]], rows: int, length: int, seed: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Symbols (rows, length + 1) and their n-gram rows (rows, length + 1, 4), without end.

    Documents lie one behind the other, each behind a start symbol.
    """
    for (symbols,) in _filled(documents(texts, seed), rows, length, lambda text: symbols_of(text.encode())[None]):
        yield symbols, gram_rows(symbols)


def batches_with_scripts(
    texts: Mapping[str, Sequence[str]], rows: int, length: int, seed: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """The same, and the script of each symbol as its place in `GROUPS`, (rows, length + 1)."""
    for symbols, scripts in _filled(documents(texts, seed), rows, length, _with_scripts):
        yield symbols, gram_rows(symbols), scripts


def _with_scripts(text: str) -> NDArray[np.int64]:
    scripts = script_groups(text)
    first = scripts[:1] if len(scripts) else [0]  # of an empty line, as of what has no script
    return np.stack([symbols_of(text.encode()), np.concatenate([first, scripts])])


def _filled(
    stream: Iterator[str], rows: int, length: int, read: Callable[[str], NDArray[np.int64]]
) -> Iterator[NDArray[np.int64]]:
    """What is read of texts, int64 (K, N) of each, one behind the other: (K, rows, length + 1), without end."""
    size, kept = rows * (length + 1), list[NDArray[np.int64]]()
    while True:
        while sum(one.shape[1] for one in kept) < size:
            kept.append(read(next(stream)))
        joined = np.concatenate(kept, 1)
        kept = [joined[:, size:]]
        yield joined[:, :size].reshape(-1, rows, length + 1)
