"""Counting by us against every engine that reads the same tokenizer, format by format, and whether they count the same.

Processor time of all threads, in turns, on sentences that no engine has seen. An engine that is not installed is left
out; `pip install quicktok-v1 nanotoken fastokens` into a folder of PYTHONPATH brings those that the project does not
use.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from operator import truediv
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.counting import DATA, TOKENIZERS
from benchmarks.measure import markdown
from core.common.errors import UserError
from core.corpora.corpus import Corpus
from core.corpora.sources.flores200 import read
from core.counting.engine import CannotCount
from core.counting.engines import kitoken, tokie
from core.counting.engines.gigatoken import SCHEMES
from core.counting.fastest import fast_counter
from core.counting.opening import normalised, through_file
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.formats.tiktoken import FAST
from core.tokenizers.tokenizer import LocalTokenizer, Serialised

STRIDE = 36  # every 36th sentence of each language a round: 27 of them, 1 MB
FILES = (
    ("tokenizer.json, byte-level BPE (GPT-2)", "hf_json/gpt-2"),
    ("tokenizer.json, byte-level BPE (Pythia)", "hf_json/pythia-12b"),
    ("tokenizer.json, BPE with byte fallback (Llama 2)", "hf_json/llama-2-7b-chat-hf"),
    ("tokenizer.json, digits apart (Falcon)", "hf_json/falcon-180b-chat"),
    ("tokenizer.json, Unigram (FOCUS de)", "hf_json/focus-de-xlmr-unigram-50k"),
    ("vocab.json + merges.txt (RoBERTa)", "gpt2_style/roberta"),
    ("vocab.txt, WordPiece (BERT uncased)", "wordpiece/bert-base-uncased.vocab.txt"),
    ("vocab.txt, WordPiece (BERT multilingual)", "wordpiece/bert-base-multilingual-cased.vocab.txt"),
    ("SentencePiece BPE (Llama 2)", "sentencepiece/llama2.model"),
    ("SentencePiece Unigram (XLNet)", "sentencepiece/xlnet.model"),
    ("SentencePiece Unigram (LASER)", "sentencepiece/laser_50k.model"),
    ("tiktoken (cl100k)", "tiktoken/cl100k_base.tiktoken"),
    ("tiktoken (o200k)", "tiktoken/o200k_base.tiktoken"),
    ("tiktoken, NFC first (Qwen)", "tiktoken/qwen.tiktoken"),
    ("GGUF BPE (GPT-2)", "gguf/ggml-vocab-gpt-2.gguf"),
    ("llama2.c", "llama2c/llama2_tokenizer.bin"),
)
Count = Callable[[list[str]], Sequence[int]]


def _tokenizers(form: Serialised) -> Count:
    from tokenizers import Tokenizer

    engine = Tokenizer.from_str(form.data.decode())
    engine.no_truncation()
    engine.no_padding()
    return lambda lines: [len(one.ids) for one in engine.encode_batch_fast(lines, add_special_tokens=False)]


def _tiktoken(form: Serialised) -> Count:
    from tiktoken import Encoding
    from tiktoken.load import load_tiktoken_bpe

    ranks = through_file(form.data, load_tiktoken_bpe)
    engine = Encoding("x", pat_str=form.pattern, mergeable_ranks=ranks, special_tokens={})
    return lambda lines: [len(ids) for ids in engine.encode_ordinary_batch(lines, num_threads=os.cpu_count() or 1)]


def _sentencepiece(form: Serialised) -> Count:
    from sentencepiece import SentencePieceProcessor

    engine = SentencePieceProcessor(model_proto=form.data)
    return lambda lines: [len(ids) for ids in engine.encode(lines, num_threads=os.cpu_count())]


def _kitoken(form: Serialised) -> Count:
    engine = kitoken.opened(form)
    return lambda lines: [len(ids) for ids in engine.encode_all(lines, False)]


def _gigatoken(form: Serialised) -> Count:
    from gigatoken import Tokenizer

    if form.format == "tiktoken":
        engine = through_file(form.data, lambda path: Tokenizer.from_tiktoken(path, SCHEMES[form.pattern]))
    elif form.format == "sentencepiece":
        engine = through_file(form.data, Tokenizer.from_sentencepiece, ".model")
    else:
        engine = Tokenizer.from_json(form.data.decode())
    return lambda lines: np.diff(np.asarray(engine.encode_batch(lines).layout.offsets.data)).tolist()


def _tokie(form: Serialised) -> Count:
    return tokie.opened(form.data).count_tokens_batch  # type: ignore[no-any-return]


def _nanotoken(form: Serialised) -> Count:
    from nanotoken import WordPieceTokenizer

    engine = WordPieceTokenizer.from_json(form.data)
    return lambda lines: np.diff(engine.encode_batch(lines, add_special_tokens=False)[1]).tolist()


def _fastokens(form: Serialised) -> Count:
    from fastokens._native import Tokenizer

    engine = Tokenizer.from_json_str(form.data.decode())
    return lambda lines: np.diff(np.frombuffer(engine.encode_batch_flat(lines)[1], np.uint64)).tolist()


def _quicktok(form: Serialised) -> Count:
    import quicktok
    from quicktok._import_core import KNOWN_PATTERNS, ensure_tables, write_files
    from tiktoken.load import load_tiktoken_bpe

    scanner = "cl100k" if form.pattern == FAST["cl100k"] else KNOWN_PATTERNS[form.pattern]  # a pattern it knows
    ranks = through_file(form.data, load_tiktoken_bpe)
    with tempfile.TemporaryDirectory() as folder:
        write_files(folder, "it", ranks, {}, scanner, False)
        ensure_tables(folder, str(Path(quicktok.__file__).parent / "data"), scanner, False)
        engine = quicktok.Tokenizer("it", folder)
    return lambda lines: quicktok.count_batch(engine, lines).tolist()


RIVALS: dict[str, tuple[Callable[[Serialised], Count], tuple[str, ...]]] = {  # by name: how it is opened, formats read
    "tokenizers": (_tokenizers, ("tokenizers",)),
    "tiktoken": (_tiktoken, ("tiktoken",)),
    "sentencepiece": (_sentencepiece, ("sentencepiece",)),
    "kitoken": (_kitoken, ("tokenizers", "sentencepiece", "tiktoken")),
    "gigatoken": (_gigatoken, ("tokenizers", "sentencepiece", "tiktoken")),
    "tokie": (_tokie, ("tokenizers",)),
    "nanotoken": (_nanotoken, ("tokenizers",)),
    "fastokens": (_fastokens, ("tokenizers",)),
    "quicktok-v1": (_quicktok, ("tiktoken",)),
}


def _opened(form: Serialised | None) -> dict[str, Count]:
    """Every engine that reads this tokenizer, by name."""
    found = {}
    for name, (make, formats) in RIVALS.items():
        if form is None or form.format not in formats:
            continue
        try:
            version(name)
            found[name] = _normalised(form, make(form))
            found[name](["warm up"] * 50)
        except BaseException as error:  # Rust's panics are no Exception
            if isinstance(error, KeyboardInterrupt):
                raise
    return found


def _normalised(form: Serialised, count: Count) -> Count:
    """With the normalisation that the file does not name."""
    return (lambda lines: count(normalised(form, lines))) if form.normalise else count


def run(rounds: int = 6) -> str:
    """One row per file: our speed, and how many times as fast as each engine that is.

    Raises:
        UserError: the data folder is not there.
    """
    if not TOKENIZERS.is_dir():
        raise UserError(f"This benchmark needs real tokenizers and FLORES-200 at {DATA}.")
    os.environ.setdefault("TOKEN_ATLAS_CHILD_SECONDS", "120")
    corpus = read(DATA / "parallel", "flores200", ("dev",))
    rows = []
    for label, place in FILES:
        rows.append(_row(label, place, corpus, rounds))
        print(json.dumps(rows[-1]), flush=True)
    names = [f"{name} {_version(name)}" for name in RIVALS]
    title = "Processor time of others / ours; ≠ n: n of the counts differ from the reference; –: does not read it"
    return markdown(title, ["tokenizer", "our engine", "ours", *names], rows)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _row(label: str, place: str, corpus: Corpus, rounds: int) -> list[str]:
    tokenizer = open_tokenizer(f"file:{TOKENIZERS / place}")
    assert isinstance(tokenizer, LocalTokenizer)
    count, choice = fast_counter(tokenizer)
    engines: dict[str, Count] = {"ours": lambda lines: count(lines).tokens.tolist(), **_opened(tokenizer.serialised())}
    engines["ours"](["warm up"] * 50)
    seconds: dict[str, list[float]] = {name: [] for name in engines}
    differ, megabytes = dict.fromkeys(engines, 0), 0.0
    for n in range(rounds):
        lines = [line for sentences in corpus.sentences.values() for line in sentences[n::STRIDE]]
        megabytes = sum(len(line.encode()) for line in lines) / 1e6
        truth = tokenizer.count(lines).tokens
        # By lot: each leaves the next one a memory of its own making, so nobody is to follow always the same one.
        for name in np.random.default_rng(n).permutation(list(engines)).tolist():
            unread = [line[:1] + line[1:] for line in lines]  # Python keeps the UTF-8 of a string that was asked for it
            started = time.process_time()
            found = engines[name](unread)
            seconds[name].append(time.process_time() - started)
            differ[name] += int(np.count_nonzero(np.array(found) != truth))
    ours = median(seconds["ours"])
    assert not differ["ours"], CannotCount
    cells = [
        f"{median(map(truediv, seconds[name], seconds['ours'])):.2f}×"
        + (f" ≠ {differ[name]:,}" if differ[name] else "")
        if name in engines
        else "–"
        for name in RIVALS
    ]
    return [label, choice.label, f"{megabytes / ours:.1f} MB/s", *cells]


if __name__ == "__main__":
    print(run())
