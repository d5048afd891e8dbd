"""Probes of noise: edits are seeded and leave the rest of a text alone, cuts are compared at the same place."""

import json
from itertools import pairwise
from pathlib import Path
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.__main__ import main
from core.common.errors import TooLarge, UnknownName, UserError
from core.probes.edits.edit import EDITS, TextChange, drawn, edited
from core.probes.hidden_words import hidden_words
from core.probes.moved_cuts import byte_changes, moved_cuts
from core.probes.noise import MOST_BYTES, noise
from core.probes.recut import Recut
from core.probes.shipped_words import terms_by_field, words
from core.probes.terms import YOURS, terms
from core.tokenizers.catalog import open_tokenizer

PROSE = "Über the years, Élodie wrote a thousand letters from the old clinic, and nobody could read them aloud."
CODE = "def readLine(max_size, file_name):\n    total_count = max_size+1\n    return openFile(file_name, total_count)\n"
WORDS, BYTES, CHARACTERS = "builtin:words", "builtin:utf8-bytes", "builtin:characters"


@pytest.mark.parametrize("key", [*EDITS.all()])
def test_an_edit_is_the_same_for_a_seed_and_leaves_the_rest_alone(key: str) -> None:
    edit = EDITS.get(key)
    text = CODE if edit.code else PROSE
    changes = drawn(edit, text, 5, seed=1)
    assert changes and changes == drawn(edit, text, 5, seed=1)
    assert all(a.end < b.start for a, b in pairwise(changes))
    starts, ends = [*(one.start for one in changes), len(text)], [0, *(one.end for one in changes)]
    kept = [text[a:b] for a, b in zip(ends, starts, strict=True)]
    at, after = 0, edited(text, changes)
    for part, change in zip(kept, [*changes, None], strict=True):
        assert after.startswith(part + (change.new if change else ""), at)
        at += len(part) + (len(change.new) if change else 0)
    assert at == len(after) and after != text


@pytest.mark.parametrize("key", [key for key, edit in EDITS.all().items() if edit.code])
def test_programs_are_written_otherwise_and_prose_is_not(key: str) -> None:
    assert drawn(EDITS.get(key), PROSE, 5, seed=0) == []
    after = edited(CODE, drawn(EDITS.get(key), CODE, 50, seed=0))
    compile(after, "after", "exec")


def test_names_and_operators_of_a_program() -> None:
    def written(key: str) -> str:
        return edited(CODE, drawn(EDITS.get(key), CODE, 50, seed=0))

    assert "read_line(" in written("snake_case") and "open_file(" in written("snake_case")
    assert "maxSize" in written("camel_case") and "MaxSize" in written("pascal_case")
    assert "total_count=max_size+1" in written("operators_tight")
    assert "total_count = max_size + 1" in written("operators_spaced")


@pytest.mark.parametrize(
    ("change", "moved", "more"),
    [
        (TextChange(2, 6, "BCDE"), 0, 0),
        (TextChange(4, 6, "d"), 0, 0),
        (TextChange(3, 4, "c\u2060"), 0, 0),  # a word joiner does not end a word
        (TextChange(3, 4, "c-"), 1, 2),  # bc, - and de: the cut before - is within the edit, that behind it at its end
        (TextChange(6, 8, "f"), 1, -2),  # bcdef: of the cuts around the space one is within the edit
    ],
)
def test_moved_cuts_are_worked_by_hand(change: TextChange, moved: int, more: int) -> None:
    text, tokenizer = "a bcde f", open_tokenizer(WORDS)
    after = edited(text, [change])
    found = moved_cuts(tokenizer.segment(text), tokenizer.segment(after), byte_changes(text, [change]))
    assert (found.moved, found.more_tokens) == (moved, more)
    assert b"".join(found.before) in text.encode() and b"".join(found.after) in after.encode()
    assert len(found.after) - len(found.before) == more


@pytest.mark.parametrize(
    ("text", "change", "lost", "gained"),
    [
        ("a thousand letters", TextChange(2, 10, "THOUSAND"), 0, 2),  # TH, OUS and AND
        ("(file_name", TextChange(1, 10, "fileName"), 1, 0),  # (file and _name become (fileName
        ("x naïve y", TextChange(2, 7, "naive"), 1, 0),  # naï and ve become one
    ],
)
def test_of_a_word_written_otherwise_as_a_whole_the_cuts_in_it_are_compared(
    text: str, change: TextChange, lost: int, gained: int
) -> None:
    tokenizer, after = open_tokenizer("tiktoken:cl100k_base"), edited(text, [change])
    found = moved_cuts(tokenizer.segment(text), tokenizer.segment(after), byte_changes(text, [change]))
    assert (found.lost, found.gained) == (lost, gained)


@settings(deadline=None, max_examples=40)
@given(st.text("aA_", max_size=6), st.text("aA_", min_size=1, max_size=8))
def test_what_becomes_of_a_word_is_made_of_its_parts(old: str, new: str) -> None:
    """Whatever is written in a word's place: its parts in order give it, and characters are cut alike around them."""
    if not old or old == new:
        return
    text, change = f"b{old}b", TextChange(1, 1 + len(old), new)
    tokenizer, after = open_tokenizer(CHARACTERS), edited(text, [change])
    found = moved_cuts(tokenizer.segment(text), tokenizer.segment(after), byte_changes(text, [change]))
    assert (found.lost, found.gained) == (0, 0)


@settings(deadline=None, max_examples=40)
@given(st.text("ab éж", min_size=3, max_size=30), st.integers(0, 5))
def test_cuts_are_carried_to_the_same_characters(text: str, seed: int) -> None:
    """A tokenizer that cuts at every character cuts there before and after."""
    places = range(1 + seed % 2, len(text) - 1, 3)
    changes = [TextChange(at, at + 1, "XY"[: 1 + at % 2]) for at in places]
    if not changes:
        return
    tokenizer, after = open_tokenizer(CHARACTERS), edited(text, changes)
    first, second = tokenizer.segment(text), tokenizer.segment(after)
    found = moved_cuts(first, second, byte_changes(text, changes))
    assert (found.lost, found.gained) == (0, 0)


def test_bytes_and_characters_move_no_cut_outside_of_an_edit() -> None:
    found = noise([BYTES, CHARACTERS], PROSE)
    assert {effect.key for effect in found.effects} == {key for key, edit in EDITS.all().items() if not edit.code}
    assert all(row.moved == 0 for effect in found.effects for row in effect.by_tokenizer.values())
    assert len(found.missing) == sum(edit.code for edit in EDITS.all().values())


@pytest.mark.slow
def test_a_model_reads_the_edited_text_too() -> None:
    from core.probes.bytes.read_by_model import reader_of

    text = "The weather is fine today."
    found = noise([WORDS], text, edits=["invisible"], model="shipped:tiny-english")
    assert found.bits_per_byte is not None and found.effects[0].bits_per_byte is not None
    assert found.document()["model"] and "bits a byte" in found.sentences()[1]
    reader, edited_text = reader_of("shipped:tiny-english"), edited(text, found.effects[0].changes)
    assert found.effects[0].bits_per_byte == pytest.approx((reader.bits([edited_text])[0] or 0) / len(text))


def test_what_cannot_be_edited_says_why() -> None:
    with pytest.raises(UserError, match="The text is empty"):
        noise([WORDS], "")
    with pytest.raises(TooLarge, match="Give a part of it"):
        noise([WORDS], "a" * (MOST_BYTES + 1))
    with pytest.raises(UnknownName, match="capitals"):
        noise([WORDS], "a", edits=["capital"])


def test_whole_words_are_hidden_by_every_letter_and_bytes_by_none() -> None:
    found = hidden_words([WORDS, BYTES], "lottery prize")
    assert found.share(WORDS) == 1 and found.share(BYTES) == 0
    assert found.words[WORDS][0].hidden_by["f"] == (b"flottery",)
    assert [row.word for row in hidden_words([WORDS]).words[WORDS]] == [*words("filtered")]
    assert "hides 2 of 2 words" in found.sentences()[0]


def test_terms_are_counted_behind_a_space_without_special_tokens() -> None:
    found = terms([BYTES], fields=["law"])
    at = terms_by_field()["law"].index("tort")
    assert found.tokens[BYTES]["law"][at] == len(" tort")
    yours = terms([WORDS], text="due process\ntort\n")
    assert yours.tokens[WORDS] == {YOURS: (4, 2)} and yours.per_term(WORDS, YOURS) == 3
    assert [*terms([BYTES]).terms] == [*terms_by_field()]
    with pytest.raises(UnknownName, match="law"):
        terms([BYTES], fields=["laws"])


def test_a_text_comes_from_a_file_or_the_line_and_not_from_both(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "terms.txt"
    file.write_text("due process\n", encoding="utf-8")
    assert main(["probe", "terms", "--tokenizers", WORDS, "--text-file", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["terms"] == {YOURS: ["due process"]}
    assert main(["probe", "terms", "--tokenizers", WORDS, "--text-file", str(file), "--text", "a"]) == 2
    assert main(["probe", "theory", "--p", "2"]) == 2
    assert "--p 2 is too large. Give 0.99 or less." in capsys.readouterr().err


def test_the_command_line_takes_several_tokenizers_and_edits(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--tokenizers", WORDS, BYTES, "--text", PROSE, "--edits", "capitals", "swapped", "--json"]
    assert main(["probe", "noise", *arguments]) == 0
    out, err = capsys.readouterr()
    assert not err and [row["edit"] for row in json.loads(out)["edits"]] == ["swapped", "capitals"][::-1]
    assert main(["probe", "noise", "--tokenizers", WORDS, "--text", "a", "--most", "0"]) == 2
    assert "--most 0 is too small" in capsys.readouterr().err
    assert set(ascii_lowercase) <= set(json.loads(json.dumps(hidden_words([WORDS]).document()))["letters"])


@pytest.mark.parametrize(
    ("text", "edit", "kind"),
    [
        ("file_name", "camel_case", "merged"),  # file|_name, fileName
        ("fileName", "snake_case", "split"),
        ("readLine", "snake_case", "unchanged"),  # read|Line, read|_line
        ("a, file", "operators_tight", "merged"),  # ,| file and ,file
    ],
)
def test_a_name_in_another_style_is_cut_as_gpt_4_does(text: str, edit: str, kind: str) -> None:
    code = f"def go(x):\n    total = len(x)\n    return len({text})\n"
    [effect] = noise(["tiktoken:cl100k_base"], code, [edit]).effects
    [kinds] = effect.recut.values()
    assert {one.value for one, n in kinds.items() if n} == {kind}


def test_who_cuts_everywhere_cuts_names_in_any_style_alike() -> None:
    text = "readLine = max_size+1\nlineNumber = total_count * fileSize\n"
    found = noise([CHARACTERS], text, ["snake_case", "camel_case", "operators_spaced", "operators_tight"])
    assert len(found.effects) == 4
    for effect in found.effects:
        [kinds] = effect.recut.values()
        assert kinds[Recut.UNCHANGED] == sum(kinds.values()) == len(effect.changes)


def test_of_edits_that_change_letters_no_kinds_are_told() -> None:
    assert all(not one.recut for one in noise([BYTES], "some words of a text", ["swapped", "capitals"]).effects)


def test_a_segmenter_is_edited_like_a_tokenizer_and_a_slip_inside_a_word_moves_no_word() -> None:
    found = noise(["learned:words", "learned:hnet"], "The quick brown fox jumps over the lazy dog.", ["swapped"])
    moved = {spec: one.moved for spec, one in found.effects[0].by_tokenizer.items()}
    assert moved["learned:words"] == 0 < moved["learned:hnet"]
