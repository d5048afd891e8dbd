"""Ids that a model has no row for."""

import numpy as np

from core.common.definitions import Definition
from core.common.numbers import count
from core.vocabulary.audit import Audit, Finding, grouped, not_looked_for
from core.vocabulary.entries import Entries

BEYOND = "no row"


def beyond_rows(entries: Entries) -> Finding:
    """Ids, with an entry, that are not below the number of rows of a model's embedding."""
    if entries.rows is None:
        return not_looked_for("Give a model, or the number of rows of its embedding.")
    rows, ids = entries.rows, np.arange(len(entries))
    spare = rows.n - len(entries)
    remark = f"{rows.source} has {count(rows.n)} rows for {count(len(entries))} ids" + (
        f"; {count(spare)} rows have no id, as in models that are padded." if spare > 0 else "."
    )
    return grouped({BEYOND: np.flatnonzero((ids >= rows.n) & ~entries.holes)}, remark)


AUDIT = Audit(
    definition=Definition(
        "beyond_rows",
        "Ids beyond the model's rows",
        "ids",
        "lower",
        "Entries whose id is not below the number of rows of the model's embedding: the model stops with an error, or "
        "reads something else, where one of them stands. More rows than ids do no harm.",
    ),
    order=55,
    find=beyond_rows,
)
