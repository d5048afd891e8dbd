"""Baselines that need no file: UTF-8 bytes, Unicode characters, grapheme clusters and words.

Bytes carry the ids of ByT5 (byte + 3), characters their code points. Grapheme clusters and words have no vocabulary:
their id is a 31-bit hash of their bytes, the same everywhere, so that equal pieces have equal ids.

Sources: Xue et al. 2022, ByT5; Unicode Standard Annex 29, whose rules the `regex` package applies.
"""

import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from core.common.errors import UnknownName
from core.text.boundaries import clusters, words
from core.tokenizers.format import Source
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Encoded
from core.tokenizers.tokenizer import Info, LocalTokenizer, Specials, Stage
from core.tokenizers.vocabulary import Vocabulary


@dataclass(frozen=True)
class _CuttingRule:
    label: str
    cut: Callable[[str], list[str]]
    rule: str
    reference: str


_UAX29 = f"regex {version('regex')}"
_RULES = {
    "characters": _CuttingRule("Characters", list, "one token per Unicode code point", "Unicode"),
    "graphemes": _CuttingRule(
        "Grapheme clusters", clusters, "one token per extended grapheme cluster (UAX 29)", _UAX29
    ),
    "words": _CuttingRule("Words (UAX 29)", words, "a cut at every word boundary (UAX 29)", _UAX29),
}


class ByteTokenizer(LocalTokenizer):
    """UTF-8 bytes with the ids of ByT5: 0 padding, 1 end of text, 2 unknown, then byte + 3."""

    def __init__(self) -> None:
        specials = (("<pad>", 0), ("</s>", 1), ("<unk>", 2))
        pieces = [s.encode() for s, _ in specials] + [bytes([b]) for b in range(256)]
        kinds = np.full(259, Kind.ORDINARY, np.uint8)
        kinds[:3] = Kind.SPECIAL
        self.vocabulary = Vocabulary(pieces, kinds, [s for s, _ in specials] + [f"<0x{b:02X}>" for b in range(256)])
        self.info = Info(
            spec="builtin:utf8-bytes",
            label="UTF-8 bytes",
            source="builtin",
            fingerprint=hashlib.sha256(b"builtin:utf8-bytes").hexdigest()[:16],
            n_vocabulary=259,
            algorithm="one token per byte",
            reference="ByT5 ids",
            specials=specials,
            eos="</s>",
        )

    def encode(self, text: str, specials: Specials) -> Encoded:
        ids = np.frombuffer(text.encode(), np.uint8).astype(np.int32) + 3
        return Encoded(np.append(ids, np.int32(1)) if specials.add else ids, n_after=int(specials.add))

    def stages(self, text: str) -> list[Stage]:
        return [Stage("Model", "one token per UTF-8 byte", tuple(f"{b:02x}" for b in text.encode()))]


class RuleTokenizer(LocalTokenizer):
    """A rule that cuts text without a vocabulary."""

    def __init__(self, name: str) -> None:
        self._name, self._rule = name, _RULES[name]
        self.info = Info(
            spec=f"builtin:{name}",
            label=self._rule.label,
            source="builtin",
            fingerprint=hashlib.sha256(f"builtin:{name} {self._rule.reference}".encode()).hexdigest()[:16],
            n_vocabulary=None,
            algorithm=self._rule.rule,
            reference=self._rule.reference,
        )

    def encode(self, text: str, specials: Specials) -> Encoded:
        pieces = [piece.encode() for piece in self._rule.cut(text)]
        if self._name == "characters":
            ids = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.int32)
        else:
            ids = np.fromiter((zlib.crc32(p) & 0x7FFFFFFF for p in pieces), np.int32, len(pieces))
        return Encoded(ids, pieces=pieces, kinds=np.full(len(ids), Kind.ORDINARY, np.uint8))

    def stages(self, text: str) -> list[Stage]:
        return [Stage("Model", self._rule.rule, tuple(self._rule.cut(text)))]


def _open(name: str) -> LocalTokenizer:
    if name == "utf8-bytes":
        return ByteTokenizer()
    if name not in _RULES:
        raise UnknownName("built-in tokenizer", name, ["utf8-bytes", *_RULES])
    return RuleTokenizer(name)


def _offered() -> list[tuple[str, str]]:
    return [("builtin:utf8-bytes", "UTF-8 bytes"), *((f"builtin:{k}", r.label) for k, r in _RULES.items())]


SOURCE = Source(key="builtin", label="Built-in baselines", scheme="builtin", open=_open, offered=_offered)
