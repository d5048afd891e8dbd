"""The probe of letters: known isolation, half characters, and a model that is asked."""

import json
from collections import Counter as Tally
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from core.common.errors import TooLarge, UserError
from core.probes.counting.__main__ import make_counters
from core.probes.counting.counters import COUNTERS, COUNTERS_FOLDER, STEPS
from core.probes.counting.shipped import shipped_counts
from core.probes.counting.strings import MOST, LetterQuestion, countings
from core.probes.counting.training import answers_of
from core.probes.counting.words import words_to_count
from core.probes.letters import letters
from core.probes.sums.__main__ import make_adders
from core.probes.toys.toy import Diet
from core.probes.toys.train import begun
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


def test_counters_see_strings_as_their_tokenizers_cut_them() -> None:
    for counter, cut in zip(COUNTERS, ("abc|a|:|c|=", "a| b| c| a|:|c|=", "a|-|b|-|c|-|a|:|c|="), strict=True):
        asked = counter.asks(LetterQuestion("abca", "c"))
        encoding = counter.tokenizer().encode(asked)
        assert encoding.tokens == cut.split("|") and counter.tokenizer().decode(encoding.ids) == asked
        assert counter.tokens("abca") == encoding.tokens[:-3]


def test_strings_to_count_in_have_each_number_as_often_as_others() -> None:
    strings = countings(16, 60, 3)
    assert strings == countings(16, 60, 3) != countings(16, 60, 4)
    assert [len(one.word) for one in strings] == [n for n in range(1, 17) for _ in range(60)]
    long = Tally(one.answer for one in strings if len(one.word) > MOST)
    assert {*long} == {*range(MOST + 1)} and max(long.values()) < 2 * min(long.values())
    assert Tally(one.answer for one in words_to_count()) == {1: 10, 2: 10, 3: 10}


def test_rows_of_a_counter_say_nothing_of_their_letters() -> None:
    """The same for all three, unlike those of the adders."""
    torch.manual_seed(0)
    rows = begun(COUNTERS[0].tokenizer(), spelled=False).get_input_embeddings().weight.detach()
    at = COUNTERS[0].tokenizer().get_vocab()
    assert not torch.allclose(rows[at["abc"]] - rows[at["abd"]], rows[at["bbc"]] - rows[at["bbd"]], atol=1e-3)


def test_shipped_counters_are_small_and_say_what_ships() -> None:
    """A dozen strings again: the same digits, whichever machine multiplies."""
    shipped = shipped_counts().counters
    some = range(0, len(shipped.strings), 20)
    strings = [LetterQuestion(*shipped.strings[n]) for n in some]
    for counter, answers in zip(COUNTERS, shipped.by, strict=True):
        assert sum(path.stat().st_size for path in counter.folder.iterdir()) < 2_000_000
        assert answers_of(counter, counter.folder, strings, "cpu").by[0].said == tuple(answers.said[n] for n in some)
    assert json.loads((COUNTERS_FOLDER / "made.json").read_text())["steps"] == STEPS


def test_letters_apart_are_counted_and_letters_together_are_not() -> None:
    counted = shipped_counts().counters
    together, *apart = (counted.share(one) for one in counted.by)
    assert all(together.high < one.low and one.value > 0.98 for one in apart)
    longest = counted.shares(counted.by[0], "letters")["13–16"][0]
    assert longest.high < counted.shares(counted.by[0], "letters")["1–4"][0].low


def test_the_docs_have_the_shipped_counts() -> None:
    shipped, page = shipped_counts(), Path("docs/probes/letters.md").read_text(encoding="utf-8")
    for one in shipped.counters.by:
        values = [shipped.counters.share(one), *(it for it, _ in shipped.counters.shares(one, "letters").values())]
        assert f"| {' | '.join([one.label, *(f'{it.value:.2f}'.removeprefix('0') for it in values)])} |" in page
    first, *more, last = (sum(one.by_form[form].says == one.n for one in shipped.words) for form in FORMS)
    assert f"{', '.join(map(str, [first, *more]))} and {last} words right as they are, spaced" in page
    strawberry = next(one for one in shipped.words if one.word == "strawberry")
    assert all(f"{strawberry.by_form[form].p_right:.3f}" in page for form in FORMS)


FORMS = ("as it is", "spaced", "hyphenated", "quoted")


@pytest.mark.slow
@pytest.mark.parametrize("make", [make_adders, make_counters])
def test_toys_are_made_twice_with_the_same_bits(
    make: Callable[[Path, Diet], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `make adders` and `make counters` do it, on a processor, for three steps."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for name in ("once", "again"):
        make(tmp_path / name, Diet(3, exercises=16))
    once = {path.relative_to(tmp_path / "once"): path.read_bytes() for path in (tmp_path / "once").rglob("*.*")}
    assert once == {
        path.relative_to(tmp_path / "again"): path.read_bytes() for path in (tmp_path / "again").rglob("*.*")
    }
    assert sum(path.name == "model.safetensors" for path in once) == 3
    made = json.loads(once[Path("made.json")])
    shipped = Path("data/probes/adders" if make is make_adders else "data/probes/counters")
    assert made.keys() == json.loads((shipped / "made.json").read_text()).keys()
    assert {*map(str, once)} == {str(path.relative_to(shipped)) for path in shipped.rglob("*.*")}
