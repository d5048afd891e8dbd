"""Counting on FLORES-200: our fast lanes against each format's own library, against the loop of other benchmarks, and
against the size of the corpus. Needs the data folder beside the repository.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import sentencepiece
import tiktoken
import tokenizers

from benchmarks.measure import Ratio, in_turns, markdown
from core.catalog import open_tokenizer
from core.corpora.flores200 import read
from core.corpus import Corpus
from core.errors import UserError
from core.fast_lanes import fast_counter

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
TOKENIZERS = DATA / "tokenizers"
SENTENCES_PER_LANGUAGE = 40
JSON = ("gpt-2", "llama-2-7b-chat-hf", "pythia-12b", "olmo-7b-instruct-hf", "yi-1.5-34b-chat", "falcon-180b-chat")
SENTENCEPIECE = ("llama2", "mistral_v3", "laser_50k", "xlnet")
TIKTOKEN = ("cl100k_base", "o200k_base")
CHILD = """
import json, resource, sys, time
from pathlib import Path
from core.catalog import open_tokenizer
from core.counts import count_lines
tokenizer = open_tokenizer(sys.argv[2])
tokenizer.count(["a"])
started = time.perf_counter()
found = count_lines(tokenizer, Path(sys.argv[1]))
seconds = time.perf_counter() - started
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, found.n_tokens]))
"""


def run(rounds_seconds: float = 6.0, repeats: Sequence[int] = (1, 10, 100)) -> str:
    """All tables.

    Raises:
        UserError: the data folder is not there.
    """
    if not TOKENIZERS.is_dir():
        raise UserError(f"The counting benchmark needs real tokenizers and FLORES-200 at {DATA}.")
    os.environ.setdefault("TOKEN_ATLAS_CHILD_SECONDS", "120")
    corpus = read(DATA / "parallel", "flores200", ("dev",))
    lines = [line for sentences in corpus.sentences.values() for line in sentences[:SENTENCES_PER_LANGUAGE]]
    return "\n".join([against_libraries(lines, rounds_seconds), against_the_loop(corpus), against_size(lines, repeats)])


def against_libraries(lines: list[str], seconds: float) -> str:
    """Each format's own batch call, special tokens off, against our counts of the same lines."""
    megabytes = sum(len(line.encode()) for line in lines) / 1e6
    rows = []
    for place, library in _libraries():
        tokenizer = open_tokenizer(f"file:{TOKENIZERS / place}")
        count, verdict = fast_counter(tokenizer)
        differ = int(np.count_nonzero(count(lines).tokens != np.array(library(lines))))
        ratio = in_turns(lambda count=count: count(lines), lambda library=library: library(lines), seconds)  # type: ignore[misc]
        rows.append([place, verdict.label, *_speeds(ratio, megabytes), f"{differ:,}"])
    return markdown(
        f"Counting {len(lines):,} sentences in 204 language-scripts, special tokens off",
        ["tokenizer", "our engine", "ours", "its own library", "times as fast", "counts that differ"],
        rows,
    )


def _libraries() -> list[tuple[str, Callable[[list[str]], list[int]]]]:
    """(file, tokens per line by the library that the format belongs to)."""
    found: list[tuple[str, Callable[[list[str]], list[int]]]] = []
    for name in JSON:
        engine = tokenizers.Tokenizer.from_file(str(TOKENIZERS / "hf_json" / name / "tokenizer.json"))
        engine.no_truncation()
        engine.no_padding()
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


def against_the_loop(corpus: Corpus, name: str = "gpt-2") -> str:
    """Encoding sentence by sentence in a thread pool and measuring each, as tokka-bench and TokEval do, restated."""
    lines = [line for sentences in corpus.sentences.values() for line in sentences[:10]]
    engine = tokenizers.Tokenizer.from_file(str(TOKENIZERS / "hf_json" / name / "tokenizer.json"))

    def measured(line: str) -> tuple[int, int, int, set[int]]:
        ids = engine.encode(line, add_special_tokens=False).ids
        words = line.split()
        cut = sum(len(engine.encode(word, add_special_tokens=False).ids) > 1 for word in words)
        return len(ids), len(line.encode()), cut, set(ids)

    def loop() -> object:
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(measured, lines))

    count, _ = fast_counter(open_tokenizer(f"file:{TOKENIZERS / 'hf_json' / name}"))
    ratio = in_turns(lambda: (count(lines), [len(line.encode()) for line in lines]), loop, 10)
    return markdown(
        f"The same numbers the way other benchmarks get them ({len(lines):,} sentences, {name})",
        ["ours", "sentence by sentence in a thread pool", "times as fast"],
        [[f"{ratio.ours:.2f} s", f"{ratio.alternative:.2f} s", f"{1 / ratio.value:.1f}×"]],
    )


def against_size(lines: list[str], repeats: Sequence[int], spec: str = "") -> str:
    """One file repeated with edits, counted line by line in a process of its own."""
    spec = spec or f"file:{TOKENIZERS / 'hf_json' / 'gpt-2'}"
    rows, first = [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        for times in repeats:
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


def _speeds(ratio: Ratio, megabytes: float) -> list[str]:
    return [
        f"{megabytes / ratio.ours:.1f} MB/s",
        f"{megabytes / ratio.alternative:.1f} MB/s",
        f"{1 / ratio.value:.1f}×",
    ]


if __name__ == "__main__":
    started = time.perf_counter()
    print(run())
    print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)
