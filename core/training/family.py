"""Tokenizers that ship, trained on the same sentences by several trainers in several sizes: the page opens on them.

`python -m core.training.family` trains them anew; what is finished is kept in the store, and the next start goes on
from there. It needs FLORES-200.
"""

import sys
import time
from functools import lru_cache
from pathlib import Path

from core.common.data_folders import DATA
from core.common.errors import UserError
from core.common.numbers import count
from core.jobs.computed_here import computed_here
from core.jobs.job import Job
from core.jobs.shipped import as_job, read_shipped, write_shipped
from core.training.asked import asked_recipe
from core.training.job import KIND, trained_in, training
from core.training.recipe import TrainedPlan, TrainingRecipe
from core.training.trainer import TRAINERS

NAME, FOLDER = "family", DATA / "family"
SIZES = (1_024, 4_096, 16_384)
SHIPPED = ("bpe", "bpe-characters", "unigram", "wordpiece", "superbpe", "parity", "pathpiece", "lib")
CORPUS = "flores200#dev"
LANGUAGES = (
    "eng_Latn", "deu_Latn", "fra_Latn", "fin_Latn", "tur_Latn", "swh_Latn", "vie_Latn", "rus_Cyrl", "ell_Grek",
    "arb_Arab", "hin_Deva", "tha_Thai",
)  # fmt: skip


def family_recipes() -> list[TrainingRecipe]:
    """What is asked for: each of these trainers with every size, a tenth of the lines kept apart.

    Raises:
        UserError: FLORES-200 is not here.
    """
    texts = [f"{CORPUS} {code}" for code in LANGUAGES]
    return [
        asked_recipe(key, n, texts, parallel=texts if TRAINERS.get(key).needs else (), heldout=0.1)
        for key in SHIPPED
        for n in SIZES
    ]


@lru_cache(maxsize=1)
def shipped_family(folder: Path = FOLDER) -> tuple[Job, TrainedPlan]:
    """The job as it would stand here if it had run here, and what came of it."""
    found = read_shipped(folder, NAME)
    return as_job(found.origin), trained_in(found)


def main(folder: Path = FOLDER) -> int:
    """Train and write; the exit status."""
    start = time.monotonic()

    def told(done: int, total: int) -> None:
        print(f"{done} of {total}, {count(time.monotonic() - start)} s", flush=True)

    write_shipped(folder, NAME, computed_here(KIND, training(family_recipes()), "cpu", told))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except UserError as error:
        sys.exit(str(error))
