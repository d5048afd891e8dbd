"""Counting on FLORES-200: our counting engines against each format's own library, against the loop of other benchmarks,
and against the size of the corpus. Needs the data folder beside the repository.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np
import sentencepiece
import tiktoken
import tokenizers

from benchmarks.measure import markdown
from core.common.errors import UserError
from core.corpora.corpus import Corpus
from core.corpora.sources.flores200 import read
from core.counting.fastest import fast_counter
from core.tokenizers.catalog import open_tokenizer

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
TOKENIZERS = DATA / "tokenizers"
STRIDE = 12  # every twelfth sentence of each language: 83 of them, 3.2 MB, a round
JSON = ("gpt-2", "llama-2-7b-chat-hf", "pythia-12b", "olmo-7b-instruct-hf", "yi-1.5-34b-chat", "falcon-180b-chat")
SENTENCEPIECE = ("llama2", "mistral_v3", "laser_50k", "xlnet")
TIKTOKEN = ("cl100k_base", "o200k_base")
CHILD = """
import json, resource, sys, time
from pathlib import Path
from core.tokenizers.catalog import open_tokenizer
from core.counting.file import count_stream
from core.counting.fastest import fast_counter
tokenizer = open_tokenizer(sys.argv[2])
count = fast_counter(tokenizer)[0]
count(["a"])
started = time.perf_counter()
with Path(sys.argv[1]).open("rb") as file:
    found = count_stream(count, file, sys.argv[1])
seconds = time.perf_counter() - started
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, found.n_tokens]))
"""


def run(rounds: int = 5, repeats: Sequence[int] = (1, 10, 100, 1000)) -> str:
    """All tables. The largest file, of over a gigabyte, is left out where the disk has no room for it three times.

    Raises:
        UserError: the data folder is not there.
    """
    if not TOKENIZERS.is_dir():
        raise UserError(f"The counting benchmark needs real tokenizers and FLORES-200 at {DATA}.")
    os.environ.setdefault("TOKEN_ATLAS_CHILD_SECONDS", "120")
    corpus = read(DATA / "parallel", "flores200", ("dev",))
    lines = [line for sentences in corpus.sentences.values() for line in sentences[:40]]
    return "\n".join([against_libraries(corpus, rounds), against_the_loop(corpus), against_size(lines, repeats)])


def against_libraries(corpus: Corpus, rounds: int) -> str:
    """Each format's own batch call, special tokens off, against our counts: each round of lines neither has seen, since
    libraries remember words and a corpus is counted once.
    """
    rows = []
    for place, library in _libraries():
        count, verdict = fast_counter(open_tokenizer(f"file:{TOKENIZERS / place}"))
        count(["warm"] * 100), library(["warm"] * 100)
        times, differ, megabytes = [], 0, 0.0
        for n in range(rounds):
            lines = [line for sentences in corpus.sentences.values() for line in sentences[n::STRIDE]]
            ours, counts = _timed(count, lines)
            theirs, truth = _timed(library, lines)
            times.append((ours, theirs))
            differ += int(np.count_nonzero(counts.tokens != np.array(truth)))
            megabytes = sum(len(line.encode()) for line in lines) / 1e6
        ours, theirs = (median(column) for column in zip(*times, strict=True))
        speeds = [f"{megabytes / seconds:.1f} MB/s" for seconds in (ours, theirs)]
        rows.append([place, verdict.label, *speeds, f"{theirs / ours:.1f}×", f"{differ:,}"])
    return markdown(
        f"Counting {rounds} × {len(lines):,} sentences in 204 language-scripts, special tokens off",
        ["tokenizer", "our engine", "ours", "its own library", "times as fast", "counts that differ"],
        rows,
    )


Result = TypeVar("Result")


def _timed(call: Callable[[list[str]], Result], lines: list[str]) -> tuple[float, Result]:
    start = time.perf_counter()
    result = call(lines)
    return time.perf_counter() - start, result


def _libraries() -> list[tuple[str, Callable[[list[str]], list[int]]]]:
    """(file, tokens per line by the library that the format belongs to)."""
    found: list[tuple[str, Callable[[list[str]], list[int]]]] = []
    for name in JSON:
        engine = tokenizers.Tokenizer.from_file(str(TOKENIZERS / "hf_json" / name / "tokenizer.json"))
        engine.no_truncation()
        engine.no_padding()
        engine.encode_special_tokens = True  # as we count: <b> in a sentence is text, though Yi has such a token
        found.append((f"hf_json/{name}", lambda lines, engine=engine: _lengths(engine, lines)))  # type: ignore[misc]
    for name in SENTENCEPIECE:
        processor = sentencepiece.SentencePieceProcessor(model_file=str(TOKENIZERS / f"sentencepiece/{name}.model"))
        found.append((
            f"sentencepiece/{name}.model",
            lambda lines, p=processor: [len(ids) for ids in p.encode(lines, num_threads=os.cpu_count())],  # type: ignore[misc]
        ))  # fmt: skip
    for name in TIKTOKEN:
        encoding = _encoding(name)
        found.append((
            f"tiktoken/{name}.tiktoken",
            lambda lines, e=encoding: [len(ids) for ids in e.encode_ordinary_batch(lines, num_threads=os.cpu_count())],  # type: ignore[misc]
        ))  # fmt: skip
    return found


def _lengths(engine: tokenizers.Tokenizer, lines: list[str]) -> list[int]:
    return [len(encoding.ids) for encoding in engine.encode_batch_fast(lines, add_special_tokens=False)]


def _encoding(name: str) -> tiktoken.Encoding:
    from tiktoken.load import load_tiktoken_bpe
    from tiktoken_ext import openai_public

    openai_public.load_tiktoken_bpe = lambda *_, **__: load_tiktoken_bpe(str(TOKENIZERS / f"tiktoken/{name}.tiktoken"))
    return tiktoken.Encoding(**getattr(openai_public, name)())


def against_the_loop(corpus: Corpus, name: str = "gpt-2", rounds: int = 5) -> str:
    """Encoding sentence by sentence in a thread pool and measuring each, as tokka-bench and TokEval do, restated:
    tokens, bytes, distinct ids, and words cut in two, for which every word is encoded by itself.
    """
    engine = tokenizers.Tokenizer.from_file(str(TOKENIZERS / "hf_json" / name / "tokenizer.json"))

    def measured(line: str) -> tuple[int, int, int, set[int]]:
        ids = engine.encode(line, add_special_tokens=False).ids
        cut = sum(len(engine.encode(word, add_special_tokens=False).ids) > 1 for word in line.split())
        return len(ids), len(line.encode()), cut, set(ids)

    def plain(line: str) -> tuple[int, int]:
        return len(engine.encode(line, add_special_tokens=False).ids), len(line.encode())

    def pooled(call: Callable[[str], object]) -> Callable[[list[str]], object]:
        def loop(lines: list[str]) -> object:
            with ThreadPoolExecutor(8) as pool:
                return list(pool.map(call, lines))

        return loop

    count, _ = fast_counter(open_tokenizer(f"file:{TOKENIZERS / 'hf_json' / name}"))
    calls = (lambda lines: (count(lines), [len(line.encode()) for line in lines]), pooled(plain), pooled(measured))
    times = []
    for n in range(rounds):
        lines = [line for sentences in corpus.sentences.values() for line in sentences[n :: 4 * STRIDE]]
        times.append([_timed(call, lines)[0] for call in calls])
    ours, counting, measuring = (median(column) for column in zip(*times, strict=True))
    return markdown(
        f"The same numbers the way other benchmarks get them ({rounds} × {len(lines):,} sentences, {name})",
        ["measured", "ours", "sentence by sentence in a thread pool", "times as fast"],
        [
            ["tokens and bytes", f"{ours:.2f} s", f"{counting:.2f} s", f"{counting / ours:.1f}×"],
            ["and the words cut, bare", f"{ours:.2f} s", f"{measuring:.2f} s", f"{measuring / ours:.1f}×"],
        ],
    )


def against_size(lines: list[str], repeats: Sequence[int], spec: str = "") -> str:
    """One file repeated with edits, counted line by line in a process of its own."""
    spec = spec or f"file:{TOKENIZERS / 'hf_json' / 'gpt-2'}"
    rows, first = [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        for times in repeats:
            if shutil.disk_usage(folder).free < 3 * times * sum(map(len, map(str.encode, lines))):
                continue
            path = Path(folder, "corpus.txt")
            with path.open("w", encoding="utf-8") as file:
                for n in range(times):
                    file.writelines(f"{line} {n}\n" for line in lines)
            megabytes = path.stat().st_size / 1e6
            done = subprocess.run(
                [sys.executable, "-c", CHILD, str(path), spec], cwd=ROOT, capture_output=True, text=True, check=True
            )
            seconds, peak, tokens = json.loads(done.stdout)
            first = first or seconds / megabytes
            rows.append([
                f"×{times}", f"{megabytes:,.0f} MB", f"{tokens:,}", f"{seconds:.1f} s",
                f"{megabytes / seconds:.1f} MB/s", f"{seconds / megabytes / first:.2f}×", f"{peak / 1024:,.0f} MB",
            ])  # fmt: skip
    return markdown(
        "Cost against the size of a file, read line by line",
        ["repeated", "size", "tokens", "time", "speed", "time per MB against the first", "peak memory"],
        rows,
    )


if __name__ == "__main__":
    started = time.perf_counter()
    print(run())
    print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)
