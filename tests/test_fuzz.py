"""Damages small valid files of every format at random: each is refused in words, or works.

The same files in the same order each time: file n depends on the seed and n alone. TOKEN_ATLAS_FUZZ_FILES takes it
further, TOKEN_ATLAS_FUZZ_SEED tries others; the seed is printed before the first file, a failure names it with the
file's number and keeps the file.
"""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from core.common.errors import UserError
from core.common.numbers import THIN
from core.tokenizers.isolation.pool import vet
from tests import formats
from tests.formats import Made

FILES = int(os.environ.get("TOKEN_ATLAS_FUZZ_FILES", "80"))
SEED = int(os.environ.get("TOKEN_ATLAS_FUZZ_SEED", "20260101"))
_TELLING = (
    b"\xff\xff\xff\x7f",
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"-1",
    b"99999999999",
    b'"',
    b"{",
    b"[[[[",
    b"\xc3",
    b"NaN",
)


def _flip(dice: random.Random, content: bytearray) -> None:
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)


def _overwrite(dice: random.Random, content: bytearray) -> None:
    at, what = dice.randrange(len(content)), dice.choice(_TELLING)
    content[at : at + len(what)] = what


def _cut(dice: random.Random, content: bytearray) -> None:
    at = dice.randrange(len(content))
    del content[at : at + dice.choice((1, 7, 100, len(content)))]


def _repeat(dice: random.Random, content: bytearray) -> None:
    at, n = dice.randrange(len(content)), dice.choice((1, 10, 300))
    content[at:at] = content[at : at + n] * dice.choice((1, 2, 50))


def _swap(dice: random.Random, content: bytearray) -> None:
    lines = bytes(content).split(b"\n")
    i, j = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[i], lines[j] = lines[j], lines[i]
    content[:] = b"\n".join(lines)


_WAYS: tuple[Callable[[random.Random, bytearray], None], ...] = (_flip, _overwrite, _cut, _repeat, _swap)


def mutated(dice: random.Random, files: Made) -> Made:
    """The files with one of them damaged in one to four ways, more often near its beginning, where the structure is."""
    which = dice.choice(sorted(files))
    content = bytearray(files[which])
    for _ in range(dice.randint(1, 4)):
        head = dice.random() < 0.5 and len(content) > 2000
        part = content[:2000] if head else content
        if part:
            dice.choice(_WAYS)(dice, part)
        if head:
            content[:2000] = part
    return {**files, which: bytes(content)}


def test_damage_is_refused_in_words_or_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TOKEN_ATLAS_CHILD_SECONDS", "5")  # that something takes too long is an answer, too
    names = formats.names()
    print(f"seed {SEED}", flush=True)
    n_refused = 0
    for n in range(1, max(FILES, len(names)) + 1):  # every format has its turn
        name = names[(n - 1) % len(names)]
        path = formats.write(tmp_path / f"{n}", mutated(random.Random(f"{SEED} {n}"), formats.made(name)))
        try:
            assert vet(path, formats.options(name)).n_vocabulary, (SEED, n, name)
        except UserError as error:
            n_refused += 1
            text = str(error)
            # A reader that crashed or failed in its own words was survived; that its words are ours is asked elsewhere.
            assert text.replace(THIN, " ").isprintable() and 30 < len(text) < 3000, (SEED, n, name, text)
        except BaseException as error:
            raise AssertionError(f"seed {SEED}, file {n} ({name}), kept at {path}") from error
    print(f"{n} damaged files, {n_refused} refused; seed {SEED}")
    assert n_refused
