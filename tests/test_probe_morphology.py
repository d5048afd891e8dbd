"""The probe of morphology: scores worked by hand, published layouts, and lists that are what they say."""

from collections import Counter
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.common.errors import TooLarge, UnknownName, UnreadableFile, UserError
from core.probes.morphemes.gold import FOLDER, GoldWord, medical_terms, read_gold, shipped_gold, shipped_languages
from core.probes.morphemes.hybrid import SUFFIXES, UPPERCASE, hybrid_tokens, said_back
from core.probes.morphemes.scores import CutWord, known_tokens, longest_common, morpheme_matches, reachable
from core.probes.morphology import morphology
from core.text.languages import language

WORDS, CHARACTERS, BYTES = "builtin:words", "builtin:characters", "builtin:utf8-bytes"
SIGMORPHON = "subsidised\tsubside @@y @@ise @@ed\t110\nmerchandizes\tmerchandize @@s\t100\npozzed\tpoz @@ed\t100\n"


def test_scores_are_worked_by_hand() -> None:
    found = morphology([CHARACTERS, WORDS], text="un|do\nre|open").found
    characters, words = found[CHARACTERS].boundaries, found[WORDS].boundaries
    assert (characters.precision, characters.recall, characters.chance) == (2 / 8, 1, 2 / 8)
    assert (characters.morph_score, characters.n_two, characters.n_one_token) == (1, 2, 0)
    assert found[CHARACTERS].tokens_per_word == 5
    assert (words.precision, words.recall, words.f1) == (None, 0, 0)
    assert (words.morph_score, words.n_two, words.n_one_token, words.missed) == (None, 0, 2, 1)
    assert found[WORDS].examples[0] == (GoldWord("undo", ("un", "do")), ("undo",))


def test_intervals_come_from_the_words_and_need_ten_of_them() -> None:
    found = morphology([CHARACTERS], text="un|do\nre|open").found[CHARACTERS].intervals
    assert found.n == 2 and found.f1.value == 2 * 2 / (8 + 2) and found.f1.reason and found.f1.low != found.f1.low
    alike = morphology([CHARACTERS], text="\n".join(f"a{n}|b" for n in range(10, 30)))
    one = alike.found[CHARACTERS].intervals
    assert (one.n, one.precision.low, one.precision.high) == (20, 1 / 3, 1 / 3)  # no word differs from another
    some = morphology([WORDS, CHARACTERS], language="tur").found[CHARACTERS]
    assert 0 < some.intervals.f1.low < (some.boundaries.f1 or 0) < some.intervals.f1.high < 1
    assert some.document()["intervals"]["recall"] == [1, 1]  # type: ignore[index]
    assert f"over {some.intervals.n} words" in some.sentences()[0]


def test_places_are_characters_though_cuts_are_bytes() -> None:
    found = morphology([BYTES, CHARACTERS], text="tür|e").found
    assert found[CHARACTERS].boundaries.precision == 1 / 3
    assert found[BYTES].boundaries.precision == 1 / 4  # within ü too
    assert found[BYTES].boundaries.chance == 1 / 3


def test_canonical_morphemes_have_a_ceiling() -> None:
    found = morphology([WORDS], text=SIGMORPHON, layout="sigmorphon")
    assert (found.n_words, found.n_on_surface) == (3, 1)
    matches = found.found[WORDS].matches
    assert (matches.n_morphemes, matches.n_reachable, matches.n_shared) == (8, 5, 0)
    assert reachable(GoldWord("subsidised", ("subside", "y", "ise", "ed"))) == 1


@pytest.mark.parametrize(
    ("layout", "text", "word", "morphemes"),
    [
        ("plain", "# remark\nHaus|tür|en # plural\n", "Haustüren", ("Haus", "tür", "en")),
        ("morphscore", ",full_word,pt1,rest\n0,lighted,light,ed\n1,mean,mean,\n", "lighted", ("light", "ed")),
        ("sigmorphon", "party-hearty\tparty @@heart @@y\t011\n", "party-hearty", ("party", "heart", "y")),
        ("unimorph", "walk\twalking\tV|V.PTCP;PRS\twalk|ing\nrun\tran\tV;PST\t-\n", "walking", ("walk", "ing")),
        (
            "compoundpiece",
            "word,lang,type,norm\nHaus-tür,de,positive,Haus-Tür\nTag,de,negative,\n",
            "Haustür",
            ("Haus", "tür"),
        ),
    ],
)
def test_published_layouts_are_read(layout: str, text: str, word: str, morphemes: tuple[str, ...]) -> None:
    gold = read_gold(text.replace("\n", "\r\n") if layout in ("sigmorphon", "morphscore") else text, layout)
    assert gold[0] == GoldWord(word, morphemes)
    assert len(gold) == (2 if layout == "morphscore" else 1)


@pytest.mark.parametrize("code", shipped_languages())
def test_shipped_words_are_written_as_their_morphemes(code: str) -> None:
    gold, text = shipped_gold(code), (FOLDER / f"{code}.txt").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert lines[0].startswith("# ") and lines[0].endswith(".") and normalize("NFC", text) == text
    assert len(gold) == sum(not line.startswith("#") for line in lines) >= 100  # none twice
    assert all(word.on_surface and len(word.morphemes) > 1 for word in gold)
    assert morphology([CHARACTERS], code).found[CHARACTERS].boundaries.recall == 1


@pytest.mark.parametrize("code", shipped_languages())
def test_shipped_words_are_made_of_the_affixes_that_their_list_names(code: str) -> None:
    """A slip of the pen in an affix is none that is named, and so a stem of a letter or two."""
    named = _named(code)
    before, between, behind = (named.get(f"{place} stems", set()) for place in ("Before", "Between", "Behind"))
    met, short = Counter[str](), set[str]()
    for word in shipped_gold(code):
        stems = list[str]()
        for n, morpheme in enumerate(word.morphemes, 1):
            goes_on = {*word.morphemes[n:]} - behind
            if not stems and morpheme.lower() in before and n < len(word.morphemes):
                met[f"{morpheme.lower()}-"] += 1
            elif stems and morpheme in between and goes_on:
                met[f"-{morpheme}-"] += 1
            elif stems and morpheme in behind:
                met[f"-{morpheme}"] += 1
            else:
                stems.append(morpheme)
        assert stems, word
        short |= {stem for stem in stems if len(stem) < 3}
    assert short == named.get("Stems of one or two letters", set())
    listed = {f"{one}-" for one in before} | {f"-{one}-" for one in between} | {f"-{one}" for one in behind}
    assert {*met} == listed
    assert {one.strip("-") for one, n in met.items() if n == 1} == named.get("Met once", set())


def _named(code: str) -> dict[str, set[str]]:
    """What the remarks at the head of a list name, by what they are."""
    remarks = [line[2:] for line in (FOLDER / f"{code}.txt").read_text(encoding="utf-8").splitlines() if line[0] == "#"]
    return {what: {*some.split()} for what, _, some in (line.partition(": ") for line in remarks[1:])}


def test_the_readme_of_the_lists_is_true() -> None:
    sizes = [len(shipped_gold(code)) for code in shipped_languages()]
    *names, last = [language(code).name for code in shipped_languages()]
    reach = f"{min(sizes)} to {max(sizes)} words"
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert len(sizes) == 12 and f"Twelve languages: {', '.join(names)} and {last}, {reach} each." in page
    assert f"{reach} of twelve languages" in Path("docs/probes/morphology.md").read_text(encoding="utf-8")


def test_known_tokens_by_both_denominators() -> None:
    words = [
        CutWord(GoldWord("ışık", ("ışık",)), (2,), ("Işık", "x")),
        CutWord(GoldWord("evde", ("ev", "de")), (2,), ("ev", "de")),
        CutWord(GoldWord("evde", ("ev", "de")), (), ("evde", "ev")),
    ]
    found = known_tokens(words, "tur")
    assert (found.n, found.known, found.pure) == (6, 5, 4)
    assert (found.n_distinct, found.known_distinct, found.pure_distinct) == (5, 4, 3)
    assert known_tokens(words, "eng").known == 4  # Işık is işık there


@given(st.lists(st.sampled_from("ab"), max_size=7), st.lists(st.sampled_from("ab"), max_size=7))
def test_the_longest_common_list_is_that_of_all_lists(first: list[str], second: list[str]) -> None:
    def held(items: list[str]) -> set[tuple[str, ...]]:
        return {tuple(items[i] for i in range(len(items)) if mask >> i & 1) for mask in range(2 ** len(items))}

    assert longest_common(first, second) == max(map(len, held(first) & held(second)))


def test_a_space_before_the_word_can_be_left_out() -> None:
    assert morphology([WORDS], before="nothing").found[WORDS].tokens_per_word == 1
    assert morphology([BYTES], text="un|do", before="space").found[BYTES].boundaries.n_cuts == 3


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"language": "xxx"}, "no language with a list"),
        ({"layout": "plane"}, "plain"),
        ({"before": "x"}, "Known: nothing, space"),
        ({"text": "a\tb", "layout": "unimorph"}, "Line 1 has not 4 cells"),
        ({"text": "a,b", "layout": "morphscore"}, "names no column full_word"),
        ({"text": "# nothing"}, "There are no words"),
        ({"text": "a\t \t", "layout": "sigmorphon"}, "Line 1 has no morphemes"),
        ({"text": "\ud800"}, "surrogate"),
    ],
)
def test_what_is_no_list_says_why(given_: dict[str, str], said: str) -> None:
    with pytest.raises((UserError, UnreadableFile, UnknownName), match=said):
        morphology([WORDS], **given_)
    with pytest.raises(TooLarge, match="over 300 bytes"):
        read_gold("a" * 301)


def test_of_terms_of_medicine_cutting_reaches_no_more_than_its_ceiling() -> None:
    gold = read_gold(medical_terms(), "sigmorphon")
    assert len(gold) == 50 == medical_terms().count("\n") and sum(one.on_surface for one in gold) == 20
    found = morphology([WORDS, BYTES], text=medical_terms(), layout="sigmorphon").found
    assert {round(one.matches.ceiling or 0, 2) for one in found.values()} == {0.73}
    assert all((one.matches.recall or 0) <= (one.matches.ceiling or 0) for one in found.values())
    perfect = [CutWord(one, (), one.morphemes) for one in gold if one.on_surface]
    assert morpheme_matches(perfect).recall == morpheme_matches(perfect).ceiling == 1


def test_the_hybrid_chooses_forms_by_the_vowel_before() -> None:
    by_hand = {
        "evler": "ev PLURAL",
        "kuşlar": "kuş PLURAL",
        "gözde": "göz IN",
        "kitapta": "kitap IN",
        "suyu": "su y THE",
    }
    for word, tokens in by_hand.items():
        assert " ".join(hybrid_tokens(word)) == tokens and said_back(tokens.split()) == word
    assert said_back(["saat", "PLURAL"]) == "saatlar"  # people say saatler
    assert [*hybrid_tokens("EV")] == [UPPERCASE, "TO", UPPERCASE, "v"] and said_back(hybrid_tokens("EV")) == "AV"


def test_the_hybrid_says_back_what_the_docs_say() -> None:
    found = morphology([WORDS], "tur")
    assert found.hybrid is not None and morphology([WORDS], "eng").hybrid is None
    plainly, big = (len(one.failed) for one in found.hybrid)
    page = Path("docs/probes/morphology.md").read_text(encoding="utf-8")
    assert f"Of the {found.n_words} shipped words {plainly} do not come back" in page and f"and {big} in" in page
    assert any(f"{plainly} of {found.n_words}" in line for line in found.sentences())


@given(st.text("evEVlarişıİI z", max_size=12))
def test_the_hybrid_loses_no_letter_without_endings(word: str) -> None:
    """Whatever is written, as long as all of it is roots and letters."""
    tokens = [*hybrid_tokens(word)]
    if not {*tokens} & {*SUFFIXES}:
        assert said_back(tokens) == word
