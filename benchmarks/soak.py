"""Many people on one server: each types into Segmentation with six tokenizers while a corpus is counted.

    python -m benchmarks.soak [--sessions 40] [--minutes 10] [--think 2.0] [--seed 0] [--hostile 1] [--kill]

A person types a word, waits until the page has followed, thinks, and goes on; now and then the text is cleared, and now
and then the person leaves and comes back as a new session. Hostile people go with them (`benchmarks.hostile`). With
--kill the server is killed half-way and started again, and everybody goes on. Measured per session: the time from the
keys to the last element of the page. Needs no network; counts FLORES-200 where it lies beside the repository, otherwise
the sample.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median

import numpy as np
from websockets.exceptions import WebSocketException

from benchmarks.hostile import Hostile
from benchmarks.measure import markdown
from benchmarks.page import SPECS
from benchmarks.server import ROOT, Server, server
from benchmarks.visitor import Broken, Visitor
from core.common.errors import UserError
from core.common.memory import resident_bytes
from core.corpora.corpus import Corpus, open_corpus
from core.counting.job import corpus_counting
from core.jobs.job import State
from core.jobs.queue import Jobs
from core.text.samples import parallel_texts
from core.tokenizers.catalog import offered, open_tokenizer
from tests.jobs_home import jobs_home

WORDS_BEFORE_CLEARING = 40
TEXTS_BEFORE_LEAVING = 3
LANGUAGES = ("eng_Latn", "deu_Latn", "rus_Cyrl", "arb_Arab", "hin_Deva", "tha_Thai", "mya_Mymr", "zho_Hans", "jpn_Jpan")
WARM_UP = 0.25  # of the time: Python and the libraries settle their memory
PARALLEL = Path(__file__).parents[2] / "shared" / "data" / "parallel"
MB = 2**20


@dataclass
class Seen:
    """What one person saw: seconds per answer, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    not_drawn: int = 0


async def person(address: str, words: Sequence[str], until: float, think: float, seed: int, seen: Seen) -> None:
    """Type until the time is over."""
    generator = random.Random(seed)
    while time.monotonic() < until:
        try:
            async with Visitor(address, SPECS) as visitor:
                for _ in range(TEXTS_BEFORE_LEAVING):
                    text = f"{seed} "
                    for _ in range(WORDS_BEFORE_CLEARING):
                        if time.monotonic() > until:
                            return
                        text += generator.choice(words) + " "
                        start = time.perf_counter()
                        drawn = await visitor.type(text)
                        seen.seconds.append(time.perf_counter() - start)
                        seen.not_drawn += not drawn
                        await asyncio.sleep(generator.expovariate(1 / think))
        except (Broken, OSError, UserError, WebSocketException) as error:
            seen.errors.append(f"{type(error).__name__}: {error}")
            await asyncio.sleep(1)


async def keep_counting(jobs: Jobs, corpus: Corpus, folder: Path, until: float) -> tuple[int, int, str]:
    """Count the corpus again and again, each time as new text: jobs done, sentences counted, what went wrong."""
    tokenizers = [open_tokenizer(spec) for spec, _ in offered()]
    done = sentences = 0
    for n in count():
        path = folder / f"round-{n}.jsonl"
        rows = (
            {code: f"{line} ({n})" for code, line in zip(corpus.languages, lines, strict=True)}
            for lines in _lines(corpus)
        )
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        counting = corpus_counting(tokenizers, open_corpus(f"file:{path}"))
        job = jobs.submit("count", counting.params, "counting", counting.inputs, "soak")
        while time.monotonic() < until and (job := jobs.get(job.key)).state.live:
            await asyncio.sleep(0.5)
        done += job.state is State.DONE
        sentences += int(job.done)
        if job.state is not State.DONE:
            return done, sentences, "" if job.state.live else f"{job.state}: {job.message}"
    raise AssertionError("count() does not end")


def _lines(corpus: Corpus) -> Iterator[tuple[str, ...]]:
    """Sentence by sentence, in all languages."""
    return zip(*corpus.sentences.values(), strict=True)


async def kill_half_way(app: Server, seconds: float, people: Sequence[Seen]) -> str:
    """Kill the server and start it again; how many people went on."""
    await asyncio.sleep(seconds / 2)
    await asyncio.to_thread(app.restart)
    before = [len(seen.seconds) for seen in people]
    await asyncio.sleep(seconds / 2 - 5)
    return f"{sum(len(seen.seconds) > n for seen, n in zip(people, before, strict=True))} of {len(people)} went on"


async def watch(app: Server, until: float, sizes: list[tuple[float, int]]) -> None:
    """Memory of the server, twice a second: (seconds since the start, bytes)."""
    start = time.monotonic()
    while time.monotonic() < until:
        sizes.append((time.monotonic() - start, resident_bytes(app.pid)))
        await asyncio.sleep(0.5)


async def soak(app: Server, folder: Path, chosen: argparse.Namespace) -> str:
    """Everybody at once."""
    words = [word for text in parallel_texts() for sentence in text.sentences for word in sentence.split()]
    corpus = open_corpus(f"flores200:{PARALLEL}#dev" if PARALLEL.is_dir() else "sample").only(LANGUAGES)
    until = time.monotonic() + 60 * chosen.minutes
    people = [Seen() for _ in range(chosen.sessions)]
    sizes: list[tuple[float, int]] = []
    counting = asyncio.create_task(keep_counting(Jobs(), corpus, folder, until))
    seeds = [chosen.seed * 1000 + n for n in range(len(people))]
    tasks = [
        person(app.address, words, until, chosen.think, seed, seen) for seed, seen in zip(seeds, people, strict=True)
    ]
    enemies = [Hostile(app.address, seed) for seed in range(chosen.hostile)]
    killed = asyncio.create_task(kill_half_way(app, 60 * chosen.minutes, people)) if chosen.kill else None
    await asyncio.gather(watch(app, until, sizes), *tasks, *(enemy.go_on(until) for enemy in enemies))
    counted = await counting
    title = f"{chosen.sessions} sessions for {chosen.minutes:g} minutes"
    attempts = sum((enemy.attempts for enemy in enemies), Counter())
    more = [["hostile attempts", ", ".join(f"{n} × {name}" for name, n in attempts.items())]] if attempts else []
    more += [["after the server was killed", await killed]] if killed else []
    return report(title, people, sizes, counted, more)


def report(
    title: str,
    people: Sequence[Seen],
    sizes: Sequence[tuple[float, int]],
    counted: tuple[int, int, str],
    more: Sequence[Sequence[str]],
) -> str:
    """The figures as a table."""
    medians = sorted(median(seen.seconds) if seen.seconds else float("inf") for seen in people)
    answers = np.concatenate([seen.seconds for seen in people])
    errors = [error for seen in people for error in seen.errors] + [counted[2]] * bool(counted[2])
    at, size = np.array(sizes).T
    warm = at > WARM_UP * at[-1]
    slope = np.polyfit(at[warm] / 60, size[warm] / MB, 1)[0]
    half = at > (1 + WARM_UP) / 2 * at[-1]
    rows = [
        ["answers", f"{len(answers):,}"],
        ["errors", f"{len(errors)}" + (f", first: {errors[0]}" if errors else "")],
        ["texts that were not drawn", f"{sum(seen.not_drawn for seen in people)}"],
        ["median answer, 95th percentile, longest", _times(*np.quantile(answers, [0.5, 0.95, 1.0]))],
        ["median of the fastest and of the slowest session", _times(medians[0], medians[-1])],
        ["slowest session against fastest", f"{medians[-1] / medians[0]:.2f}×"],
        ["memory of the server at the start", f"{size[0] / MB:,.0f} MB"],
        ["after warm-up, first and second half", f"{_mb(size[warm & ~half])}, {_mb(size[half])}"],
        ["most", f"{size.max() / MB:,.0f} MB"],
        ["growth after warm-up", f"{slope:+.2f} MB per minute"],
        ["counted meanwhile", f"{counted[1]:,} sentences, {counted[0]} jobs done"],
        *more,
    ]
    return markdown(title, ["measured", "figure"], rows)


def _times(*seconds: float) -> str:
    return ", ".join(f"{each * 1000:,.0f} ms" for each in seconds)


def _mb(sizes: "np.ndarray") -> str:
    return f"{np.median(sizes) / MB:,.0f} MB"


def main() -> int:
    """Run it; 1 if a session saw an error."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=40)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--think", type=float, default=2.0, help="seconds between words, on average")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--hostile", type=int, default=1, help="hostile sessions among them")
    parser.add_argument("--kill", action="store_true", help="the server, half-way; who waits then sees an error")
    chosen = parser.parse_args()
    print(f"{len(os.sched_getaffinity(0))} processors, load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory() as folder, jobs_home(Path(folder) / "home"), server(ROOT / "app.py") as app:
        table = asyncio.run(soak(app, Path(folder), chosen))
    print(table)
    return int("| errors | 0 |" not in table)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
