"""Tokenizers that ship, trained on the same sentences by several trainers in several sizes: the page opens on them.

`python -m core.training.family` trains them anew; what is finished is kept in the store, and the next start goes on
from there. It needs FLORES-200.

Code has no parallel text, so parity-aware BPE is the hybrid: its first merges are those of all text together, and code
is weighed there (Foroutan et al. 2025).
"""

import sys
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.common.data_folders import DATA
from core.common.errors import UserError
from core.common.numbers import count
from core.jobs.computed_here import computed_here
from core.jobs.job import Job
from core.jobs.shipped import as_job, read_shipped, write_shipped
from core.training.asked import asked_recipe
from core.training.job import KIND, trained_in, training
from core.training.recipe import Trained, TrainedPlan, TrainingRecipe
from core.training.trainer import TRAINERS

NAME, FOLDER = "family", DATA / "family"
SIZES = (4_096, 16_384, 32_768)
SHIPPED = ("bpe", "bpe-characters", "unigram", "wordpiece", "superbpe", "parity", "pathpiece", "lib")
CORPUS = "flores200#dev"
CODE = "package:starlette"  # of which requirements.txt names the version, so that it is the same text everywhere
GLOBAL_MERGES = (
    2_048  # of the hybrid: half of the smallest size, the same for all, so that each goes on from the smaller
)
LANGUAGES = (
    "eng_Latn", "deu_Latn", "fra_Latn", "fin_Latn", "tur_Latn", "swh_Latn", "vie_Latn", "rus_Cyrl", "ell_Grek",
    "arb_Arab", "hin_Deva", "tha_Thai",
)  # fmt: skip


def family_recipes() -> list[TrainingRecipe]:
    """What is asked for: each of these trainers with every size on the same text, a tenth of the lines kept apart.

    Raises:
        UserError: FLORES-200 is not here.
    """
    texts = [f"{CORPUS} {code}" for code in LANGUAGES]
    return [asked_recipe(key, n, [*texts, CODE], heldout=0.1, **_more(key, texts)) for key in SHIPPED for n in SIZES]


def _more(key: str, texts: Sequence[str]) -> dict[str, Any]:
    """What a trainer is given that weighs languages."""
    return {"parallel": texts, "given": {"global_merges": GLOBAL_MERGES}} if TRAINERS.get(key).needs else {}


@lru_cache(maxsize=1)
def shipped_family(folder: Path = FOLDER) -> tuple[Job, TrainedPlan]:
    """The job as it would stand here if it had run here, and what came of it."""
    found = read_shipped(folder, NAME)
    return as_job(found.origin), trained_in(found)


def controlled_names() -> dict[str, tuple[str, int]]:
    """Trainer and entries of each, by what `controlled:` calls it.

    >>> controlled_names()["bpe-4096"]
    ('bpe', 4096)
    """
    return {f"{key}-{n}": (key, n) for key in SHIPPED for n in SIZES}


def shipped_one(trainer: str, n: int) -> Trained:
    """One of them."""
    return next(one for one in shipped_family()[1].made if (one.recipe.trainer, one.n_vocabulary) == (trainer, n))


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
