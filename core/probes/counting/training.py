"""A counter trained, written as a folder and asked; reading this file loads torch."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from core.models.build.folder import write
from core.models.device import pick_device
from core.models.load import open_own_model
from core.probes.counting.answers import LettersCounted
from core.probes.counting.counters import LONGEST, Counter
from core.probes.counting.strings import LetterQuestion, exercises
from core.probes.toys.answers import Answers
from core.probes.toys.asking import numbers_said
from core.probes.toys.toy import SPECIALS, Diet
from core.probes.toys.train import train


def trained(counter: Counter, diet: Diet, folder: Path) -> None:
    """Train it on strings up to `LONGEST` letters, and write its folder."""
    tokenizer = counter.tokenizer()
    draw = partial(exercises, counter.between, LONGEST)
    module = train(tokenizer, draw, diet, counter.label, pick_device(), spelled=False)
    write(module, tokenizer, SPECIALS, folder)


def answers_of(
    counter: Counter, folder: Path, strings: Sequence[LetterQuestion], device: str = "auto"
) -> LettersCounted:
    """What the counter in a folder says to strings."""
    prompts = [counter.asks(one) for one in strings]
    said = numbers_said(open_own_model(folder, device), prompts, [2] * len(prompts), _number_in, "Counting")
    answers = Answers(counter.key, counter.label, prompts[0], said)
    return LettersCounted(tuple((one.word, one.letter) for one in strings), (answers,))


def _number_in(text: str) -> int | None:
    """The digit that it says."""
    return int(text) if text.isdecimal() else None
