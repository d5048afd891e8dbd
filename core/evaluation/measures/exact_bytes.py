"""The next byte at every byte, exactly, summed over the token sequences that the text may have begun."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.common.definitions import Definition
from core.common.params import Param, Params
from core.evaluation.base import Evaluator, Subject
from core.evaluation.passes.byte_marginals import Marginals, byte_marginals, byte_table
from core.evaluation.passes.byte_windows import ByteWindow, beginnings, next_tokens, window
from core.evaluation.passes.cells import Cell, figures, minus, quotient
from core.evaluation.passes.likelihood import LN2, Floats
from core.evaluation.passes.next_byte import divergence
from core.evaluation.results import Measures, Table
from core.models.language_model import LanguageModel
from core.stats.number import Number

WINDOWS = Param(
    key="windows",
    label="Windows",
    default=12,
    help="How many texts to look at, from all languages in turn.",
    low=1,
    high=1_000,
)
BYTES = Param(
    key="bytes", label="Bytes per window", default=32, help="How much of the beginning of each text.", low=1, high=512
)
ALL_BYTES = Param(
    key="all_bytes",
    label="Bytes for all segmentations",
    default=6,
    help="Of each window, for the sum that doubles with each byte; 0 for none.",
    low=0,
    high=12,
)


@dataclass(frozen=True, eq=False)
class _Found:
    """What one model says of the windows: marginals, tokens' nats, all and canonical on a shorter part."""

    windows: list[ByteWindow]
    marginals: list[Marginals]
    token_nats: Floats
    n_calls: int
    short_all: Floats
    short_canonical: Floats


def evaluate(subject: Subject, params: Params) -> Measures:
    """Of the model and, if there is one, the original, on the same windows."""
    reference = subject.reference
    models = {"model": subject.model}
    if reference.original is not None:
        models["original"] = reference.original
    drawn = beginnings(reference, params.whole("windows"), params.whole("bytes"), params.seed)
    windows = {name: [window(model.tokenizer, n, text) for n, text in drawn] for name, model in models.items()}
    usable = [k for k in range(len(drawn)) if all(there[k] is not None for there in windows.values())]
    if not usable or any(model.bos is None for model in models.values()):
        why = (
            "A model has no token for the start of a text." if usable else "No text is read exactly by both tokenizers."
        )
        return Measures({d.key: Number(np.nan, reason=why) for d in EVALUATOR.numbers})
    short = params.whole("all_bytes")
    found = {
        name: _found(model, [w for k in usable if (w := windows[name][k]) is not None], short)
        for name, model in models.items()
    }
    return _measures([drawn[k] for k in usable], subject, found, params)


def _found(model: LanguageModel, windows: Sequence[ByteWindow], short: int) -> _Found:
    ask, table = next_tokens(model), byte_table(model.tokenizer, model.n_rows)
    data, canonical_ids = [one.data for one in windows], [one.canonical for one in windows]
    marginals = byte_marginals(data, table, ask, canonical_ids, beyond=False)
    cut = [one.data[: one.n_front + short] for one in windows]
    every = [byte_marginals([data], table, ask, beyond=False)[0] for data in cut] if short else []
    strict = [m.mass[: len(d)] for m, d in zip(marginals, cut, strict=True)] if short else []
    all_nats = [float(m.nats(d)[w.n_front :].sum()) for m, d, w in zip(every, cut, windows, strict=False)]
    canonical = [
        float(m.nats(w.data)[w.n_front : len(d)].sum()) for m, d, w in zip(marginals, cut, windows, strict=True)
    ]
    nothing = np.full(len(windows), np.nan)
    return _Found(
        list(windows),
        marginals,
        np.array([-m.complete.get(w.ids, -np.inf) for m, w in zip(marginals, windows, strict=True)]),
        sum(m.n_calls for m in marginals),
        np.array(all_nats) if short else nothing,
        np.array(canonical) if strict else nothing,
    )


def _measures(drawn: list[tuple[int, str]], subject: Subject, found: dict[str, _Found], params: Params) -> Measures:
    mine = found["model"]
    n_bytes = np.array([len(text.encode()) for _, text in drawn], np.float64)
    short = np.minimum(n_bytes, params.whole("all_bytes"))
    exact = {name: np.array([_nats(m, w) for m, w in zip(one.marginals, one.windows, strict=True)])
             for name, one in found.items()}  # fmt: skip
    left = np.array(
        [
            np.exp(m.mass[len(w.data) - 1] - _undisturbed(m, w))
            for m, w in zip(mine.marginals, mine.windows, strict=True)
        ]
    )
    quantities = [exact["model"], mine.token_nats, mine.short_all, mine.short_canonical, n_bytes, short]
    if "original" in found:
        theirs = found["original"]
        pairs = zip(theirs.marginals, theirs.windows, mine.marginals, mine.windows, strict=True)
        quantities += [exact["original"], np.array([_kl(*pair) for pair in pairs])]
    sums = np.nan_to_num(np.array(quantities))
    strata: dict[str, list[int]] = {}
    for k, (n, _) in enumerate(drawn):
        strata.setdefault(subject.reference.texts[n].language, []).append(k)
    cell = Cell("", "", tuple(np.array(there, np.intp) for there in strata.values()))
    ratios = [quotient(0, 4, LN2), quotient(1, 4, LN2), quotient(2, 5, LN2), quotient(3, 5, LN2)]
    if "original" in found:
        ratios += [minus(quotient(0, 4, LN2), quotient(6, 4, LN2)), quotient(7, 4, LN2)]
    numbers = figures(cell, sums, ratios, params.seed)
    without = Number(np.nan, reason="There is no original to compare with.")
    keys = ("exact_bits_per_byte", "token_bits_per_byte", "all_bits_per_byte", "canonical_bits_per_byte")
    headline = dict(zip(keys, numbers, strict=False))
    headline["exact_bits_lost"] = numbers[4] if len(numbers) > 4 else without
    headline["exact_kl"] = numbers[5] if len(numbers) > 5 else without
    headline["canonical_mass"] = Number(float(left.mean()), reason="No interval: a mean over windows.")
    table = Table(
        {
            "language": tuple(subject.reference.texts[n].language for n, _ in drawn),
            "text": np.array([n for n, _ in drawn], np.int64),
            "n_bytes": n_bytes.astype(np.int64),
            "exact_nats": exact["model"],
            "token_nats": mine.token_nats,
            "canonical_mass": left,
            **({"original_exact_nats": exact["original"], "kl_nats": quantities[7]} if "original" in found else {}),
        }
    )
    facts = {"n_calls": mine.n_calls, "n_windows": len(drawn), "all_bytes": params.whole("all_bytes")}
    return Measures(headline, {"windows": table}, facts)


def _nats(found: Marginals, one: ByteWindow) -> float:
    """Of the text's bytes, given what the tokenizer puts in front."""
    return float(found.nats(one.data)[one.n_front :].sum())


def _undisturbed(found: Marginals, one: ByteWindow) -> float:
    """What the log of the covers' mass before the last byte would be if nothing had been lost on the way."""
    return float(-found.nats(one.data)[: len(one.data) - 1].sum())


def _kl(theirs: Marginals, their_window: ByteWindow, ours: Marginals, our_window: ByteWindow) -> float:
    """Nats of divergence of the original to the model, summed over the bytes of a window."""
    n = len(our_window.data) - our_window.n_front
    p = np.exp(theirs.next[their_window.n_front : their_window.n_front + n])
    q = np.exp(ours.next[our_window.n_front : our_window.n_front + n])
    return float(divergence(p, q).sum())


_AS_READING = 2.7  # times half of each window for each of its bytes, measured on a small model


def _own_bytes(params: Params, n_bytes: int) -> float:
    return _AS_READING * params.whole("windows") * params.whole("bytes") ** 2


EVALUATOR = Evaluator(
    key="exact_bytes",
    label="Exact byte probabilities",
    definition=(
        "The probability of the next byte at every byte, not only where tokens begin, on the beginnings of some "
        "texts. It is a sum over all token sequences that the text so far may be the beginning of: canonical counts "
        "only those that the tokenizer itself writes, and what the model gives to others is lost (the mass that is "
        "left is shown); all counts every sequence, on fewer bytes. Inside a character, canonical keeps every "
        "sequence. Here a boundary says nothing, so the divergence of two equally good models has no floor but their "
        "own difference."
    ),
    source="Phan et al. 2024, Exact Byte-Level Probabilities from Tokenized Language Models; Vieira et al. 2024",
    numbers=(
        Definition(
            "exact_bits_per_byte",
            "Exact bits per byte",
            "bits/byte",
            "lower",
            "From canonical next-byte probabilities.",
        ),
        Definition(
            "exact_bits_lost",
            "Exact bits lost",
            "bits/byte",
            "lower",
            "The same beyond the original's on the same windows.",
        ),
        Definition("exact_kl", "Exact KL", "bits", "lower", "Of the original to the model, mean over every byte."),
        Definition(
            "token_bits_per_byte",
            "Bits of the tokens",
            "bits/byte",
            "lower",
            "Of the tokenizer's own tokens, same windows.",
        ),
        Definition(
            "canonical_mass",
            "Canonical mass left",
            "",
            "higher",
            "Share of probability not lost to other segmentations.",
        ),
        Definition(
            "canonical_bits_per_byte", "Canonical, short", "bits/byte", "lower", "On the first bytes of each window."
        ),
        Definition("all_bits_per_byte", "All segmentations, short", "bits/byte", "lower", "On the same first bytes."),
    ),
    cost="one call of each model per byte, which reads that text from its beginning",
    evaluate=evaluate,
    own_bytes=_own_bytes,
    params=(WINDOWS, BYTES, ALL_BYTES),
)
