"""Whose turn it is: the session that has least, then the one that has waited longest, then the oldest job."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Candidate:
    """A job that could use a process now."""

    key: str
    session: str
    place: int


@dataclass
class FairOrder:
    """Remembers who was served when, by a number that only grows.

    Piece by piece, not job by job: somebody with one short job need not wait for another's ten long ones.

    >>> candidates = [Candidate("a1", "ann", 1), Candidate("a2", "ann", 2), Candidate("b1", "bob", 3)]
    >>> order = FairOrder(); first = order.choose(candidates, {}); order.serve(first)
    >>> first.key, order.choose(candidates, {"ann": 1}).key, order.choose(candidates, {}).key
    ('a1', 'b1', 'b1')
    """

    n_served: int = 0
    last: dict[str, int] = field(default_factory=dict)

    def choose(self, candidates: Iterable[Candidate], n_busy: "dict[str, int] | Counter[str]") -> Candidate | None:
        """The candidate to serve next, given how many processes work for each session."""

        def rank(one: Candidate) -> tuple[int, int, int]:
            return n_busy.get(one.session, 0), self.last.get(one.session, 0), one.place

        return min(candidates, key=rank, default=None)

    def serve(self, candidate: Candidate) -> None:
        """Note that a candidate was served."""
        self.n_served += 1
        self.last[candidate.session] = self.n_served
