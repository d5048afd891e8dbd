"""Lines on which a fast engine must agree with the reference before it may count: all scripts, and every trap known.

Real sentences in every language that is at hand, made-up words in every script, the traps of our sample texts, and long
texts joined from all of these. The same lines every time, for the same texts at hand.
"""

import hashlib
import random
import unicodedata
from collections.abc import Iterator
from functools import cache

from core.corpora.corpus import CORPORA, Corpus, open_corpus
from core.text.samples import samples
from core.text.scripts import SCRIPTS, letters

_SEPARATORS = (
    " ",
    " ",
    " ",
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    " \n",
    "\u00a0",
    "\u3000",
    "\u200b",
    "-",
    "'",
    ", ",
    ". ",
    "/",
)
_WORDS_PER_LINE = 12
_LINES_PER_SCRIPT = 10
_REAL_LINES_PER_LANGUAGE = 12
_TRAPS = (
    *(
        "",
        " ",
        "  ",
        "\n",
        "\n\n\n",
        "\t",
        " \n \n",
        "a",
        "é",
        "e\u0301",
        "ﬁ",
        "\u0000",
        "\u0007",
        "\ufeffx",
        "x\ufeff",
    ),
    *(
        "\ufffd",
        "\ue000",
        "\U000f0000",
        "\u2028",
        "\u0085",
        "\u200d",
        "\u200f\u202e",
        "🧑\u200d🚀",
        "🇩🇪🇫🇷",
        "👍🏽",
        "☃",
    ),
    *(
        "don't DON'T Don’t we'LL I'M 'tis 's 'S",
        "1 12 123 1234 12345 123456 1234567 12345678",
        "3.14 1,234,567.89 1e-10",
    ),
    *("١٢٣٤٥ १२३४५ ๑๒๓ 一二三 ⅓ ² Ⅻ", "x=1;y+=2\n\tif(a&&b){return 0;}", "https://example.org/a?b=c&d=%20#e"),
    *(" leading", "trailing ", "a  b   c    d", "a" * 500, " " * 300, "ab" * 300, "!" * 200, "\n" * 100, "字" * 300),
    *("▁under▁lower", "##wordpiece", "Ġgpt Ċ", "<0x41> <unk> <s> </s> [UNK] [CLS] <|endoftext|> <pad> [MASK] <bos>"),
    *("İıſßẞ ŉ ǆ Σς", "ＦＵＬＬ ｗｉｄｔｈ ｶﾅ", "각 각", "क्षत्रिय ज्ञान", "ก็น้ำ", "שָׁלוֹם", "العَرَبِيَّة ـــ لا"),
)


@cache
def calibration_lines() -> tuple[str, ...]:
    """At least 2,000 lines over all scripts.

    >>> len(calibration_lines()) >= 2000
    True
    """
    flores = ["flores200#dev"] if CORPORA.get("flores200").here() else []
    return _lines("sample", *flores)


@cache
def lines_that_ship() -> tuple[str, ...]:
    """Lines of the same kinds, some in capitals too, without sentences that have to be fetched: the same everywhere.

    >>> len(lines_that_ship()) > 4000
    True
    """
    lines = _lines("sample")
    return (*lines, *(line.upper() for line in lines[::20]))


def _lines(*corpora: str) -> tuple[str, ...]:
    """
    Args:
        corpora: specs of those with the real sentences.
    """
    real = (sentence for spec in corpora for sentence in _spread(open_corpus(spec)))
    lines = [*_TRAPS, *(sample.text for sample in samples()), *_invented(), *real]
    lines += [unicodedata.normalize(form, line) for form in ("NFD", "NFKC") for line in lines[:: len(lines) // 100]]
    shuffled = random.Random(0).sample(lines, len(lines))
    long = [" ".join(shuffled[n : n + 100]) for n in range(0, len(shuffled), 100)][:12]
    return (*lines, *long, *(f" {line}  " for line in lines[::50]))


@cache
def calibration_fingerprint() -> str:
    """Hash of the lines, 16 hex digits."""
    return hashlib.sha256("\0".join(calibration_lines()).encode()).hexdigest()[:16]


def _invented() -> Iterator[str]:
    """Words of random letters, digits and marks of each script."""
    chance = random.Random(1)
    among = "".join(c for c in map(chr, range(0x20, 0x20000)) if unicodedata.category(c)[0] in "LM")
    for script in SCRIPTS:
        characters = letters([script], among)
        for _ in range(_LINES_PER_SCRIPT):
            words = ("".join(chance.choices(characters, k=chance.randint(1, 9))) for _ in range(_WORDS_PER_LINE))
            numbered = (word if chance.random() < 0.9 else str(chance.randint(0, 10**6)) for word in words)
            yield "".join(word + chance.choice(_SEPARATORS) for word in numbered)


def _spread(corpus: Corpus) -> Iterator[str]:
    for sentences in corpus.sentences.values():
        step = max(1, len(sentences) // _REAL_LINES_PER_LANGUAGE) if len(sentences) > 100 else 1
        yield from sentences[::step]
