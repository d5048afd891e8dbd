"""Sums put to a language model, which writes what it finds most probable; reading this file loads torch."""

from collections.abc import Sequence

from core.models.language_model import LanguageModel
from core.probes.sums.addition import Addition
from core.probes.sums.answers import SumsAsked
from core.probes.sums.prompts import WRITTEN, bare, n_written, number_in, prompt
from core.probes.toys.answers import Answers
from core.probes.toys.asking import numbers_said


def asked_in_styles(model: LanguageModel, sums: Sequence[Addition]) -> SumsAsked:
    """What a model says to sums written plainly, and with commas.

    Raises:
        UserError: memory does not suffice, or it looks back on too little.
    """
    found = [
        _answers(model, sums, f"{model.spec} {way}", f"{model.name}, {way}", [prompt(one, way) for one in sums], way)
        for way in WRITTEN
    ]
    return SumsAsked(_numbers(sums), tuple(found))


def asked_bare(model: LanguageModel, sums: Sequence[Addition], key: str, label: str) -> SumsAsked:
    """What an adder says to sums."""
    return SumsAsked(_numbers(sums), (_answers(model, sums, key, label, [bare(one) for one in sums]),))


def _answers(
    model: LanguageModel, sums: Sequence[Addition], key: str, label: str, prompts: Sequence[str], way: str = ""
) -> Answers:
    stage = f"Asking, {way}" if way else "Asking"
    lengths = [n_written([one]) for one in sums]
    return Answers(key, label, prompts[0], numbers_said(model, prompts, lengths, number_in, stage))


def _numbers(sums: Sequence[Addition]) -> tuple[tuple[int, int], ...]:
    return tuple((one.a, one.b) for one in sums)
