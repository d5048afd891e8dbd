"""What a smaller vocabulary costs a model: bits per byte with fewer and fewer entries, nothing else changed.

Every entry of a smaller vocabulary is one of the model's own, so its rows are copied, and no method takes part. A text
that is cut as before is then never read worse: the probability of the rows that are gone goes to those that stay. What
is lost is lost by cutting into more tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from core.common.numbers import count, so_many
from core.common.progress import step
from core.evaluation.base import EVALUATORS, Reference, subject
from core.evaluation.results import Measures
from core.lab.key_picture_points import number_at
from core.lab.low_memory import transplanted
from core.lab.participants import Participants
from core.lab.plan import Choice, Plan
from core.lab.shrinking.shrunk import Shrinking
from core.lab.texts import texts_of
from core.models.load import open_model
from core.stats.number import Number
from core.tokenizers.catalog import open_path
from core.transplants.base import METHODS

COPIED = "mean"  # any method: none has a row to make


@dataclass(frozen=True)
class ShrunkCell:
    """A model with a smaller vocabulary on the texts of one language.

    Args:
        language: empty for all texts.
        n_texts: that it rests on.
        bits: bits per byte.
        lost: bits per byte beyond those of the model as it is.
        bytes_per_token: of these texts.
    """

    language: str
    n_texts: int
    bits: Number
    lost: Number
    bytes_per_token: Number


@dataclass(frozen=True)
class ShrunkStep:
    """A model with a vocabulary of one size.

    Args:
        n_entries: of it.
        n_parameters: of the model.
        cells: all texts first, then each language where there are several.
    """

    n_entries: int
    n_parameters: int
    cells: tuple[ShrunkCell, ...]


@dataclass(frozen=True)
class ShrinkingCurve:
    """What sizes of its vocabulary cost a model.

    Args:
        n_used: entries that stand in the texts by which entries were chosen.
        n_counted: those texts.
        n_least: entries that stay in any case.
        steps: the model as it is, then each size, the largest first.
        remarks: in sentences.
    """

    n_used: int
    n_counted: int
    n_least: int
    steps: tuple[ShrunkStep, ...]
    remarks: tuple[str, ...]


def opened_alone(plan: Plan) -> Participants:
    """The model and the texts of a plan, with the model's own tokenizer as the one that is to change.

    Raises:
        UserError: as `core.lab.participants.opened`.
    """
    texts = texts_of(plan)
    model = open_model(plan.model, plan.device, plan.dtype)
    chosen = replace(plan, methods=plan.methods or (Choice(COPIED),), tokenizer=model.tokenizer.info.spec)
    return Participants(chosen, model, None, model.tokenizer, texts)


def shrinking_of(here: Participants) -> Shrinking:
    """The model's tokenizer with the texts that are not measured, by which entries are chosen."""
    return Shrinking(here.original.tokenizer, [text.text for text in here.texts.left])


def shrunk_to(here: Participants, shrinking: Shrinking, n: int, folder: Path) -> Participants:
    """The same with a tokenizer of so many entries, written to a folder.

    Raises:
        UserError: as `Shrinking.to`.
    """
    shrinking.to(n).write(folder)
    own = here.original.tokenizer.info
    tokenizer = open_path(own.spec, folder)
    tokenizer.info = replace(tokenizer.info, label=f"{own.label}, {count(n)} entries")
    return replace(here, tokenizer=tokenizer)


def shrinking_curve(here: Participants, sizes: Sequence[int], scratch: Path) -> ShrinkingCurve:
    """What each of these sizes costs, the model as it is first.

    Args:
        scratch: a folder of one's own, for tokenizers.

    Raises:
        UserError: as `Shrinking` and `Shrinking.to`, before anything is measured.
    """
    shrinking = shrinking_of(here)
    ordered = sorted(set(sizes), reverse=True)
    smaller = [shrunk_to(here, shrinking, n, scratch / str(n)) for n in ordered]
    reference, steps, remarks = here.reference, list[ShrunkStep](), dict[str, None]()
    for at, one in enumerate(smaller):
        with step(at / len(smaller), (at + 1) / len(smaller), f"{count(ordered[at])} entries"):
            n_parameters, found = _measured(one, reference)
        if not steps:
            steps.append(_step(shrinking.n_entries, here.original.n_parameters, found, "original"))
        steps.append(_step(len(one.match.text), n_parameters, found, "model"))
        remarks |= dict.fromkeys((*here.texts.remarks, *found.remarks))
    return ShrinkingCurve(shrinking.n_used, len(here.texts.left), shrinking.n_least, tuple(steps), tuple(remarks))


def _measured(one: Participants, reference: Reference) -> tuple[int, Measures]:
    """Parameters of a model with a smaller vocabulary, and its bits per byte beside the original's."""
    method = METHODS.get(COPIED)
    made = transplanted(one.problem, method, {}, one.plan.seeds[0])
    model = subject(one.problem, method, made, reference)
    return model.model.n_parameters, EVALUATORS.get("bits_per_byte").measure(model)


def _step(n_entries: int, n_parameters: int, found: Measures, whose: Literal["original", "model"]) -> ShrunkStep:
    table = found.tables["cells"]
    languages = table.words("language")
    rows = [0, *(row for row, code in enumerate(languages) if row and code and code not in languages[:row])]
    cells = [
        ShrunkCell(
            languages[row],
            int(table.numbers("n_texts")[row]),
            number_at(table, f"{whose}_bits_per_byte", row),
            number_at(table, "difference_to_original", row) if whose == "model" else Number(0.0, 0.0, 0.0),
            number_at(table, f"{whose}_bytes_per_token", row),
        )
        for row in rows
    ]
    return ShrunkStep(n_entries, n_parameters, tuple(cells))


def in_words(curve: ShrinkingCurve) -> str:
    """How small the vocabulary may be before bits rise: the smallest size in a row that loses nothing.

    A size loses something where the whole interval of its difference is above zero.
    """
    free = None
    for one in curve.steps[1:]:
        if one.cells[0].lost.low > 0:
            break
        free = one
    texts = so_many(curve.steps[0].cells[0].n_texts, "text", "texts")
    if free is None:
        first = curve.steps[1]
        return f"Already {count(first.n_entries)} entries cost bits on these {texts}."
    saved = curve.steps[0].n_parameters - free.n_parameters
    return (
        f"Down to {count(free.n_entries)} entries no loss shows on these {texts}, with {count(saved)} parameters "
        "fewer. Entries were chosen by other texts of the same kind; on other texts more is lost."
    )
