"""Each kind of loss is named and counted, on one example each."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.segmentation.changes import MAX_COMPARED, difference
from core.segmentation.losses import losses
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation
from tests.cutting import cut, pieces_of
from tests.datafolder import TOKENIZERS, needs_data


def said(segmentation: Segmentation) -> list[str]:
    return [loss.text for loss in losses(segmentation)]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("Hello", "hello", {"lower": 1}),
        ("café", "cafe", {"accents": 1}),
        ("ÉCOLE", "ecole", {"lower": 5, "accents": 1}),
        ("हिन्दी", "हनद", {"signs": 1, "characters dropped": 2}),
        ("ﬁne①", "fine1", {"compatibility": 2}),
        ("Ａ", "a", {"compatibility": 1, "lower": 1}),
        ("e\u0301", "é", {"composed": 1}),
        ("é", "e\u0301", {"decomposed": 1}),
        ("\n", " ", {"breaks to spaces": 1}),
        ("\r\n", " ", {"breaks to spaces": 1}),
        ("\t \u3000", "   ", {"tabs to spaces": 1, "other spaces to spaces": 1}),
        ("  \n a", " a", {"breaks to spaces": 1, "spaces dropped": 3}),
        ("a", " a", {"spaces added": 1}),
        ("a", "a!", {"characters added": 1}),
        (" a ", "a", {"spaces dropped": 2}),
        ("To Be", " to be", {"lower": 2, "spaces added": 1}),
        ("a b", "ab", {"spaces dropped": 1}),
        ("x\x00y", "xy", {"controls dropped": 1}),
        ("x\u200by\ufeff", "xy", {"invisible dropped": 2}),
        ("❤\ufe0f", "❤", {"invisible dropped": 1}),
        ("漢", "", {"characters dropped": 1}),
        ("a\r\n\tb\u00a0", "ab", {"breaks dropped": 1, "tabs dropped": 1, "other spaces dropped": 1}),
        ("“a”", '"a"', {"replaced": 2}),
        ("same", "same", {}),
    ],
)
def test_what_happened_is_named(before: str, after: str, found: dict[str, int]) -> None:
    assert dict(difference(before.encode(), after.encode())) == found


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), st.sampled_from(["NFC", "NFD", "NFKC", "lower"]))
def test_a_normalised_text_is_never_said_to_be_otherwise_edited(text: str, form: str) -> None:
    after = text.lower() if form == "lower" else unicodedata.normalize(form, text)  # type: ignore[arg-type]
    found = dict(difference(text.encode(), after.encode()))
    assert bool(found) == (after != text)
    if not any(c.isspace() for c in text + after):
        assert set(found) <= {"lower", "compatibility", "composed", "decomposed"}


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_any_two_byte_strings_differ_by_something_named(before: bytes, after: bytes) -> None:
    found = difference(before, after)
    assert bool(found) == (before != after)
    assert all(n > 0 for _, n in found)


def test_long_stretches_are_not_compared_letter_by_letter() -> None:
    assert dict(difference(b"ab" * MAX_COMPARED, b"x")) == {"replaced": 2 * MAX_COMPARED}
    assert dict(difference(b" " * (MAX_COMPARED + 1), b"")) == {"spaces dropped": MAX_COMPARED + 1}


def test_a_lossless_segmentation_loses_nothing() -> None:
    assert losses(pieces_of("Größe", " ", "b")) == ()
    assert losses(pieces_of()) == ()


def test_an_uncased_wordpiece_sentence() -> None:
    found = losses(cut("Zoë met  Al", (0, 4, b"zoe"), (5, 8, b"met"), (10, 12, b"al")))
    assert [loss.text for loss in found] == ["3 spaces dropped", "2 capital letters lower-cased", "1 accent stripped"]
    assert [loss.at.tolist() for loss in found] == [[[4, 5], [8, 10]], [[0, 4], [10, 12]], [[0, 4]]]


def test_the_whole_text_may_be_gone() -> None:
    assert said(cut("\u200b \n")) == ["1 space dropped", "1 line break dropped", "1 invisible character dropped"]


def test_a_mark_that_a_normaliser_took_belongs_to_the_letter_before_it() -> None:
    assert said(cut("e\u0301!", (0, 1, "é".encode()), (3, 4, b"!"))) == ["1 character composed (NFC)"]
    assert said(cut("e\u0301!", (0, 1, b"e"), (3, 4, b"!"))) == ["1 accent stripped"]


def test_a_changed_character_spelled_in_bytes_is_one_change() -> None:
    composed = "é".encode()
    pieces = cut("e\u0301", (0, 1, composed[:1], Kind.BYTE), (1, 3, composed[1:], Kind.BYTE))
    assert said(pieces) == ["1 character composed (NFC)"]


def test_two_tokens_in_one_replaced_character_are_one_change() -> None:
    assert said(cut("ﬁ", (0, 1, b"f"), (1, 3, b"i"))) == ["1 character replaced by its plain form (NFKC)"]


def test_a_space_in_front_is_said_to_be_there() -> None:
    assert said(cut("a b", (0, 1, b" a"), (1, 3, b" b"))) == ["1 space added in front"]
    assert said(cut("a b", (0, 1, b"a"), (1, 2, b" "), (2, 3, b" b"))) == ["1 space added"]


def test_unknown_characters_are_counted_and_placed() -> None:
    (loss,) = losses(cut("a漢字b", (0, 1, b"a"), (1, 7, b"", Kind.UNKNOWN), (7, 8, b"b")))
    assert (loss.key, loss.n, loss.text, loss.at.tolist()) == ("unknown", 2, "2 characters unknown", [[1, 7]])


def test_zero_width_tokens_of_one_character_belong_to_it() -> None:
    dots = cut("a…", (0, 1, b"a"), (1, 1, b".", Kind.INSERTED), (1, 1, b".", Kind.INSERTED), (1, 4, b"."))
    assert said(dots) == ["1 character replaced by its plain form (NFKC)"]


def test_a_mark_is_looked_at_with_its_letter() -> None:
    nukta = "\u095b"  # which NFC writes as a letter and a mark, since the composed form is excluded
    letter, mark = (c.encode() for c in unicodedata.normalize("NFC", nukta))
    assert said(cut(f"{nukta}\u094d", (0, 2, letter), (2, 4, mark), (4, 6, "\u094d".encode()))) == [
        "1 character composed (NFC)"
    ]


@needs_data
@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        ("wordpiece/bert-base-uncased.vocab.txt", "Zoë  met\nAl", ["2 spaces dropped", "1 line break dropped"]),
        ("hf_json/olmo-7b-instruct-hf", "cafe\u0301 क\u093c्य", ["1 character composed (NFC)"]),
        ("tiktoken/qwen.tiktoken", "\u095b\u094dया e\u0301", ["2 characters composed (NFC)"]),
        ("sentencepiece/xlnet.model", "a…  b\r\n\r\nc", ["2 spaces dropped", "2 line breaks turned into spaces"]),
        ("hf_json/llama-2-7b-chat-hf", " a\r\n\tb  ", []),
    ],
)
@pytest.mark.usefixtures("no_trial")
def test_real_tokenizers_lose_what_they_are_known_to_lose(file: str, text: str, found: list[str]) -> None:
    said_of = said(open_tokenizer(f"file:{TOKENIZERS / file}").segment(text))
    assert set(found) <= set(said_of)
    assert bool(said_of) == bool(found)
