"""What transplants of real size take: matching pursuit, scoring, and every method on a model of a billion parameters.

`python -m benchmarks gpu` is at most eight minutes on CUDA; what is not begun by then is left out, and said. On a CPU,
or with TOKEN_ATLAS_BENCH_SIZE=small, everything is small, which shows that it runs and says nothing of speed.

Tokenizers are those of DeepSeek V4 (128 k) and Qwen 3 (151 k), shapes those of Llama 3.2 1B and, as the donor, of
Qwen 2.5 1.5B. Rows are random, but a token's rows in both models are views of the same hidden vector, clouded by noise,
as rows of trained models are, so that parameters are chosen and pursuits end as they do there.
"""

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
import transformers
from torch import Tensor

from benchmarks import pursuit, scoring
from benchmarks.measure import markdown
from core.common.errors import UnknownName, UserError
from core.counting.engine import Counter
from core.lab.estimate import body_size
from core.models.device import pick_device
from core.models.export import SENTENCES
from core.models.language_model import LanguageModel
from core.models.large import QUANTISED, SPREAD
from core.models.load import open_model
from core.models.loadable_tokenizer import loadable
from core.models.matrices import Matrices
from core.models.memory import weight_bytes
from core.models.memory_peak import MemoryPeak
from core.models.score import score
from core.models.shipped import SHIPPED
from core.models.special_ids import special_ids
from core.segmenters.device.counter import MARGINS, DeviceCounter
from core.segmenters.lane import open_segmenter
from core.text.samples import parallel_texts
from core.tokenizers.local_tokenizer import open_local
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.tokenizer import Counts, LocalTokenizer
from core.transplants.base import METHODS, Method, transplant
from core.transplants.linear.rotary import RotaryShape
from core.transplants.problem import Problem
from core.transplants.resources import Resources
from core.transplants.work import TransplantSize, tokens_read

_SPEED = 77e9  # by which methods are put in order
_SECONDS = 7 * 60.0  # after which no further method is begun
_HIDDEN_WIDTH, _NOISE = 256, 0.5
_THETA = 500_000.0  # of rotary positions


@dataclass(frozen=True)
class Scale:
    """How large everything is.

    Args:
        old, new: specs of the tokenizers.
        rows, width: of the model, whose head is tied; layers, inner, heads, key_heads: of its body.
        donor_rows, donor_width: of the donor's matrix; donor_heads: of its body.
        case: the pursuit by itself.
        sentences: of the sample in each language, to learn from and to score.
        copies: of those.
        seconds: for which scoring is timed.
    """

    old: str
    new: str
    rows: int
    width: int
    layers: int
    inner: int
    heads: int
    key_heads: int
    donor_rows: int
    donor_width: int
    donor_heads: int
    case: pursuit.Case
    sentences: int
    copies: int
    seconds: float


_LLAMA_1B = Scale(
    "packaged:deepseek-v4", "packaged:qwen3", 129_280, 2048, 16, 8192, 32, 8, 151_936, 1536, 12,
    pursuit.Case(16_384, 4096, 4096, 64), 60, 4, 15.0,
)  # fmt: skip
SMALL = Scale(
    f"file:{SHIPPED}/tiny-english", f"file:{SHIPPED}/tiny-world", 4096, 32, 2, 64, 4, 2, 8192, 24, 4,
    pursuit.Case(512, 64, 64, 8), 1, 1, 0.1,
)  # fmt: skip


def run() -> str:
    """Five tables: the pursuit, scoring, layers that are spread or packed, segmenters, and a row per method.

    Raises:
        UnknownName: the environment asks for an unknown size.
    """
    start, device = time.perf_counter(), pick_device("auto")
    size = os.environ.get("TOKEN_ATLAS_BENCH_SIZE", "full")
    if size not in ("small", "full"):
        raise UnknownName("benchmark size", size, ["small", "full"])
    scale = _LLAMA_1B if size == "full" and device.type == "cuda" else SMALL
    parts = [f"Transplants on {_machine(device)}\n"]
    for part in (
        lambda: pursuit.table([scale.case], device),
        lambda: _scoring(scale, device),
        lambda: _placements(scale, device),
        lambda: _segmenters(scale, device),
        lambda: _methods(scale, device, start + _SECONDS),
    ):
        parts.append(part())
        _say(parts[-1])
    return "\n".join([*parts, f"Everything took {time.perf_counter() - start:,.0f} s."])


def _machine(device: torch.device) -> str:
    """The device and what runs on it."""
    named = f"{torch.cuda.get_device_name(device)} (CUDA {torch.version.cuda})" if device.type == "cuda" else "a CPU"
    return f"{named}, torch {torch.__version__}, transformers {transformers.__version__}"


def _say(words: str) -> None:
    """Something on the way, should the rest not come."""
    print(words, file=sys.stderr, flush=True)


def _scoring(scale: Scale, device: torch.device) -> str:
    texts = [" ".join(one.sentences[: scale.sentences]) * scale.copies for one in parallel_texts()]
    return scoring.table(texts, [_model(scale, device)], scale.seconds)


def _placements(scale: Scale, device: torch.device) -> str:
    """The same model whole, with a quarter of its layers elsewhere or more, and packed: one pass over texts each."""
    made, texts = _model(scale, device), [one.text for one in parallel_texts()[: scale.sentences]]
    rows = []
    with TemporaryDirectory(prefix="token-atlas-bench-") as scratch:
        made.module.save_pretrained(scratch)
        (Path(scratch) / "tokenizer.json").write_bytes(loadable(made.tokenizer, SENTENCES))
        room = weight_bytes(made.module, made.dtype) - body_size(made) * made.dtype.itemsize // 4
        del made
        for asked, numbers in (
            (str(device), "auto"),
            (f"{SPREAD}:{room / 2**30:.9f}", "auto"),
            *((str(device), one) for one in QUANTISED),
        ):
            rows.append(_placement_row(scratch, asked, numbers, device, texts))
    head = ["device", "numbers", "s to load", "bits per byte", "s to score", "weights", "peak memory of scoring beyond"]
    return markdown(f"Layers elsewhere and packed: {sum(len(t.encode()) for t in texts):,} bytes scored", head, rows)


def _placement_row(folder: str, asked: str, numbers: str, device: torch.device, texts: Sequence[str]) -> list[str]:
    start = time.perf_counter()
    try:
        model = open_model(folder, asked, numbers)
    except UserError as error:
        return [asked, numbers, f"not possible: {error}", "", "", "", ""]
    peak, loaded = MemoryPeak(device), time.perf_counter()
    bits, done = score(model, texts).bits_per_byte, time.perf_counter()
    assert model.placement is not None
    where = model.placement.spread.words if model.placement.spread else str(device)
    weights = f"{model.placement.n_bytes / 2**20:,.0f} MiB"
    times = f"{loaded - start:,.1f}", f"{bits:.4f}", f"{done - loaded:,.1f}"
    return [where, model.numbers, *times, weights, f"{peak.bytes() / 2**20:,.0f} MiB"]


def _segmenters(scale: Scale, device: torch.device) -> str:
    """Sentences cut by trained segmenters on the device and by numpy, in seconds of each."""
    texts = [sentence for one in parallel_texts() for sentence in one.sentences[: scale.sentences]]
    rows = []
    for name in MARGINS:
        lane = open_segmenter(name)
        on_device = DeviceCounter(lane, str(device))
        on_device(texts[:1])  # what is built on first use
        (found, ours), (truth, numpys) = _timed(on_device, texts), _timed(lane.count, texts)
        same = "the same" if (found.tokens == truth.tokens).all() else "OTHERS"
        again = f"{on_device.n_again / len(texts):.1%}"
        rows.append([name, f"{ours:.2f}", f"{numpys:.2f}", again, f"{on_device.off:.1g}", same])
    n_bytes = sum(len(text.encode()) for text in texts)
    head = ["segmenter", "s on the device", "s by numpy", "texts cut again", "values apart", "chunks"]
    return markdown(f"Segmenters: {len(texts):,} sentences, {n_bytes:,} bytes", head, rows)


def _timed(count: Counter, texts: Sequence[str]) -> tuple[Counts, float]:
    start = time.perf_counter()
    return count(texts), time.perf_counter() - start


def _model(scale: Scale, device: torch.device) -> LanguageModel:
    """Random weights, in the number format that such models come in."""
    config = transformers.LlamaConfig(
        vocab_size=scale.rows, hidden_size=scale.width, intermediate_size=scale.inner,
        num_hidden_layers=scale.layers, num_attention_heads=scale.heads, num_key_value_heads=scale.key_heads,
        max_position_embeddings=8192, tie_word_embeddings=True,
    )  # fmt: skip
    torch.manual_seed(0)
    build: Any = transformers.AutoModelForCausalLM.from_config
    with device:
        module = build(config, dtype=torch.bfloat16 if device.type == "cuda" else torch.float32).eval()
    tokenizer = open_local(scale.old)
    return LanguageModel("random", "", module, tokenizer, special_ids(tokenizer, config, scale.rows))


def _methods(scale: Scale, device: torch.device, until: float) -> str:
    there = problem(scale, device)
    side, size = there.sides["input"], size_of(there)
    ready = _used(device)
    rows = []
    for method in sorted(METHODS.all().values(), key=lambda one: one.work(size, {}).seconds_at(_SPEED)):
        rows.append(_method_row(method, there, size, until))
        _say(" | ".join(rows[-1]))
    title = (
        f"Methods: {len(side.wanted):,} rows of {scale.width:,} from {len(side.anchors):,} shared tokens, a donor "
        f"{scale.donor_width:,} wide; {ready:,.0f} MiB held before, parameters chosen by each"
    )
    head = ["method", "seconds", "made rows/s", "peak memory beyond", "declared work/s", "chosen"]
    return markdown(title, head, rows)


def _method_row(method: Method, problem: Problem, size: TransplantSize, until: float) -> list[str]:
    """Time and memory of one method; what several share is the cost of the first that asks for it."""
    if time.perf_counter() > until:
        return [method.label, "left out: no time", "", "", "", ""]
    try:
        made = transplant(problem, method)
    except UserError as error:
        return [method.label, f"not possible: {error}", "", "", "", ""]
    n = sum(len(ids) for ids in made.wanted.values())
    chosen = [
        f"{name} {side}: {told.facts[name]:g}"
        for side, told in made.rows.items()
        for name in (one.key for one in method.params)
        if name in told.facts
    ]
    return [
        method.label,
        f"{made.seconds:,.2f}",
        f"{n / made.seconds:,.0f}",
        f"{made.peak_bytes / 2**20:,.0f} MiB",
        f"{method.work(size, {}).multiplications / made.seconds:.2g}",
        ", ".join(chosen),
    ]


def size_of(there: Problem) -> TransplantSize:
    """What methods are asked for."""
    side, here = there.sides["input"], there.resources
    body = 0 if here.model is None else body_size(here.model)
    return TransplantSize(
        n_wanted=len(side.wanted),
        n_anchors=len(side.anchors),
        n_old=there.base.n_rows,
        width=side.width,
        n_sides=len(there.sides),
        text_bytes=sum(len(text.encode()) for text in here.target_text),
        pair_bytes=sum(len(text.encode()) for text in chain.from_iterable(here.parallel)),
        n_body=body,
        n_new=len(vocabulary_of(there.new)),
        text_tokens=tokens_read((there.old, there.new), list(dict.fromkeys([*here.old_text, *here.target_text]))),
    )


def problem(scale: Scale, device: torch.device) -> Problem:
    """A model of random weights to be given the new tokenizer, with a donor and all that methods can be given here."""
    old, new = open_local(scale.old), open_local(scale.new)
    base, donor = _rows(scale, old, new, device)
    model, texts = _model(scale, device), _parallel(scale)
    model.module.get_input_embeddings().weight.data.copy_(base)
    here = Resources(
        target_text=texts[1],
        old_text=texts[0],
        parallel=list(zip(*texts, strict=True)),
        rotary=(RotaryShape(scale.heads, _THETA), RotaryShape(scale.donor_heads, _THETA)),
        model=model,
    )
    return Problem(old, new, Matrices(base), Matrices(donor), here, old_roles=model.special_ids, device=device)


def _parallel(scale: Scale) -> tuple[list[str], list[str]]:
    """English sentences, and the same in each other language."""
    english, *others = (
        one.sentences[: scale.sentences] for one in sorted(parallel_texts(), key=lambda one: one.code != "eng_Latn")
    )
    return [*english] * len(others) * scale.copies, [s for one in others for s in one] * scale.copies


def _rows(scale: Scale, old: LocalTokenizer, new: LocalTokenizer, device: torch.device) -> tuple[Tensor, Tensor]:
    """Rows of both models, (V_old, D) and (V_new, D_donor): views of a hidden vector per token, clouded by noise."""
    pieces = [*vocabulary_of(old).pieces], [*vocabulary_of(new).pieces]
    numbers = {piece: n for n, piece in enumerate(dict.fromkeys(chain(*pieces)))}
    hidden = pursuit.rows_like_embeddings(len(numbers), _HIDDEN_WIDTH, 0, device)
    draw = torch.Generator(device).manual_seed(0)
    shapes = (scale.rows, scale.width), (scale.donor_rows, scale.donor_width)
    seen = (_view([numbers[p] for p in own], hidden, *shape, draw) for own, shape in zip(pieces, shapes, strict=True))
    base, donor = seen
    return base, donor


def _view(tokens: Sequence[int], hidden: Tensor, n_rows: int, width: int, draw: torch.Generator) -> Tensor:
    """Rows of one model, in the number format that such models come in; padding rows are noise."""
    turn = torch.randn(hidden.shape[1], width, generator=draw, device=hidden.device) / hidden.shape[1] ** 0.5
    rows = _NOISE * torch.randn(n_rows, width, generator=draw, device=hidden.device) / width**0.5
    known = torch.tensor(tokens[:n_rows], device=hidden.device)
    rows[: len(known)] += hidden[known] @ turn
    return rows.to(torch.bfloat16 if hidden.device.type == "cuda" else torch.float32)


def _used(device: torch.device) -> float:
    """MiB that are taken now; on a CPU nobody counts them."""
    return torch.cuda.memory_allocated(device) / 2**20 if device.type == "cuda" else float("nan")
