"""Ids equal those of the library that owns the format, on real lines of every script and on generated text.

Every module `cases_*.py` beside this one adds to the comparison. Spans are checked on the same texts: ordered,
disjoint, and for a lossless segmentation tiling the text with the bytes of its tokens.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import compress
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import Tokenizer
from tests.datafolder import flores, needs_data
from tests.fidelity.case import Case
from tests.fidelity.conftest import COMPARED

Note = Callable[[str, object], None]  # pytest's `record_property`

LINES_PER_LANGUAGE = 20
EXAMPLES = 60


def collected() -> list[Case]:
    """The cases of all modules named cases_*."""
    names = [m.name for m in iter_modules([str(Path(__file__).parent)]) if m.name.startswith("cases_")]
    return [case for name in sorted(names) for case in import_module(f"tests.fidelity.{name}").CASES]


@dataclass
class Pair:
    """A tokenizer of ours and the reference, loaded."""

    case: Case
    ours: Tokenizer
    reference: Callable[[str], list[int]]

    def compared(self, **counts: int) -> tuple[str, object]:
        """A property of a test, for the table at the end: what it compared."""
        return COMPARED, ((self.case.source, self.case.name, self.case.library), counts)


@pytest.fixture(scope="module", params=collected(), ids=lambda case: f"{case.source}-{case.name}")
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    case: Case = request.param
    yield Pair(case, open_tokenizer(case.spec), case.reference())


def check(pair: Pair, text: str) -> bool:
    """Compare one text; False if the reference cannot take it."""
    if not pair.case.accepts(text):
        return False
    found = pair.ours.segment(text)
    expected = pair.reference(text)
    assert found.ids.tolist() == expected, (
        f"{text!r}: {found.ids.tolist()[:40]} where {pair.case.library} has {expected[:40]}"
    )
    check_spans(found)
    return True


def check_spans(found: Segmentation) -> None:
    """Spans are ordered, disjoint and inside the text; lossless ones spell it."""
    assert len(found.starts) == len(found.ends) == len(found.kinds) == len(found.pieces) == len(found.ids)
    if len(found):
        assert found.starts[0] >= 0 and found.ends[-1] <= len(found.text)
        assert np.all(found.starts <= found.ends)
        assert np.all(found.ends[:-1] <= found.starts[1:])
    if found.lossless:
        assert found.tiles
        said = found.starts < found.ends
        pieces = found.pieces if said.all() else list(compress(found.pieces, said.tolist()))
        assert b"".join(pieces) == found.text
        assert np.array_equal(np.fromiter(map(len, pieces), np.int32), (found.ends - found.starts)[said])


@needs_data
def test_lines_of_all_languages(pair: Pair, record_property: Note) -> None:
    lines, scripts = 0, set[str]()
    for language, text in flores().items():
        compared = sum(check(pair, line) for line in text[:LINES_PER_LANGUAGE])
        lines += compared
        if compared:
            scripts.add(language.partition("_")[2])
    assert len(scripts) >= 20
    record_property(*pair.compared(lines=lines, scripts=len(scripts)))


AWKWARD = [
    "",
    " ",
    "   ",
    "\n",
    "\r\n\r\n",
    "\t\x0b\x0c\x1c\x85\u2028",
    "\x00a\x00",
    "\ufeffabc\ufeff",
    "a\u200bb\u200c\u200d",
    "cafe\u0301 Å A\u030a q\u0307\u0323",
    "ﬁne ½ Ⅷ ＡＢＣ ｶﾞ ㍿",
    "👩‍👩‍👧‍👦🏳️‍🌈👍🏽🇪🇹",
    "שלום עולם! مَرْحَبًا",
    "각 각 \u1112\u1161\u11ab",
    "नमस्ते किताब்",
    "İstanbul ıI ßẞ ǅ",
    "it's we'RE don’t I'LL",
    "x=1234567890.5e-10; y²³ ٣٤٥ १२३",
    "<s> </s> <unk> [CLS] [UNK] <|endoftext|> <|im_start|> <pad> ▁ ##a Ġ </w> <0x41>",
    "  leading,  double  and trailing  ",
    "tab\tand\nnewline\r\nand \u00a0 nbsp \u3000 wide",
    "antidisestablishmentarianism" * 358,  # 10,000 characters without a space
    "日本語中文한국어" * 1250,
    "\U0010ffff\ue000\ufffd\uffff",
]

MARKS = st.text(st.characters(categories=["Mn", "Mc", "Me"]), min_size=1, max_size=4)
FRAGMENTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.text(st.characters(categories=["Cc", "Cf"]), min_size=1, max_size=3),
    st.builds(str.__add__, st.text(st.characters(categories=["Ll", "Lo"]), min_size=1, max_size=2), MARKS),
    st.sampled_from(["👩‍🚀", "🏳️‍🌈", "👨‍👩‍👧", "👍🏽", "🇰🇪", "❤️"]),
    st.text(" \t\n\r\u00a0\u3000\u2009", min_size=1, max_size=6),
    st.sampled_from(["é", "e\u0301", "가", "\u1100\u1161", "Å", "ﬀ", "ẛ̣", "שלום", "مرحبا", "ไทย", "हिन्दी"]),
    st.text("0123456789.,'-", min_size=1, max_size=8),
    st.text("abcdefgh ABCDEFGH", min_size=1, max_size=12),
    st.sampled_from(["<s>", "</s>", "<unk>", "<|endoftext|>", "[UNK]", "[SEP]", "▁", "##", "<0x0A>", "'s", "</w>"]),
)
TEXTS = st.lists(FRAGMENTS, max_size=8).map("".join)


@cache
def generated() -> list[str]:
    """The same texts for every tokenizer, drawn once."""
    drawn: list[str] = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(TEXTS)
    def draw(text: str) -> None:
        drawn.append(text)

    draw()
    return drawn


@needs_data
@pytest.mark.parametrize("texts", [lambda: AWKWARD, generated], ids=["awkward", "generated"])
def test_texts(pair: Pair, texts: Callable[[], list[str]], record_property: Note) -> None:
    compared = sum(check(pair, text) for text in texts())
    assert compared == len(texts()), "every reference takes all of these"
    record_property(*pair.compared(generated=compared))
