"""What a transplant would write and take, before it is made: rows, parameters, bytes, seconds; no weights are read."""

from dataclasses import replace
from typing import Any

from core.jobs.store.files import Json
from core.lab.estimate import estimate
from core.lab.participants import Participants, choice_label
from core.lab.plan import Choice
from core.lab.preview import its_own, uncounted
from core.models.language_model import LanguageModel
from core.models.stored_format import StoredFormat
from core.tokenizers.matching import Match, Rule
from core.tokenizers.special_roles import without_end
from core.transplants.base import METHODS

_READ_BACK = 0.5  # passes over the texts, of the folder and of the model that was written


def foreseen_folder(participants: Participants) -> dict[str, Any]:
    """What `core.lab.model_folder.written` would do with an outline, as JSON.

    Rows are told apart by what is done with them: copied from an old row, made by the method, or given the row of
    unused ids. Rows of a damaged checkpoint that are not finite show only in the weights.
    """
    plan = participants.plan
    chosen = METHODS.get(plan.methods[0].key)
    params = chosen.read(plan.methods[0].params, plan.seeds[0])
    model, found = participants.original, participants.match
    one_matrix = model.tied and not participants.unties
    n_rows = len(found.old_by_new)
    more = _of_matrices(model, n_rows, one_matrix) - _of_matrices(model, model.n_rows, model.tied)
    remarks = [*model.notes, without_end(participants.tokenizer), uncounted(participants), *its_own(participants)]
    return {
        "model": plan.model,
        "tokenizer": plan.tokenizer or participants.tokenizer.info.spec,
        "donor": plan.donor or None,
        "method": chosen.key,
        "params": dict(params.values),
        "seed": plan.seeds[0],
        "vocabulary": n_rows,
        "rows": {side: _rows(found, side, model.n_rows, one_matrix) for side in _sides(one_matrix)},
        "match": {rule.words: n for rule, n in found.n_by_rule.items()},
        "parameters": {"original": model.n_parameters, "transplant": model.n_parameters + more},
        "bytes": _written_bytes(model, n_rows, one_matrix),
        "seconds": _seconds(participants),
        "remarks": [remark for remark in remarks if remark],
    }


def _sides(one_matrix: bool) -> tuple[str, ...]:
    return ("input",) if one_matrix else ("input", "output")


def _rows(found: Match, side: str, n_old: int, one_matrix: bool) -> dict[str, Json]:
    old = found.old_by_new if one_matrix or side == "output" else found.read_as
    copied = (old >= 0) & (old < n_old)
    wanted = found.text & ~copied
    if side == "output":
        shadowed = found.rules == Rule.SHADOWED
        copied, wanted = copied & ~shadowed & ~found.repeats, wanted & ~shadowed
    n_copied, n_made = int(copied.sum()), int(wanted.sum())
    return {"copied": n_copied, "made": n_made, "unused": len(old) - n_copied - n_made}


def _of_matrices(model: LanguageModel, n_rows: int, one_matrix: bool) -> int:
    """Parameters of both matrices and the bias of the head, at so many rows."""
    matrices = model.matrices()
    per_row = model.width + (0 if one_matrix else matrices.head.shape[1]) + (0 if matrices.bias is None else 1)
    return n_rows * int(per_row)


def _written_bytes(model: LanguageModel, n_rows: int, one_matrix: bool) -> int:
    """Of the weights in the format that they are written in; configurations, tokenizer and card come on top."""
    stored, module = model.stored or StoredFormat(model.dtype), model.module
    of_rows = {id(module.get_input_embeddings().weight), id(module.get_output_embeddings().weight)}
    n_bytes, widest = 0, 0
    for name, values in module.named_parameters():
        each = stored.of(name, values).itemsize
        if id(values) in of_rows or values is module.get_output_embeddings().bias:
            widest = max(widest, each)
        else:
            n_bytes += values.numel() * each
    return n_bytes + _of_matrices(model, n_rows, one_matrix) * widest


def _seconds(participants: Participants) -> float:
    """Of loading, of measuring the original, and of the method, which is measured and read back."""
    plan = replace(participants.plan, evaluators=(Choice("bits_per_byte"),))
    stages = {stage.name: stage.seconds for stage in estimate(replace(participants, plan=plan)).stages}
    wanted = ("Start and load", f"Measure {participants.original.name}", choice_label(plan.methods[0]))
    return sum(stages[name] for name in wanted) + 2 * _READ_BACK * stages[wanted[1]]
