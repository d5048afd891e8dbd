"""Letters, traps and morphology on the page Probes: what is drawn is what they find, and what is wrong is said."""

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from components.probes.joints import Joined, _drawn
from components.probes.letter_chart import letter_table
from components.probes.morphology_chart import points
from core.probes.letters import isolation, letters
from core.probes.morphology import morphology
from core.probes.traps import joint_of, pairs_of, traps
from core.tokenizers.catalog import open_tokenizer
from tests.pages import opened

pytestmark = pytest.mark.usefixtures("one_server")

WORDS, CHARACTERS, BYTES = "builtin:words", "builtin:characters", "builtin:utf8-bytes"
page = partial(opened, "probes", tokenizers=[WORDS, CHARACTERS])


def said(app: AppTest) -> str:
    return "\n".join(one.value for one in [*app.markdown, *app.caption, *app.success, *app.info])


def html(app: AppTest) -> str:
    return "\n".join(one.proto.body for one in app.get("html"))


def test_tokens_of_a_letter_that_is_alone_are_known() -> None:
    pieces = [("a", True), ("b", True), (" ", False), ("é", True)]
    assert isolation(open_tokenizer(WORDS), pieces).alone == (False, False, True)
    assert isolation(open_tokenizer(BYTES), pieces).alone == (True, True, False, True, True)  # é is two bytes


def test_cuts_of_a_joint_are_bytes_of_the_two_words() -> None:
    assert joint_of(open_tokenizer(CHARACTERS), ("né", "e")).cuts == (1, 3)
    assert joint_of(open_tokenizer(WORDS), ("costs", "how")).cuts == ()
    assert joint_of(open_tokenizer(WORDS), ("東", "京")).cuts == (3,)


def test_pairs_are_those_that_were_tried() -> None:
    assert pairs_of("", 40, 3) == pairs_of("", 40, 3) != pairs_of("", 40, 4)
    assert {joint.pair for joint in traps([WORDS], pairs=40, seed=3).found[WORDS].swallowed} == {*pairs_of("", 40, 3)}


def test_both_ways_to_cut_stand_in_one_grid_and_say_where_they_part() -> None:
    one = Joined(("un", "do", "ing"), (1, 2))
    assert one.marks == {1: "+", 2: "✓", 4: "○"}
    drawn = _drawn(one, dark=False)
    assert "repeat(4," in drawn and 'aria-label="un | do | ing: tokens u | n | doing"' in drawn
    assert drawn.count("font-weight:650") == 1  # doing reaches over a joint
    assert Joined(("un", "doing"), (1,), extra=False).marks == {1: "", 2: "○"}


def test_a_word_from_right_to_left_stands_so_and_what_was_typed_is_no_html() -> None:
    assert "direction:rtl" in _drawn(Joined(("ال", "بيت"), ()), dark=True)
    assert "<b>" not in _drawn(Joined(("<b>", '"x'), (1,)), dark=True)


def test_letters_are_drawn_by_form_and_tokenizer() -> None:
    app = page(probe="letters", letters_text="ab c")
    assert not app.error and len(app.get("plotly_chart")) == 2  # the letters, and the three counters
    assert app.dataframe[0].value["Words"].tolist() == [30] * 4 and "questions" in said(app)
    assert "1 of 3 letters alone" in said(app) and "3 of 3 letters alone" in said(app)
    assert "How often does a model say that" in said(app)
    rows = {"Words": letters([WORDS], "ab c").by_tokenizer[WORDS]}
    assert letter_table(rows)["Alone"].tolist() == [1, 3, 3, 3]


def test_traps_are_drawn_with_the_place_of_the_boundary() -> None:
    app = page(probe="traps", traps_text="to be or")
    assert not app.error and "**2 of 2 pairs**" in said(app) and "loses **2 of 2 boundaries**" in said(app)
    assert 'aria-label="to | be: tokens tobe"' in html(app)
    assert app.dataframe[0].value["Swallowed"].tolist() == [2, 0]


def test_a_tokenizer_that_swallows_nothing_says_so() -> None:
    app = opened("probes", tokenizers=[CHARACTERS], probe="traps", traps_text="to be or")
    assert not app.error and not app.get("plotly_chart") and "keeps the boundary of every pair" in said(app)


@pytest.mark.parametrize(("guess", "verdict"), [("It is lost", "Right"), ("It is kept", "No")])
def test_a_boundary_is_guessed_before_it_is_shown(guess: str, verdict: str) -> None:
    app = page(probe="traps", traps_text="to be", mode="predict")
    assert "Swallowed pairs" not in said(app) and not html(app)
    app.session_state["traps_guess"] = guess
    app.run()
    app.button(key="reveal").click().run()
    assert not app.exception and f"You said: {guess.lower()}. {verdict}: it is lost." in said(app)


def test_another_pair_is_another_exercise_that_the_link_sets() -> None:
    app = page(probe="traps", mode="predict", traps_pairs="20")
    before = said(app)
    app.button(key="traps_again").click().run()
    assert not app.exception and app.session_state["traps_seed"] == "1"
    assert said(page(probe="traps", mode="predict", traps_pairs="20", traps_seed="1")) == said(app) != before


def test_morphemes_stand_over_tokens_and_scores_in_the_picture() -> None:
    app = page(probe="morphology", morphology_text="un|do\nre|open")
    assert not app.error and len(app.get("plotly_chart")) == 1
    assert 'aria-label="un | do: tokens undo"' in html(app)
    rows = {"Characters": morphology([CHARACTERS], text="un|do\nre|open").found[CHARACTERS]}
    assert [(p.precision, p.recall, p.tokens) for p in points(rows, ["#000000"])] == [(0.25, 1, 5)]


def test_what_cutting_and_knowing_morphemes_cannot_do_stands_below() -> None:
    app = page(probe="morphology", morphology_layout="sigmorphon", morphology_text="subsidised\tsubside @@y @@ise @@ed")
    assert not app.error and "25% of the morphemes" in said(app)
    app = page(probe="morphology", morphology_language="tur", morphology_text="saat|ler\nev|ler")
    assert not app.error and "does not say back 1 of these 2 words, and in capitals 2" in said(app)
    assert app.dataframe[0].value["What comes back"].tolist()[0] == "saatlar"


def test_a_shipped_list_is_chosen_by_the_name_of_its_language() -> None:
    app = page(probe="morphology")
    box = app.selectbox(key="morphology_language")
    assert box.value == "eng" and box.options[0] == "English" and "Turkish" in box.options
    box.set_value("tur").run()
    assert not app.exception and any("--language tur" in one.value for one in app.code)


def test_one_guesses_which_of_two_finds_more_joints() -> None:
    app = page(probe="morphology", morphology_text="un|do", mode="predict")
    name = next(one for one in app.get("button_group") if one.key == "morphology_guess").options[1]
    app.session_state["morphology_guess"] = getattr(name, "content", name)
    app.run()
    app.button(key="reveal").click().run()
    assert not app.exception and "Right" in said(app) and "finds 100%" in said(app)


def test_words_without_a_joint_get_a_table_in_place_of_a_picture() -> None:
    app = page(probe="morphology", morphology_layout="sigmorphon", morphology_text="pozzed\tpoz @@ed\t100")
    assert not app.error and not app.get("plotly_chart") and app.dataframe
    assert "No word here has a joint" in said(app)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"probe": "letters", "letters_text": "12"}, "The text has no letters"),
        ({"probe": "letters", "letters_text": "a" * 2_001}, "letters of up to"),
        ({"probe": "traps", "traps_text": "one\ntwo"}, "No line has two words"),
        ({"probe": "morphology", "morphology_text": "# only a remark"}, "There are no words with morphemes"),
        ({"probe": "morphology", "morphology_text": "a|b", "morphology_layout": "unimorph"}, "Line 1 has not 4 cells"),
        ({"probe": "letters", "tokenizers": ["builtin:nothing"]}, "nothing"),
    ],
)
def test_what_is_wrong_is_one_sentence(query: dict[str, str], words: str) -> None:
    app = opened("probes", **({"tokenizers": [WORDS]} | query))
    assert [words in one.value.replace("\\", "") for one in app.error] == [True]


def test_a_tokenizer_that_does_not_open_leaves_the_others() -> None:
    app = opened("probes", probe="letters", tokenizers=[CHARACTERS, "builtin:nothing"])
    assert len(app.error) == 1 and len(app.get("plotly_chart")) == 2


def test_what_cannot_be_drawn_is_one_sentence_below_the_picture() -> None:
    app = opened("probes", probe="spellings", tokenizers=["mistral:v3"], spellings_draws="unigram")
    assert ["no probabilities for its entries" in one.value for one in app.error] == [True]
    assert len(app.get("plotly_chart")) == 1
    app = opened("probes", probe="spellings", tokenizers=["mistral:v3"], spellings_draws="pre_tokens")
    assert not app.error and any("keeps to the cuts" in one.value for one in app.markdown)
