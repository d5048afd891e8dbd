"""What is said of pieces of a job that failed, where the others are computed all the same."""

from core.common.numbers import count

MOST_ALIKE = 2  # pieces that may fail for one reason; what is said of more is said of them all


class Failures:
    """Why pieces failed, in order.

    >>> found = Failures(goes_on=True)
    >>> found.note("No vectors fit."), found.message(6, "models")
    (True, 'No vectors fit. 1 of 6 models could not be computed; the others are finished.')
    >>> Failures(goes_on=False).note("No vectors fit.")
    False
    """

    def __init__(self, goes_on: bool) -> None:
        """Args: goes_on: whether the other pieces are worth having without those that fail."""
        self._goes_on = goes_on
        self._whys: list[str] = []
        self._said: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._whys)

    def note(self, why: str, piece: str = "") -> bool:
        """Note that a piece failed; whether the others are still worth trying.

        Args:
            piece: what it is called, where the reason does not say that itself.
        """
        self._whys.append(why)
        self._said.append(f"In {piece}: {why}" if piece else why)
        return self._goes_on and self._whys.count(why) <= MOST_ALIKE

    def message(self, total: float, measure: str) -> str:
        """All of it for the user.

        Args:
            total: sizes of all pieces together, in the kind's measure.
            measure: what they are called.
        """
        said, n = " ".join(dict.fromkeys(self._said)), len(self._whys)
        return f"{said} {count(n)} of {count(total)} {measure} could not be computed; the others are finished."
