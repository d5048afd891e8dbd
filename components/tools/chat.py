"""Not there yet."""


def draw(at_hand: object) -> None:
    """Nothing."""
