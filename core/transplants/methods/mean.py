"""The mean row for every new token."""

from core.common.params import Params
from core.transplants.base import Method
from core.transplants.problem import ProblemSide
from core.transplants.rows import RowOrigin, Rows, made
from core.transplants.work import a_copy_each


def rows(side: ProblemSide, params: Params) -> Rows:
    """The mean of the model's text rows, once per wanted token."""
    values = side.mean_row.expand(len(side.wanted), -1)
    return made(side, values, RowOrigin.COMPOSED)


METHOD = Method(
    key="mean",
    label="Mean",
    definition=(
        "A baseline that every comparison has: every new row is the mean of the model's rows for tokens that stand for "
        "text. On the output side this bounds the probability that all new tokens take together."
    ),
    source="Hewitt 2021, Initializing new word embeddings for pretrained language models",
    make=rows,
    of_rows=a_copy_each,
    control=True,
)
