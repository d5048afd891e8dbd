"""The mean row for every new token."""

from core.common.params import Params
from core.transplants.base import Method
from core.transplants.problem import Problem, Side
from core.transplants.rows import Provenance, Rows, made


def rows(problem: Problem, side: Side, params: Params) -> Rows:
    """The mean of the model's text rows, once per wanted token."""
    values = problem.mean_row(side).expand(len(problem.wanted(side)), -1)
    return made(problem, side, values, Provenance.COMPOSED)


METHOD = Method(
    key="mean",
    label="Mean",
    definition=(
        "Every new row is the mean of the model's rows for tokens that stand for text. On the output side this bounds "
        "the probability that all new tokens take together."
    ),
    source="Hewitt 2021, Initializing new word embeddings for pretrained language models",
    rows=rows,
)
