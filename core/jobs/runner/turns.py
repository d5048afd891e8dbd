"""Whose turn it is: the session that has least, then the one that has waited longest, then the oldest job."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Claim:
    """A job that could use a process now."""

    key: str
    session: str
    place: int


@dataclass
class Turns:
    """Remembers who was served when, by a number that only grows.

    Piece by piece, not job by job: somebody with one short job need not wait for another's ten long ones.

    >>> turns, claims = Turns(), [Claim("a1", "ann", 1), Claim("a2", "ann", 2), Claim("b1", "bob", 3)]
    >>> first = turns.choose(claims, {}); turns.serve(first)
    >>> first.key, turns.choose(claims, {"ann": 1}).key, turns.choose(claims, {}).key
    ('a1', 'b1', 'b1')
    """

    n_served: int = 0
    last: dict[str, int] = field(default_factory=dict)

    def choose(self, claims: Iterable[Claim], n_busy: "dict[str, int] | Counter[str]") -> Claim | None:
        """The claim to serve next, given how many processes work for each session."""
        return min(claims, key=lambda c: (n_busy.get(c.session, 0), self.last.get(c.session, 0), c.place), default=None)

    def serve(self, claim: Claim) -> None:
        """Note that a claim was served."""
        self.n_served += 1
        self.last[claim.session] = self.n_served
