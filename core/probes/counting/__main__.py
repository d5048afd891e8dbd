"""`python -m core.probes.counting`: train the shipped counters again, into data/probes/counters.

Ten minutes of a free processor.
"""

from pathlib import Path

from core.probes.counting.counters import COUNTERS, COUNTERS_FOLDER, LONGEST, STEPS
from core.probes.counting.training import trained
from core.probes.toys.making import make
from core.probes.toys.toy import Diet


def make_counters(folder: Path, diet: Diet) -> None:
    """Train them and write down how."""

    def train() -> None:
        for counter in COUNTERS:
            trained(counter, diet, folder / counter.key)

    make(train, folder, diet, LONGEST)


if __name__ == "__main__":
    make_counters(COUNTERS_FOLDER, Diet(STEPS))
