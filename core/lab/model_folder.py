"""A transplant as a folder that transformers loads, with what was done and what was measured in its card."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

from core.common.atomic import refuse_existing
from core.common.numbers import count
from core.common.progress import step
from core.evaluation.base import EVALUATORS, subject
from core.evaluation.results import Measures
from core.jobs.store.files import Json
from core.lab.key_picture_points import number_at
from core.lab.low_memory import transplanted
from core.lab.participants import Participants
from core.models.card import ModelCard, Origins
from core.models.export import Exported, export, export_matrices
from core.models.load import MatricesOf, refuse_unwritable
from core.models.origin import licence_on_hub
from core.tokenizers.special_roles import without_end
from core.tokenizers.tokenizer import LocalTokenizer
from core.tokenizers.well_known import well_known
from core.transplants.base import METHODS, Transplanted

UNMEASURED = "Nothing was measured: only the two matrices were read. Score it with evaluate where it fits."
_CHECKED = 64  # texts that the folder is read back with


def written(participants: Participants, out: Path) -> dict[str, Any]:
    """Apply the first method of a plan, measure what it makes and write the folder; what came of it, as JSON.

    Raises:
        UserError: the folder exists or cannot be written, the method lacks something, or memory does not suffice.
    """
    refuse_existing(out)
    refuse_unwritable(participants.original)
    plan = participants.plan
    chosen, choice = METHODS.get(plan.methods[0].key), plan.methods[0]
    with step(0.0, 0.4, chosen.label):
        made = transplanted(participants.problem, chosen, choice.params, plan.seeds[0])
    with step(0.4, 0.75, "Measuring"):
        measured = subject(participants.problem, chosen, made, participants.reference)
        found = EVALUATORS.get("bits_per_byte").measure(measured)
    card = _card(participants, made, found)
    sample = [t.text for t in participants.texts.measured]
    with step(0.75, 1.0, "Writing"):
        kept = export(measured.model, out, card.markdown(), card.facts(), sample[:: -(-len(sample) // _CHECKED)])
    return _told(participants, made, kept, card)


def written_unmeasured(participants: Participants, read: MatricesOf, out: Path) -> dict[str, Any]:
    """Apply the first method of a plan to a model of which nothing was read but its matrices, and write the folder.

    Raises:
        UserError: as `written`.
    """
    refuse_existing(out)
    plan = participants.plan
    chosen, choice = METHODS.get(plan.methods[0].key), plan.methods[0]
    with step(0.0, 0.6, chosen.label):
        made = transplanted(participants.problem, chosen, choice.params, plan.seeds[0])
    problem = chosen.posed(participants.problem)
    model = participants.original.with_matrices(
        made.matrices,
        problem.new,
        made.special_ids,
        participants.original.name,
        problem.unwritten,
        made.other_ends(participants.original.other_ends),
    )
    card = _card(participants, made, None)
    with step(0.6, 1.0, "Writing"):
        kept = export_matrices(model, read, out, card.markdown(), card.facts())
    return _told(participants, made, kept, card)


def _told(participants: Participants, made: Transplanted, kept: Exported, card: ModelCard) -> dict[str, Any]:
    plan = participants.plan
    facts = card.facts()
    return {
        "model": plan.model,
        "tokenizer": plan.tokenizer or participants.tokenizer.info.spec,
        "donor": plan.donor or None,
        "method": made.method,
        "params": facts["params"],
        "seed": plan.seeds[0],
        "out": str(kept.folder),
        "vocabulary": len(made.match.text),
        "rows": facts["rows"],
        "match": facts["match"],
        "measured": {each["what"].replace(" ", "_"): _measured(each) for each in facts["measured"]},
        "seconds": made.seconds,
        "bytes": kept.n_bytes,
        "remarks": facts["remarks"],
    }


def _measured(each: Json) -> dict[str, Json]:
    return {
        "original": each["original"]["value"],
        "transplant": each["transplant"]["value"],
        "low": each["transplant"]["low"],
        "high": each["transplant"]["high"],
        "unit": each["unit"],
    }


def _card(participants: Participants, made: Transplanted, measures: Measures | None) -> ModelCard:
    """The card; without measures it says that nothing was measured."""
    one = METHODS.get(made.method)
    origin = participants.original.origin
    texts = f"{count(len(participants.texts.measured))} of {', '.join(name for name, _ in participants.texts.labels)}"
    numbers = [
        ("bits per byte", "bits/byte", "bits_per_byte"),
        ("bytes per token", "bytes/token", "bytes_per_token"),
    ]
    return ModelCard(
        title=f"{participants.original.name} with the tokenizer of {participants.tokenizer.info.label}",
        licence=origin.licence or licence_on_hub(participants.original.spec),
        repository=origin.repository,
        source=_source(participants.tokenizer),
        base=(participants.original.spec, participants.original.fingerprint),
        tokenizer=(participants.tokenizer.info.spec, participants.tokenizer.info.fingerprint),
        donor=(participants.donor.spec, participants.donor.fingerprint) if participants.donor else ("", ""),
        method=(one.key, one.label, one.definition, one.source),
        params=dict(made.params.values),
        seed=made.params.seed,
        origins=[
            Origins(str(side), {k.word: n for k, n in made.n_by_provenance(side).items()}, made.rows[side].n_by_reason)
            for side in made.rows
        ],
        match={rule.words: n for rule, n in made.match.n_by_rule.items()},
        numbers=[
            (what, unit, number_at(cells, f"original_{key}", 0), number_at(cells, f"model_{key}", 0), texts)
            for cells in ([measures.tables["cells"]] if measures else [])
            for what, unit, key in numbers
        ],
        remarks=[
            *participants.original.notes,
            *filter(None, [without_end(participants.tokenizer)]),
            *made.remarks,
            *(measures.remarks if measures else [UNMEASURED]),
        ],
        versions={name: version(name) for name in ("torch", "transformers", "tokenizers")},
    )


def _source(tokenizer: LocalTokenizer) -> str:
    """A tokenizer for people: what it is called, who made it and its licence where that is known, and its spec."""
    known = next((one for one in well_known() if one.spec == tokenizer.info.spec), None)
    made = f", by {known.maker}, licence {known.licence}" if known else ""
    return f"{tokenizer.info.label}{made} (`{tokenizer.info.spec}`)"
