"""Where the probability goes: predicted for shared, new, special and unused rows, against how often they come."""

import numpy as np

from core.common.definitions import Definition
from core.common.params import Params
from core.evaluation.base import Evaluator, Subject
from core.evaluation.passes.cells import cells, figures, quotient
from core.evaluation.passes.columns import number_columns
from core.evaluation.passes.reading import Group
from core.evaluation.results import Column, Measures, Table
from core.stats.number import Number
from core.tokenizers.matching import vocabulary_of

N = len(Group)
SHOWN_ROWS = 20


def evaluate(subject: Subject, params: Params) -> Measures:
    """Of each group of rows in all texts and each language, and the single rows that get most too much."""
    reading = subject.reading
    counted = reading.predicted
    n_texts = len(reading.scores.texts)
    target = reading.groups[reading.ids].astype(np.int64)
    place = reading.text[counted]
    mass = [np.bincount(place, reading.mass[counted, group], n_texts) for group in range(N)]
    came = [np.bincount(place, target[counted] == group, n_texts) for group in range(N)]
    quantities = np.array([*mass, *came, np.bincount(place, minlength=n_texts)], np.float64)
    ratios = [quotient(k, -1) for k in range(2 * N)] + [quotient(k, N + k) for k in range(N)]
    rows = [cell for cell in cells(subject.reference.texts, reading.text_bytes > 0) if not cell.domain]
    numbers = [figures(cell, quantities, ratios, params.seed) for cell in rows]
    columns: dict[str, Column] = {
        "language": tuple(cell.language for cell in rows for _ in Group),
        "group": tuple(group.word for _ in rows for group in Group),
        "n_rows": np.tile(np.bincount(reading.groups, minlength=N), len(rows)),
    }
    for n, name in enumerate(("mass", "share", "mass_to_share")):
        columns |= number_columns(name, [one for row in numbers for one in row[n * N : (n + 1) * N]])
    never = np.flatnonzero(np.isnan(np.asarray(columns["mass_to_share"]))).tolist()
    reasons = dict.fromkeys(never, "Rows of this group never come in these texts.")
    silent = subject.model.matrices().head.float().norm(dim=1).cpu().numpy() == 0
    headline = {
        "new_mass": numbers[0][Group.NEW],
        "new_mass_to_share": numbers[0][2 * N + Group.NEW],
        "unused_mass": numbers[0][Group.UNUSED],
        "zero_row_mass": Number(
            float(reading.mean_probability[silent].sum()), reason="No interval: a mean over all texts."
        ),
    }
    tables = {"groups": Table(columns, reasons), "rows": _rows(subject)}
    return Measures(headline, tables, {"n_zero_rows": int(silent.sum()), "n_predictions": int(counted.sum())})


def _rows(subject: Subject) -> Table:
    """The rows whose predicted probability is most above, and most below, how often they come."""
    reading, vocabulary = subject.reading, vocabulary_of(subject.model.tokenizer)
    share = np.bincount(reading.ids[reading.predicted], minlength=len(reading.groups)) / max(reading.predicted.sum(), 1)
    excess = reading.mean_probability - share
    order = np.argsort(-excess, kind="stable")
    shown = np.unique(np.concatenate([order[:SHOWN_ROWS], order[-SHOWN_ROWS:]]))
    shown = shown[np.argsort(-excess[shown], kind="stable")]
    pieces = [vocabulary.pieces[i] if i < len(vocabulary) else b"" for i in shown.tolist()]
    return Table(
        {
            "id": shown,
            "piece_hex": tuple(piece.hex() for piece in pieces),
            "group": tuple(Group(int(g)).word for g in reading.groups[shown]),
            "mass": reading.mean_probability[shown],
            "share": share[shown],
            "mean_logit": reading.mean_logit[shown],
        }
    )


EVALUATOR = Evaluator(
    key="mass_audit",
    label="Probability mass",
    definition=(
        "The probability that the model predicts for each group of rows (shared with the old vocabulary, new, special, "
        "unused), on average over all predicted tokens, beside the share of tokens that are of the group. A model that "
        "knows its tokens predicts as much as comes; much more for new rows means that their output rows are too loud."
    ),
    numbers=(
        Definition("new_mass", "Mass on new tokens", "", "", "Mean probability predicted for new tokens."),
        Definition(
            "new_mass_to_share",
            "Mass to share, new tokens",
            "×",
            "",
            "Mean probability predicted for new tokens divided by their share of the tokens that come; 1 is right.",
        ),
        Definition(
            "unused_mass", "Mass on unused rows", "", "lower", "Mean probability predicted for rows without a token."
        ),
        Definition(
            "zero_row_mass", "Mass on zero rows", "", "lower", "Mean probability predicted for rows that are zero."
        ),
    ),
    cost="nothing beyond bits per byte",
    evaluate=evaluate,
    quick=True,
)
