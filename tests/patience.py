"""How long a test may wait for what has to be soon."""

import os


def patience(seconds: float) -> float:
    """So many seconds, more where more runs on this machine than it has processors for."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
