"""How much does a text say, read token by token, and how much of that is only the size of the text?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, log2

import numpy as np

from core.common.errors import TooLarge, UserError
from core.common.numbers import count, so_many
from core.probes.packed_ids import compressed_sizes, fixed, varint, width_for
from core.probes.probe import Asked, Probe
from core.probes.several import open_tokenizers
from core.stats.entropy import MIN_TOKENS_PER_CONTEXT, EntropyEstimate, conditionals, frequencies, renyi_efficiency
from core.text.utf8 import utf8
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import Tokenizer

MOST_BYTES = 4_000_000
MOST_BEFORE = 4  # tokens given: the entropies are those of one token to five
SHARES = (0.125, 0.25, 0.5, 1.0)  # of the bytes of the text


@dataclass(frozen=True)
class ByteRate:
    """The entropy of a token given those before it, from the first part of a text, by the bytes of that part.

    Args:
        n_bytes, n_tokens: of the part.
        bits_per_byte: from observed frequencies; None where there are too few tokens for one.
        miller_madow: the same with the first term of what such an estimate lacks.
        tokens_per_context: tokens for each distinct context.
    """

    n_bytes: int
    n_tokens: int
    bits_per_byte: float | None
    miller_madow: float | None
    tokens_per_context: float

    @property
    def reliable(self) -> bool:
        """Whether there were tokens enough for it to be more than the size of the sample."""
        return self.bits_per_byte is not None and self.tokens_per_context >= MIN_TOKENS_PER_CONTEXT

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {
            "bytes": self.n_bytes,
            "tokens": self.n_tokens,
            "bits_per_byte": self.bits_per_byte,
            "miller_madow": self.miller_madow,
            "tokens_per_context": self.tokens_per_context,
            "reliable": self.reliable,
        }


@dataclass(frozen=True)
class TokenStream:
    """One tokenizer on the text.

    Args:
        spec, label: whose.
        n_tokens: of the whole text.
        samples: the entropies given no token to four, for growing parts of the text, the whole last.
        renyi_observed, renyi_nominal: Rényi efficiency of order 2.5 against the tokens seen and against all; None
            where fewer than two are, or nobody knows how many there are.
        capacity: entropy of single tokens, by the logarithm of the number of all.
        packed: bytes after compression, by how ids were written, then by compressor; "none" is without one.
        note: what the reader should know, empty if nothing.
    """

    spec: str
    label: str
    n_tokens: int
    samples: tuple[tuple[ByteRate, ...], ...]
    renyi_observed: float | None
    renyi_nominal: float | None
    capacity: float | None
    packed: Mapping[str, Mapping[str, int]]
    note: str = ""

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {
            "tokenizer": self.spec,
            "label": self.label,
            "tokens": self.n_tokens,
            "entropy": [
                {"tokens_before": before, "samples": [rates[before].document() for rates in self.samples]}
                for before in range(MOST_BEFORE + 1)
            ],
            "renyi_observed": self.renyi_observed,
            "renyi_nominal": self.renyi_nominal,
            "capacity_used": self.capacity,
            "compressed_bytes": {way: dict(sizes) for way, sizes in self.packed.items()},
            "note": self.note,
        }


@dataclass(frozen=True)
class TextEntropy:
    """Several tokenizers on the same bytes.

    Args:
        n_bytes: of the text.
        raw: bytes that compressors leave of the text itself.
    """

    n_bytes: int
    raw: Mapping[str, int]
    streams: tuple[TokenStream, ...]

    def document(self) -> dict[str, object]:
        """It as a JSON document; entropies are bits per byte of the text."""
        return {
            "bytes": self.n_bytes,
            "compressed_bytes": dict(self.raw),
            "tokenizers": [stream.document() for stream in self.streams],
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        smallest = min(self.raw, key=lambda name: self.raw[name])
        return [
            f"The text has {so_many(self.n_bytes, 'byte', 'bytes')}; {smallest} leaves "
            f"{self._rate(self.raw[smallest])} bits a byte "
            "of them.",
            "Bits a byte, given no token before, one, and so on up to four; * is mostly the size of the text:",
            *(line for stream in self.streams for line in self._about(stream)),
        ]

    def _rate(self, n_compressed: int) -> str:
        return f"{8 * n_compressed / self.n_bytes:.3f}"

    def _about(self, stream: TokenStream) -> list[str]:
        rates = (
            "–" if rate.bits_per_byte is None else f"{rate.bits_per_byte:.3f}{'' if rate.reliable else '*'}"
            for rate in stream.samples[-1]
        )
        sizes = {(way, name): n for way, row in stream.packed.items() for name, n in row.items() if name != "none"}
        way, name = min(sizes, key=lambda pair: sizes[pair])
        return [
            f"{stream.label}: {', '.join(rates)}, from {so_many(stream.n_tokens, 'token', 'tokens')}; {name} leaves "
            f"{self._rate(sizes[way, name])} of its ids.{_efficiency(stream)}",
            *([stream.note] if stream.note else []),
        ]


def _efficiency(stream: TokenStream) -> str:
    if stream.renyi_observed is None:
        return ""
    of_all = "" if stream.renyi_nominal is None else f", {stream.renyi_nominal:.3f} for all that there are"
    return f" Rényi efficiency is {stream.renyi_observed:.3f} for the tokens seen{of_all}."


def entropies(tokenizers: Sequence[str], text: str) -> TextEntropy:
    """The entropies of a text under several tokenizers.

    Args:
        tokenizers: their specs.

    Raises:
        UserError: the text is empty or has no UTF-8 form, or a tokenizer does not open.
        TooLarge: the text has over 4 MB.
    """
    return entropies_of(open_tokenizers(tokenizers), text)


def entropies_of(tokenizers: Sequence[Tokenizer], text: str) -> TextEntropy:
    """The same of tokenizers that are open."""
    data = utf8(text)
    if not data:
        raise UserError("The text is empty: it says nothing. Give some, the longer the better.")
    if len(data) > MOST_BYTES:
        raise TooLarge(
            f"The text has {count(len(data))} bytes; up to {count(MOST_BYTES)} are counted. Give a part of it."
        )
    streams = tuple(stream_of(tokenizer, text) for tokenizer in tokenizers)
    return TextEntropy(len(data), compressed_sizes(data), streams)


def stream_of(tokenizer: Tokenizer, text: str) -> TokenStream:
    """The same of one tokenizer that is open, for a text that is not empty."""
    cut = tokenizer.segment(text)
    samples, size, counts = rates_of(cut), tokenizer.info.n_vocabulary, frequencies(cut.ids)
    entropy = samples[-1][0].bits_per_byte
    whole = None if entropy is None else entropy * len(cut.text) / len(cut.ids)
    return TokenStream(
        spec=tokenizer.info.spec,
        label=tokenizer.info.label,
        n_tokens=len(cut.ids),
        samples=samples,
        renyi_observed=renyi_efficiency(counts, len(counts)) if len(counts) > 1 else None,
        renyi_nominal=renyi_efficiency(counts, size) if size and size > 1 and len(counts) else None,
        capacity=whole / log2(size) if size and size > 1 and whole is not None else None,
        packed=_packed(cut.ids, size or 2**31),
        note="" if cut.lossless else f"{tokenizer.info.label} does not say the text back: some of it is not in these.",
    )


def rates_of(cut: Segmentation) -> tuple[tuple[ByteRate, ...], ...]:
    """The entropies given no token to four, for each part of a text that is not empty, as `SHARES` says."""
    limits = [max(1, int(len(cut.text) * share)) for share in SHARES]
    parts = [int(np.searchsorted(cut.ends, limit, side="right")) for limit in limits]
    return tuple(
        tuple(_rate(one, n, limit) for one in conditionals(cut.ids[:n], MOST_BEFORE))
        for n, limit in zip(parts, limits, strict=True)
    )


def _rate(found: EntropyEstimate, n_tokens: int, n_bytes: int) -> ByteRate:
    plain, corrected = (
        bits * n_tokens / n_bytes if isfinite(bits) else None for bits in (found.plug_in, found.miller_madow)
    )
    return ByteRate(n_bytes, n_tokens, plain, corrected, found.tokens_per_context)


def _packed(ids: np.ndarray[tuple[int], np.dtype[np.int32]], n_ids: int) -> dict[str, dict[str, int]]:
    width = width_for(n_ids)
    written = {"varint": varint(ids), f"{width} bytes": fixed(ids, width)}
    return {way: {"none": len(data), **compressed_sizes(data)} for way, data in written.items()}


PROBE = Probe(
    key="entropy",
    order=70,
    question="How much does a text say, read token by token, and how much of that is only the size of the text?",
    caution=(
        "Entropy given several tokens before is mostly the size of the sample: most contexts were seen once, and what "
        "follows them seems certain. Such numbers are marked, and drawn for growing parts of the text: what still "
        "moves with more text is no property of the tokenizer. Tokenizers are compared per byte; per token, longer "
        "tokens say more and mean nothing."
    ),
    source=(
        "Erdogan et al. 2026 (2601.09039) for the entropies, capacity and compressed ids; Miller 1955 for the "
        "correction; Zouhar et al. 2023 for Rényi efficiency; samples by equal bytes and the mark are our own"
    ),
    asked=(
        Asked(key="tokenizers", kind="tokenizers", text="the tokenizers that read the text"),
        Asked(key="text", kind="text", text="the text, the longer the better"),
    ),
    find=entropies,
)
