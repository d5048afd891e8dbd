"""The metrics on one text, on examples worked by hand and against slow definitions."""

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.common.errors import UnknownName, UserError
from core.metrics.base import METRICS, on_text
from core.metrics.evidence import Evidence, of_text
from core.segmentation.agreement import BOUNDARY_F1, UNANIMOUS_SHARE
from core.segmentation.cost import CONTEXT_SHARE, COST, context_share, cost
from core.segmentation.losses import Loss
from core.segmentation.overlaps import overlapping
from core.text.scripts import SCRIPTS, WITHOUT_SPACES, letters, script_shares
from core.text.units import Segmenter, Units, units_of
from core.tokenizers.formats.builtin import ByteTokenizer, RuleTokenizer
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation
from tests.cutting import cut, pieces_of


class statistics:  # a class, which reads as the call it is
    """Every metric on one text by its key, and what the page says in words beside them."""

    def __init__(self, segmentation: Segmentation, units: Units | None = None) -> None:
        self.evidence: Evidence = of_text(segmentation, units)

    def __getattr__(self, key: str) -> float:
        return METRICS.get(key).value(self.evidence).number

    def reason(self, key: str) -> str:
        return METRICS.get(key).value(self.evidence).reason

    @property
    def reasons(self) -> list[str]:
        return [reason for one in on_text() if one.form != "aside" and (reason := self.reason(one.key))]

    @property
    def losses(self) -> tuple[Loss, ...]:
        return self.evidence.losses[0]

    @property
    def n_unknown(self) -> int:
        return int(self.evidence.unknown.sum())

    @property
    def n_words(self) -> int:
        return len(self.evidence.units[0].word_starts)

    @property
    def words_by(self) -> str:
        return self.evidence.units[0].words_by


def test_a_sentence_worked_by_hand() -> None:
    found = statistics(pieces_of("The", " na", "\u00ef".encode()[:1], "\u00ef".encode()[1:], "ve", " cat", "."))
    assert (found.n_tokens, found.n_bytes, found.n_characters, found.n_clusters) == (7, 15, 14, 14)
    assert found.bytes_per_token == 15 / 7
    assert found.n_words == 3
    assert found.fertility == (1 + 4 + 1) / 3  # "naïve" lies under " na", two halves of ï, and "ve"
    assert found.continued_words == 1 / 3
    assert found.n_cut_characters == found.n_cut_clusters == 1
    assert found.n_distinct == 7
    assert found.lossless
    assert not found.reasons


def test_a_token_over_two_words_counts_for_both() -> None:
    assert statistics(pieces_of("by the", " way")).fertility == 1


def test_inserted_and_unknown_tokens_are_counted_apart() -> None:
    found = statistics(
        cut("a 漢", (0, 0, b"<s>", Kind.INSERTED), (0, 1, b"a"), (1, 2, b" "), (2, 5, b"", Kind.UNKNOWN))
    )
    assert (found.n_tokens, found.n_added, found.n_unknown) == (3, 1, 1)
    assert found.unknown_share == 1 / 3
    assert found.unknown_byte_share == 3 / 5
    assert [loss.text for loss in found.losses] == ["1 character unknown"]


def test_a_cluster_is_cut_where_its_characters_are_not() -> None:
    found = statistics(pieces_of("e", "\u0301", "🧑", "\u200d🚀"))
    assert (found.n_cut_characters, found.n_cut_clusters, found.n_clusters) == (0, 2, 2)


def test_nothing_is_undefined_and_says_why() -> None:
    found = statistics(pieces_of())
    for key in ("bytes_per_token", "characters_per_token", "fertility", "continued_words", "unknown_share"):
        assert isnan(getattr(found, key))
        assert found.reason(key)
    assert found.lossless
    assert statistics(pieces_of("...")).reason("fertility") == "The text holds no word."


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("สวัสดีชาวโลก", "Thai"),
        ("ສະບາຍດີ", "Lao"),
        ("សួស្តី", "Khmer"),
        ("မင်္ဂလာပါ", "Burmese"),
        ("你好世界", "Chinese characters"),
        ("東京タワーへ行く", "Chinese characters"),
        ("བཀྲ་ཤིས", "Tibetan"),
    ],
)
def test_words_are_undefined_without_spaces_and_the_script_is_named(text: str, script: str) -> None:
    found = statistics(RuleTokenizer("characters").segment(text))
    assert isnan(found.fertility)
    assert isnan(found.continued_words)
    assert script in found.reason("fertility")
    assert "without spaces between words" in found.reason("fertility")


@pytest.mark.parametrize("text", ["Guten Tag", "سلام دنیا", "नमस्ते दुनिया", "안녕 세상", "ሰላም ዓለም", "שלום עולם"])
def test_words_are_defined_with_spaces(text: str) -> None:
    found = statistics(ByteTokenizer().segment(text))
    assert found.n_words == 2
    assert found.fertility == len(text.replace(" ", "").encode()) / 2
    assert not found.reasons


def test_a_few_words_without_spaces_are_left_out_and_said_to_be() -> None:
    text = "a long English sentence about the word 漢 and nothing else at all"
    found = statistics(RuleTokenizer("words").segment(text))
    assert (found.fertility, found.n_words) == (1, 12)
    assert "Chinese characters" in found.reason("fertility")


def test_a_segmenter_defines_words_and_is_named() -> None:
    segmenter = Segmenter("pairs 1.0", lambda text: [text[i : i + 2] for i in range(0, len(text), 2)])
    text = "你好世界"
    found = statistics(RuleTokenizer("characters").segment(text), units_of(text, segmenter))
    assert (found.fertility, found.continued_words, found.words_by) == (2, 1, "pairs 1.0")
    with pytest.raises(UserError, match="'zz'"):
        units_of(text, Segmenter("liar", lambda text: ["zz"]))


def spans(draw: st.DrawFn) -> list[tuple[int, int]]:
    edges = sorted(draw(st.sets(st.integers(0, 30), max_size=12)))
    return list(zip(edges[::2], edges[1::2], strict=False))


disjoint_spans = st.composite(spans)()


@given(disjoint_spans, disjoint_spans)
def test_overlaps_are_their_definition(tokens: list[tuple[int, int]], units: list[tuple[int, int]]) -> None:
    arrays = [np.array([s[side] for s in spans], np.int32) for spans in (tokens, units) for side in (0, 1)]
    slow = [sum(a < d and c < b for a, b in tokens) for c, d in units]
    assert overlapping(*arrays).tolist() == slow


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_units_are_consistent_on_any_text(text: str) -> None:
    units = units_of(text)
    assert units.characters[-1] == units.clusters[-1] == len(text.encode())
    assert set(units.clusters.tolist()) <= set(units.characters.tolist())
    assert set(units.word_starts.tolist()) | set(units.word_ends.tolist()) <= set(units.characters.tolist())
    assert (units.word_starts < units.word_ends).all()
    assert (units.word_ends[:-1] <= units.word_starts[1:]).all()
    found = statistics(ByteTokenizer().segment(text), units)
    assert found.n_cut_characters == sum(len(c.encode()) > 1 for c in text)
    assert statistics(RuleTokenizer("graphemes").segment(text), units).n_cut_clusters == 0


def test_price_and_window() -> None:
    assert cost(1_000_000, 0.25) == 0.25
    assert context_share(300, 200) == 1.5
    for wrong in (-1.0, float("nan"), float("inf")):
        with pytest.raises(UserError):
            cost(1, wrong)
    with pytest.raises(UserError, match="0 tokens"):
        context_share(1, 0)


def test_every_shown_number_has_a_definition() -> None:
    described = [one.definition for one in METRICS.all().values()] + [COST, CONTEXT_SHARE, BOUNDARY_F1, UNANIMOUS_SHARE]
    assert all(entry.text.endswith(".") and entry.label for entry in described)
    assert len({entry.key for entry in described}) == len(described)
    with pytest.raises(UnknownName, match="fertility"):
        METRICS.get("fertilty")


def test_the_columns_are_those_of_the_table_and_in_its_order() -> None:
    columns = [one.key for one in on_text() if one.form != "aside"]
    assert columns == [
        "n_tokens",
        "n_added",
        "bytes_per_token",
        "characters_per_token",
        "fertility",
        "continued_words",
        "unknown_share",
        "n_cut_characters",
        "n_cut_clusters",
        "n_distinct",
    ]


def test_units_of_another_text_are_refused() -> None:
    with pytest.raises(ValueError, match="another text"):
        of_text(pieces_of("a"), units_of("b"))


def test_a_letter_is_of_the_script_among_whose_letters_it_is() -> None:
    among = "".join(map(chr, range(0x20, 0x3100, 3)))
    found = [c for script in SCRIPTS for c in letters([script], among) if script_shares(c) == {script: 1.0}]
    assert "".join(found) == letters(SCRIPTS, among)
    assert sorted(found) == [c for c in among if script_shares(c) not in ({}, {"other": 1.0})]


def test_scripts_are_shares_of_letters() -> None:
    assert script_shares("12 ... ") == {}
    assert script_shares("наa") == {"Cyrillic": 2 / 3, "Latin": 1 / 3}
    assert script_shares("𓀀a") == {"Latin": 0.5, "other": 0.5}
    assert set(SCRIPTS) >= WITHOUT_SPACES


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_shares_of_scripts_sum_to_one_or_none(text: str) -> None:
    shares = script_shares(text)
    assert not shares or sum(shares.values()) == pytest.approx(1)
    assert all(share > 0 for share in shares.values())
