"""`python -m core.lab.shipping [KEY …]`: compute the shipped comparisons anew, all or those named, into data/lab.

Each model that is measured is kept in the store under `TOKEN_ATLAS_HOME` as it is finished: started again, it goes on
from there. The real model takes about an hour on two quiet cores.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.common.data_folders import DATA
from core.common.errors import UnknownName, UserError
from core.common.numbers import count
from core.jobs.shipped import write_shipped
from core.lab.foreseen import KIND
from core.lab.shipped_results import FOLDER
from core.lab.wanted import WantedComparison, wanted


def main(keys: Sequence[str], sentences: int = 0, folder: Path = FOLDER) -> int:
    """Compute and write; the exit status.

    Args:
        keys: of `wanted`; empty for all.
        sentences: instead of the plan's own number, for trying; 0 for that.
    """
    known = {one.key: one for one in wanted()}
    for key in keys:
        if key not in known:
            raise UnknownName("shipped comparison", key, known)
    for key, one in known.items():
        if not keys or key in keys:
            _make(replace(one, plan=replace(one.plan, sentences=sentences)) if sentences else one, folder)
    return 0


def _make(one: WantedComparison, folder: Path) -> None:
    from core.jobs.computed_here import computed_here
    from core.lab.participants import outlined
    from core.lab.submission import submission

    start = time.monotonic()

    def told(done: int, total: int) -> None:
        print(f"{one.key}: {done} of {total}, {count(time.monotonic() - start)} s", flush=True)

    write_shipped(folder, one.key, computed_here(KIND, submission(outlined(one.plan)), "cpu", told))


if __name__ == "__main__":
    if Path.cwd() != DATA.parent:
        sys.exit("Run it in the project's root folder, since plans name files from there.")
    try:
        sys.exit(main(sys.argv[1:]))
    except UserError as error:
        sys.exit(str(error))
