"""Changing a control of the premium page, all tokenizers in all languages, against drawing its pictures from ready
numbers, by themselves and with all else that the page draws: processor time of a whole run of the page on the server,
every value chosen for the first time.

Without what only Streamlit's test runner does and a server does not: parsing the page for each run, writing widgets
down and reading the page back. All sides are measured so.
"""

import gc
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.testing.v1 import AppTest, local_script_runner

from benchmarks.measure import markdown
from components.cached import premium as cached_premium
from components.premium.context import PremiumContext
from components.premium.sources import sources
from core.jobs.shared_cache import shared
from core.premium.atlas import atlas_tokenizers
from core.premium.ordering import mean_premium, order
from core.premium.premium import PER, Per
from core.premium.workbench import PremiumChoice, workbench

PAGE = Path(__file__).parents[1] / "pages" / "premium.py"
READY: list[PremiumContext] = []  # what the alternative draws next
PICTURES = """
from benchmarks.page_controls import READY
from components.premium import view
from components.premium.overview import overview

overview(READY[0])
view.views(READY[0])
"""
CODES = ("fra_Latn", "tam_Taml", "zho_Hans", "arb_Arab", "rus_Cyrl", "swh_Latn", "tha_Thai")
SORTS = ("Script", "Family", "Region", "Speakers", "Resources", "Name", "Premium")
_WORD: dict[Per, str] = {"line": "Line", "byte": "Byte", "character": "Character"}


class ScriptClock:
    """Processor seconds that the latest run of a script took in its thread; the runner that waits for it is another."""

    def __init__(self) -> None:
        self.seconds, parsed, run = 0.0, ScriptCache(), ScriptRunner._run_script

        def timed(runner: ScriptRunner, rerun_data: Any) -> None:
            started = time.thread_time()
            run(runner, rerun_data)
            self.seconds = time.thread_time() - started

        vars(local_script_runner)["ScriptCache"] = lambda: parsed
        ScriptRunner._run_script = timed  # type: ignore[method-assign]


def ready(base: str, per: Per, sort: str) -> PremiumContext:
    """The numbers behind the pictures, computed beforehand."""
    keys = tuple(atlas_tokenizers())
    choice = PremiumChoice(keys=keys, base=base, part="", sort=sort, per=per, search="", corpus="")
    bench = workbench(choice, sources())
    languages = bench.table.languages
    return PremiumContext(
        **vars(bench),
        rows=tuple(range(len(keys))),
        columns=order(languages, range(len(languages)), mean_premium(bench.found.value), sort),
        sort=sort,
        part="",
        colours=("#888888",) * len(keys),
        dark=False,
    )


def measured(
    page: AppTest,
    picture: AppTest,
    choices: Sequence[tuple[str, Per, str]],
    turn: Callable[[int], AppTest],
    clock: ScriptClock,
) -> list[str]:
    """Medians over the choices, ours and the alternatives in turns, and their ratios.

    Args:
        turn: the page with the control at choice n, not yet run.
    """
    made = [ready(*choice) for choice in choices]
    gc.collect()
    gc.freeze()  # as a server's own thread does (`core.common.garbage`)
    shared.cache_clear()  # the page has seen none of these
    resampled = cached_premium.atlas("")  # once for all visitors
    _ = resampled.tokens, resampled.n_bytes, resampled.n_characters
    times = []
    for n, context in enumerate(made):
        turn(n).run()
        ours = clock.seconds
        page.run()
        again = clock.seconds
        READY[:] = [context]
        picture.run()
        times.append((ours, again, clock.seconds))
        if page.exception or picture.exception:
            raise RuntimeError(str(page.exception or picture.exception))
    whole, again, drawn = (median(column) for column in zip(*times, strict=True))
    ready_ms = [cell for other in (again, drawn) for cell in (f"{other * 1000:,.0f} ms", f"{whole / other:.2f}×")]
    return [f"{whole * 1000:,.0f} ms", *ready_ms]


def run() -> str:
    """One row per control."""
    clock = ScriptClock()
    READY[:] = [ready("eng_Latn", "line", "Premium")]
    keys = list(atlas_tokenizers())
    page, picture = (
        AppTest.from_file(str(PAGE), default_timeout=300),
        AppTest.from_string(PICTURES, default_timeout=300),
    )
    page.query_params["counted"] = keys
    page.run()
    picture.run()
    for _ in range(2):  # what Python and the libraries do only once
        page.run()
        picture.run()
    bases = [(code, PER[0], "Premium") for code in CODES]
    units = [(code, per, "Premium") for code in CODES[:4] for per in PER[1:]]
    sorts = [(CODES[-1], PER[0], sort) for sort in SORTS]

    def unit(n: int) -> AppTest:
        page.selectbox(key="base").select(units[n][0]).run()
        return page.selectbox(key="per").select(_WORD[units[n][1]])

    rows = [
        [
            "base language",
            *measured(page, picture, bases, lambda n: page.selectbox(key="base").select(CODES[n]), clock),
        ],
        ["unit", *measured(page, picture, units, unit, clock)],
        ["order", *measured(page, picture, sorts, lambda n: page.selectbox(key="sort").select(SORTS[n]), clock)],
    ]
    n_languages = len(READY[0].table.languages)
    return markdown(
        f"A control of the premium page changes, {len(keys)} tokenizers × {n_languages} languages with intervals",
        ["control", "the whole page", "the same page from ready numbers", "ratio", "its pictures alone", "ratio"],
        rows,
    )
