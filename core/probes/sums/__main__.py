"""`python -m core.probes.sums`: train the shipped adders again, into data/probes/adders.

Ten minutes of a free processor.
"""

from pathlib import Path

from core.probes.sums.adders import ADDERS, ADDERS_FOLDER, LONGEST, STEPS
from core.probes.sums.training import trained
from core.probes.toys.making import make
from core.probes.toys.toy import Diet


def make_adders(folder: Path, diet: Diet) -> None:
    """Train them and write down how."""

    def train() -> None:
        for adder in ADDERS:
            trained(adder, diet, LONGEST, folder / adder.key)

    make(train, folder, diet, LONGEST)


if __name__ == "__main__":
    make_adders(ADDERS_FOLDER, Diet(STEPS))
