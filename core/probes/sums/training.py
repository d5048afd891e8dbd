"""An adder trained, written as a folder and asked; reading this file loads torch."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from core.common.progress import step
from core.models.build.folder import write
from core.models.device import pick_device
from core.models.load import open_own_model
from core.probes.sums.adders import Adder
from core.probes.sums.addition import Addition, exercises
from core.probes.sums.answers import SumsAsked
from core.probes.sums.asking import asked_bare
from core.probes.toys.toy import SPECIALS, Diet
from core.probes.toys.train import train


def trained(adder: Adder, diet: Diet, longest: int, folder: Path, device: str = "auto") -> None:
    """Train it on sums of numbers up to `longest` digits, and write its folder."""
    tokenizer = adder.tokenizer()
    module = train(tokenizer, partial(exercises, longest), diet, adder.label, pick_device(device))
    write(module, tokenizer, SPECIALS, folder)


def answers_of(adder: Adder, folder: Path, sums: Sequence[Addition], device: str = "auto") -> SumsAsked:
    """What the adder in a folder says to sums."""
    return asked_bare(open_own_model(folder, device), sums, adder.key, adder.label)


def trained_and_asked(
    adder: Adder, diet: Diet, longest: int, sums: Sequence[Addition], folder: Path, device: str
) -> SumsAsked:
    """Both, with the progress of the whole."""
    with step(0, 0.95, "Training"):
        trained(adder, diet, longest, folder, device)
    with step(0.95, 1, "Asking"):
        return answers_of(adder, folder, sums, device)
