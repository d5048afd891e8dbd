"""The probe of letters: known isolation, half characters, and a model that is asked."""

import pytest

from core.common.errors import TooLarge, UserError
from core.probes.letters import letters
from tests.datafolder import TOKENIZERS, needs_data

GPT2 = f"file:{TOKENIZERS}/hf_json/gpt-2/tokenizer.json"
WORDS, BYTES = "builtin:words", "builtin:utf8-bytes"


@needs_data
def test_gpt2_isolates_the_letters_that_are_written_apart() -> None:
    rows = letters([GPT2], "strawberry").by_tokenizer[GPT2]
    assert [rows[form].isolation for form in ("as it is", "spaced", "hyphenated", "quoted")] == [0, 1, 1, 1]
    spaced = letters([GPT2], "rr").by_tokenizer[GPT2]["spaced"]
    assert spaced.tokens == (b"r", b" r") and spaced.ids_per_letter == 2


def test_bytes_isolate_every_letter_and_words_none_but_single_ones() -> None:
    rows = letters([WORDS, BYTES], "a bé").by_tokenizer
    assert rows[BYTES]["as it is"].isolation == 1  # of é too: two tokens, neither with another letter
    assert rows[WORDS]["as it is"].isolation == pytest.approx(1 / 3)
    assert rows[WORDS]["spaced"].isolation == 1


def test_forms_part_the_letters_and_leave_out_the_rest() -> None:
    found = letters([WORDS], "it's")
    assert found.forms == {
        "as it is": "it's",
        "spaced": "i t s",
        "hyphenated": "i-t-s",
        "quoted": '"i", "t", "s"',
    }


def test_the_counted_letter_is_the_one_asked_for_big_or_small() -> None:
    assert (letters([WORDS], "Strawberry", "R").letter, letters([WORDS], "Strawberry", "R").n) == ("r", 3)
    assert (letters([WORDS], "aAb").letter, letters([WORDS], "aAb").n) == ("a", 2)


@pytest.mark.slow
def test_a_model_is_asked_and_answers_with_a_digit() -> None:
    found = letters([BYTES], "banana", "n", model="shipped:tiny-english")
    assert [*found.by_model] == [*found.forms]
    assert all(0 <= one.p_right <= 1 and 0 <= one.says <= 9 for one in found.by_model.values())
    assert "The model is not asked" in letters([BYTES], "a" * 10, model="shipped:tiny-english").note


@pytest.mark.parametrize(
    ("text", "letter", "said"), [("12", "", "no letters"), ("", "", "no letters"), ("a", "ab", "one letter")]
)
def test_what_is_no_letter_says_so(text: str, letter: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        letters([WORDS], text, letter)
    with pytest.raises(TooLarge):
        letters([WORDS], "a" * 2_001)
