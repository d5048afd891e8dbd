"""One unit of a comparison: an anchor measured, or a method applied and what it made measured."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from core.common.errors import UserError
from core.common.progress import step
from core.evaluation.base import Evaluator, Subject, subject
from core.evaluation.results import Measures
from core.lab.embedding_map import map_ids, plane
from core.lab.low_memory import transplanted
from core.lab.outcome import Outcome, SideRows
from core.lab.participants import Participants, choice_label, chosen_evaluators, release
from core.lab.plan import Choice
from core.lab.preview import setting
from core.lab.result import About, Frame
from core.models.language_model import LanguageModel
from core.transplants.base import METHODS, Transplanted
from core.transplants.problem import Side

_TRANSPLANT_SHARE = 0.25  # of a unit's time, for progress only


def original_outcome(participants: Participants) -> Outcome:
    """The model before the transplant, measured."""
    return _anchor(participants, participants.original, "original")


def donor_outcome(participants: Participants) -> Outcome:
    """The donor with its own tokenizer, measured on the same texts."""
    assert participants.donor is not None, "asked only where the plan has one"
    return _anchor(participants, participants.donor, "donor")


def _anchor(participants: Participants, model: LanguageModel, role: str) -> Outcome:
    started = Outcome(role, "original" if role == "original" else "donor", "", model.name, remarks=model.notes)
    return _measured(participants, started, Subject(model, participants.reference), 0.0)


def transplanted_outcome(participants: Participants, choice: Choice, seed: int, name: str) -> Outcome:
    """What a method makes, measured.

    Raises:
        UserError: the method needs what is not there, or memory does not suffice; says what to do.
    """
    one = METHODS.get(choice.key)
    with step(0.0, _TRANSPLANT_SHARE, one.label), _named(one.label):
        made = transplanted(participants.problem, one, choice.params, seed)
    rows = {side: side_rows(participants, made, side) for side in made.rows}
    started = Outcome(
        name,
        "control" if one.control else "method",
        one.key,
        choice_label(choice),
        dict(made.params.values),
        dict(choice.params),
        seed,
        rows={str(side): found for side, found in rows.items()},
        seconds=made.seconds,
        peak_bytes=made.peak_bytes,
        remarks=made.remarks,
    )
    found = _measured(
        participants, started, subject(participants.problem, one, made, participants.reference), _TRANSPLANT_SHARE
    )
    release(participants.original.device)
    return found


@contextmanager
def _named(method: str) -> Iterator[None]:
    """What a method says of what it lacks, with its name: it stands beside what others say."""
    try:
        yield
    except UserError as error:
        if method in str(error):
            raise
        raise UserError(f"{method}: {error}") from None


def _measured(participants: Participants, started: Outcome, measured: Subject, share: float) -> Outcome:
    """The outcome with all measures that can be taken."""
    chosen = chosen_evaluators(participants.plan)
    measures: dict[str, Measures] = {}
    unavailable: dict[str, str] = {}
    n_bytes = sum(len(t.text.encode()) for t in participants.texts.measured)
    besides = [one.passes_over(n_bytes, choice.params) for one, choice in chosen]
    costs = [(0.0 if n else 1.0) + 0.02 + passes for n, passes in enumerate(besides)]
    at = np.concatenate([[0.0], np.cumsum(costs)]) / (sum(costs) or 1.0) * (1 - share) + share
    for n, (one, choice) in enumerate(chosen):
        if reason := one.unavailable(measured):
            unavailable[one.key] = reason
            continue
        with step(float(at[n]), float(at[n + 1]), f"{started.label}, {one.label.lower()}"):
            try:
                measures[one.key] = one.measure(measured, choice.params)
            except UserError as error:
                unavailable[one.key] = str(error)
    return replace(started, measures=measures, unavailable=unavailable)


def side_rows(participants: Participants, made: Transplanted, side: Side) -> SideRows:
    """What is kept of one new matrix: where its rows come from, their lengths, and their places on the map."""
    matrix = made.matrices.input if side == "input" else made.matrices.head
    told, seed = made.rows[side], participants.plan.seeds[0]
    sides = (participants.problem if side in participants.problem.sides else participants.problem.untied).sides
    flat = participants.reference.once(("map", side), lambda: plane(sides[side], seed))
    ids = map_ids(participants.match, seed)
    return SideRows(
        provenance=made.provenance[side].cpu().numpy(),
        wanted=made.wanted[side].cpu().numpy(),
        residual=None if told.residual is None else _floats(told.residual),
        extras={name: _floats(values) for name, values in told.extras.items()},
        left_after={n: _floats(values) for n, values in sorted(told.left_after.items())},
        facts={name: float(value) if isfinite(value) else nan for name, value in told.facts.items()},
        fallbacks=told.n_by_reason,
        norms=_floats(matrix.float().norm(dim=1)),
        map_ids=ids,
        map_points=flat.places(matrix[ids].float()),
        axes=flat.shares,
    )


def _floats(values: Tensor) -> NDArray[np.float32]:
    found: NDArray[np.float32] = values.detach().float().cpu().numpy()
    return found


def frame(participants: Participants, controls: Sequence[str]) -> Frame:
    """What is known before the first model reads: the setting, and what the plan's methods and measures are."""
    keys = list(dict.fromkeys([*(choice.key for choice in participants.plan.methods), *controls]))
    evaluators = {one.key: _about_evaluator(one) for one, _ in chosen_evaluators(participants.plan)}
    return Frame(setting(participants), dict(_methods(keys)), evaluators)


def _methods(keys: Sequence[str]) -> Iterator[tuple[str, About]]:
    known = METHODS.all()
    yield from ((key, About(key, known[key].label, known[key].definition, known[key].source)) for key in keys)


def _about_evaluator(one: Evaluator) -> About:
    return About(one.key, one.label, one.definition, one.source, one.numbers)
