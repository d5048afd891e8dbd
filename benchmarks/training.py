"""Training: byte-pair encoding of ours against the libraries that train it, and what our own trainers take.

Text that every machine has: the Python files and the documents of the packages that are installed, and of FLORES-200,
where the data folder is there, many languages. Libraries that are not installed are left out; they may lie in a folder
that PYTHONPATH names: pip install --target FOLDER rustbpe bpeasy.
"""

import json
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from itertools import chain, product
from pathlib import Path

from benchmarks.measure import markdown
from core.common.errors import UserError
from core.common.numbers import count
from core.corpora.corpus import open_corpus

_LARGE, _SMALL, _MANY = 14_000_000, 5_000_000, 58_000_000  # bytes
_ENTRIES, _FEW = 32_000, 8_000
_ENDINGS = (".py", ".md", ".rst", ".txt", "METADATA")
_PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"  # GPT-2's
_BESIDE = {
    "bytes": ("ours:bpe:gpt2", "rustbpe", "ffbpe", "bpeasy", "tokenizers"),
    "characters": ("ours:bpe-characters:gpt2", "sentencepiece"),
}  # by what they begin with; ours comes first
_SLOW, _SLOW_FROM = ("bpeasy", "tokenizers"), 2 * _LARGE  # minutes on larger texts, so they are left out there
_TRAINERS = ("lib", "pathpiece", "parity", "length-max", "wordpiece", "unigram", "superbpe")
_CHILD = """
import json, sys, time
from contextlib import suppress
from pathlib import Path

who, path, n, pattern = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
text = path.read_text(encoding="utf-8")
chunks = text.splitlines(keepends=True)
if who == "rustbpe":
    import rustbpe
    def work(): rustbpe.Tokenizer().train_from_iterator(iter(chunks), n, pattern=pattern)
elif who == "ffbpe":
    import ffbpe
    def work(): ffbpe.train_bpe(iter(chunks), vocab_size=n)
elif who == "bpeasy":
    import bpeasy
    def work(): bpeasy.train_bpe(iter(chunks), pattern, 1000, n)
elif who == "sentencepiece":
    import io, sentencepiece
    def work():
        sentencepiece.SentencePieceTrainer.Train(
            sentence_iterator=iter(chunks), model_writer=io.BytesIO(), vocab_size=n, model_type="bpe",
            byte_fallback=True, minloglevel=2, max_sentence_length=10**6)
elif who == "tokenizers":
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    def work():
        made = Tokenizer(models.BPE())
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.train_from_iterator(iter(chunks), trainers.BpeTrainer(
            vocab_size=n, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
else:
    import pyarrow  # what it comes down to is there before the clock starts, as with the others
    with suppress(ImportError):
        import ffbpe
    from core.common.garbage import collect_rarely
    collect_rarely()  # as in each process that trains
    from core.training.asked import asked_recipe
    from core.training.lines import in_chunks
    from core.training.text import TrainingPart, TrainingText
    from core.training.trainer import TRAINERS
    key, _, pre = who.removeprefix("ours:").partition(":")
    entry = TRAINERS.get(key)
    half = len(chunks) // 2
    halves = [chunks[:half], chunks[half:]] if entry.needs else [chunks]
    parts = tuple(TrainingPart(str(k), tuple(in_chunks(each)), ()) for k, each in enumerate(halves))
    rows = ["".join(each).split("\\n")[:2000] for each in halves]
    parallel = tuple(map(tuple, rows)) if entry.needs else ()
    options = asked_recipe(key, n, [str(path)], parallel=[str(path)] * bool(entry.needs), pre=pre or entry.pre).options
    task = entry.task(TrainingText(parts, parallel), options, entry.read({}, 0))
    def work(): entry.train(task)
start, spent = time.perf_counter(), time.process_time()
work()
spent, clock = time.process_time() - spent, time.perf_counter() - start
status = Path("/proc/self/status").read_text()  # ru_maxrss would begin with that of the parent
print(json.dumps([spent, clock, 1024 * int(status.partition("VmHWM:")[2].split()[0])]))
"""


def run(large: int = _LARGE, small: int = _SMALL) -> str:
    """Both tables.

    Raises:
        UserError: there is too little text on this machine.
    """
    with tempfile.TemporaryDirectory(prefix="training-") as scratch:
        here = Path(scratch) / "installed.txt"
        here.write_text(installed(large), encoding="utf-8")
        texts = {f"English and code, {large / 1e6:.0f} MB": here}
        for most in (large, _MANY):
            if languages := _languages(most):
                many = Path(scratch) / f"languages-{most}.txt"
                many.write_text(languages, encoding="utf-8")
                texts[f"200 languages, {len(languages.encode()) / 1e6:.0f} MB"] = many
        short = Path(scratch) / "short.txt"
        short.write_text(installed(small), encoding="utf-8")
        return "\n".join([_beside_others(texts), _of_ours(here, short, small)])


def _beside_others(texts: dict[str, Path]) -> str:
    rows = []
    for (name, path), (on, beside) in product(texts.items(), _BESIDE.items()):
        some = [one for one in beside if one not in _SLOW or path.stat().st_size < _SLOW_FROM]
        found = {who: measured for who in some if (measured := _measured(who, path, _ENTRIES))}
        least = min((seconds for who, (seconds, _, _) in found.items() if who != beside[0]), default=float("nan"))
        rows += [
            [name, on, "ours" if who == beside[0] else who, *_row(measured), f"{measured[0] / least:.2f}×"]
            for who, measured in sorted(found.items(), key=lambda pair: pair[1][0])
        ]
    head = ["text", "on", "trained by", "processor", "clock", "memory", "against the fastest other on the same"]
    return markdown(f"Byte-pair encoding, {count(_ENTRIES)} entries", head, rows)


def _of_ours(large: Path, short: Path, small: int) -> str:
    rows = []
    if (first := _measured("ours:bpe", large, round(0.8 * _ENTRIES))) and (
        both := _measured("ours:superbpe", large, _ENTRIES)
    ):
        second = both[0] - first[0]
        rows.append(["superbpe, second stage on the larger text", *_row(both), f"{second / first[0]:.1f}× its first"])
    rows += [
        [f"{key}, {count(_FEW)} entries on {small / 1e6:.0f} MB", *_row(measured), ""]
        for key in _TRAINERS
        if (measured := _measured(f"ours:{key}", short, _FEW))
    ]
    return markdown("Our trainers", ["trainer", "processor", "clock", "memory", ""], rows)


def _row(measured: tuple[float, float, float]) -> list[str]:
    spent, clock, memory = measured
    return [f"{spent:.1f} s", f"{clock:.1f} s", f"{memory / 2**20:,.0f} MB"]


def _measured(who: str, path: Path, n: int) -> tuple[float, float, float] | None:
    """Processor seconds, seconds and bytes of memory; None where the library is not here."""
    asked = [sys.executable, "-c", _CHILD, who, str(path), str(n), _PATTERN]
    done = subprocess.run(asked, capture_output=True, text=True, cwd=Path(__file__).parents[1], check=False)
    if done.returncode:
        print(f"{who} is left out: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    spent, clock, memory = json.loads(done.stdout.splitlines()[-1])
    return spent, clock, memory


def installed(most: int) -> str:
    """Documents and code of the packages that are installed, in order of their names, half of each."""
    folder = Path(sysconfig.get_path("purelib"))
    found = "".join(
        _gathered(sorted(one for one in folder.rglob("*") if one.name.endswith(endings)), most // 2)
        for endings in (_ENDINGS[:1], _ENDINGS[1:])
    )
    if len(found) < most // 2:
        raise UserError("There is too little text in the packages that are installed here. Install more.")
    return found


def _gathered(paths: Sequence[Path], most: int) -> str:
    found, size = list[str](), 0
    for path in paths:
        if size >= most:
            break
        try:
            text = path.read_text(encoding="utf-8")[:200_000]
        except (OSError, UnicodeDecodeError):
            continue
        size += len(text.encode())
        found.append(text)
    return "".join(found)


def _languages(most: int) -> str:
    """Sentences of FLORES-200 in turns, a language after the other; empty where it is not here."""
    try:
        corpora = [open_corpus(f"flores200#{split}") for split in ("dev", "devtest")]
    except UserError:
        return ""
    found, size = list[str](), 0
    for row in chain.from_iterable(zip(*one.sentences.values(), strict=True) for one in corpora):
        found += [f"{line}\n" for line in row]
        size += sum(len(line.encode()) for line in row)
        if size >= most:
            break
    return "".join(found)
