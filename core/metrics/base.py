"""What a module of `core.metrics` declares: a number about a tokenizer, with its meaning and what it needs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import nan
from typing import Literal

from core.common.definitions import Definition
from core.common.need import Need, missing
from core.common.registry import Registry
from core.metrics.evidence import Evidence, Floats, Ints

Place = Literal["text", "sentences", "languages"]
Form = Literal["whole", "decimals", "share", "aside"]


@dataclass(frozen=True)
class Value:
    """A number with its interval, or the reason why there is none.

    Args:
        number: NaN if undefined.
        reason: why it is undefined, or what it leaves out; empty for a number that needs no remark.
        low, high: 95 % interval; NaN where there is none.
    """

    number: float
    reason: str = ""
    low: float = nan
    high: float = nan


def undefined(reason: str) -> Value:
    """No number, and why."""
    return Value(nan, reason)


@dataclass(frozen=True, eq=False)
class Ratio:
    """A number that is one sum over sentences / another, so that resampled sentences give it an interval.

    Args:
        above, below: what each sentence adds to the two sums, (N,) each.
        none: why there is no number where the sum below is 0.
        remark: what the number leaves out; empty where it needs no remark.
    """

    above: Ints
    below: Ints
    none: str
    remark: str = ""

    @property
    def value(self) -> Value:
        """The ratio of the sums."""
        below = int(self.below.sum())
        return Value(int(self.above.sum()) / below, self.remark) if below else undefined(self.none)


@dataclass(frozen=True, eq=False)
class LeftOut:
    """A number of all sentences together, which leaving out one group of them at a time gives an interval.

    Args:
        number: of all.
        without: what it is without each sentence, or each group of them, (G,).
        remark: what the number leaves out; empty where it needs no remark.
    """

    number: float
    without: Floats
    remark: str = ""

    @property
    def value(self) -> Value:
        """The number."""
        return Value(self.number, self.remark)


@dataclass(frozen=True, eq=False)
class Uneven:
    """A number of the costs of L languages, which resampled costs give an interval.

    Args:
        statistic: costs (…, L) to numbers (…).
        costs: of each language, (L,).
        drawn: the same from each resampling of the sentences, (draws, L); None where there are too few.
        remark: what the number leaves out; empty where it needs no remark.
    """

    statistic: Callable[[Floats], Floats]
    costs: Floats
    drawn: Floats | None
    remark: str = ""

    @property
    def value(self) -> Value:
        """The number."""
        return Value(float(self.statistic(self.costs)), self.remark)


Found = Value | Ratio | LeftOut | Uneven

REFERENCE = Need[Evidence](
    key="reference",
    is_there=lambda evidence: evidence.reference is not None,
    advice="Choose a tokenizer to compare with.",
)
SEGMENTATIONS = Need[Evidence](
    key="segmentations",
    is_there=lambda evidence: evidence.segmentations is not None,
    advice="It needs the text itself: choose a corpus that is here.",
)
BARE = Need[Evidence](
    key="bare",
    is_there=lambda evidence: evidence.bare is not None,
    advice="It needs the sentences of a corpus.",
)
VOCABULARY = Need[Evidence](
    key="vocabulary",
    is_there=lambda evidence: evidence.n_vocabulary is not None,
    advice="This tokenizer has no vocabulary.",
)
LANGUAGES = Need[Evidence](
    key="languages",
    is_there=lambda evidence: evidence.by_language is not None,
    advice="It needs several languages.",
)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A number about a tokenizer. The command line has it wherever its needs are met.

    Args:
        definition: its meaning.
        compute: the number; called only if everything needed is there.
        on: where pages show it: on one text (Segmentation), on sentences of a language, over languages (Premium).
        needs: what `Evidence` must hold beyond counts.
        form: how its column for one text is written; "aside" has none, since the page says it in words.
        order: columns for one text stand by this, the smaller first, then by key.
    """

    definition: Definition
    compute: Callable[[Evidence], Found]
    on: tuple[Place, ...]
    needs: tuple[Need[Evidence], ...] = ()
    form: Form = "decimals"
    order: int = 1_000

    @property
    def key(self) -> str:
        """The key of its definition."""
        return self.definition.key

    def unavailable(self, evidence: Evidence) -> str | None:
        """Why it cannot be computed from this, in a sentence for the user; None if it can."""
        return missing(self.needs, evidence)

    def computed(self, evidence: Evidence) -> Found:
        """The number, what gives it an interval, or the reason why there is none."""
        reason = self.unavailable(evidence)
        return undefined(reason) if reason else self.compute(evidence)

    def value(self, evidence: Evidence) -> Value:
        """The number, or the reason why there is none."""
        found = self.computed(evidence)
        return found if isinstance(found, Value) else found.value


METRICS = Registry(package="core.metrics", constant="METRIC", kind=Metric, noun="metric")


def shown(place: Place) -> dict[str, Metric]:
    """The metrics that pages show there, by key.

    >>> "gini" in shown("languages"), "gini" in shown("text")
    (True, False)
    """
    return {key: one for key, one in METRICS.all().items() if place in one.on}


@cache  # asked for with every key press
def on_text() -> tuple[Metric, ...]:
    """The metrics on one text, in the order of their columns.

    >>> [one.key for one in on_text()][:2]
    ['n_tokens', 'n_added']
    """
    return tuple(sorted(shown("text").values(), key=lambda one: (one.order, one.key)))
