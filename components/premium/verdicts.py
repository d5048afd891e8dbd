"""What is said of two premiums: whether they differ, and whether by more than a margin that the user sets."""

from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray

from components.cached.tokenizers import MOST_OF_A_TEXT
from components.premium.linked import LINKED
from components.widgets.typed_number import typed_number
from core.common.numbers import count
from core.jobs.shared_cache import shared
from core.stats.ratio_family import RatioFamily
from core.stats.ratio_t_test import CORRECTION

UNTESTED = "untested"  # where there is too little to test
ALIKE = ("same", "open")  # verdicts on what no test tells apart
_USUAL, _LEAST, _MOST = 1.0, 0.1, 50.0  # per cent


def margin_input() -> float:
    """Ask from which size on a difference matters; returns it as a share. It changes words, no test of difference."""
    percent = typed_number(
        LINKED,
        "Matters from, %",
        "margin",
        _USUAL,
        _LEAST,
        _MOST,
        width=130,
        help="With many sentences differences are found that matter to nobody. Those that are shown to be smaller than "
        "this say so; two premiums shown to lie closer are called the same, others that no test tells apart are open.",
    )
    return percent / 100


def verdicts(family: RatioFamily, margin: float) -> NDArray[np.str_]:
    """The verdict on each ratio of a family, in its shape.

    >>> from core.stats.ratio_family import RatioFamily
    >>> logs, errors = np.log([2.0, 1.005, 1.001, 1.1]), np.array([0.1, 0.001, 0.001, 0.1])
    >>> verdicts(RatioFamily(logs, errors, np.full(4, 500.0), lambda p: p, 4), 0.01).tolist()
    ['differs', 'small', 'same', 'open']
    """
    distinct, within = family.distinct, family.within(margin)
    return np.where(distinct, np.where(within, "small", "differs"), np.where(within, "same", "open"))


def shared_verdicts(family: RatioFamily, margin: float, *of: Hashable) -> NDArray[np.str_]:
    """The same, worked out once for all sessions; `of` stands for the family."""
    return shared().get(("verdicts", of, margin), lambda: verdicts(family, margin), most=MOST_OF_A_TEXT)


def words(verdict: str, margin: float) -> str:
    """A verdict for people.

    >>> words("small", 0.01), words("open", 0.01)
    ('differs, but by less than 1 %', 'not told apart')
    """
    percent = f"{100 * margin:.3g} %"
    return {
        "differs": "differs",
        "small": f"differs, but by less than {percent}",
        "same": f"the same within {percent}",
        "open": "not told apart",
        UNTESTED: "not tested",
    }[verdict]


def how_tested(family: RatioFamily, drawn: str, of: str) -> str:
    """How a family was tested, for captions.

    Args:
        drawn: what is the sample, in the plural.
        of: the comparisons that it is all of, such as "pairs of languages under GPT-2".
    """
    if family.n == 1:
        return f"paired test over {drawn}, 5 %, of one comparison"
    return f"paired test over {drawn}, 5 % after {CORRECTION}'s correction for all {count(family.n)} {of}"
