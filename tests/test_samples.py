"""The sample texts are what data/samples/README.md says they are."""

import json
import unicodedata
from collections import Counter
from urllib.parse import urlsplit

import pytest
import regex

from core.common.errors import UnknownName, UserError
from core.text.samples import FOLDER, ParallelText, Sample, opening_text, pairs, parallel_texts, sample, samples

# ISO 15924 codes that join scripts, or that Unicode does not know as a script.
SCRIPT_CLASS = {
    "Jpan": r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]",
    "Hans": r"\p{Script=Han}",
    "Hant": r"\p{Script=Han}",
    "Kore": r"[\p{Script=Hangul}\p{Script=Han}]",
}
ESCAPED = regex.compile(r"[\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Variation_Selector}\u0300-\u036F\u1100-\u11FF]|(?! )\p{Zs}")

each_language = pytest.mark.parametrize("text", parallel_texts(), ids=lambda text: text.code)
each_sample = pytest.mark.parametrize("one", samples(), ids=lambda one: one.key)


def letters(text: str) -> list[str]:
    # Marks count: a third of written Khmer is vowel signs. Inherited marks belong to every script.
    return regex.findall(r"[\p{L}\p{M}--\p{Script=Inherited}]", text, flags=regex.V1)


def share_in_script(text: str, script: str) -> float:
    found = letters(text)
    pattern = regex.compile(SCRIPT_CLASS.get(script, rf"\p{{Script={script}}}"))
    return sum(bool(pattern.fullmatch(letter)) for letter in found) / len(found)


def numbers(sentence: str) -> list[int]:
    """The runs of digits, of any script, in rising order: languages may name the platform before the time."""
    runs = regex.findall(r"\p{Nd}+", sentence)
    return sorted(int("".join(str(unicodedata.digit(c)) for c in run)) for run in runs)


def test_forty_languages_and_twenty_scripts() -> None:
    assert len({text.language for text in parallel_texts()}) >= 40
    assert len({text.script for text in parallel_texts()}) >= 20


def test_every_language_stands_once_in_order() -> None:
    codes = [text.code for text in parallel_texts()]
    assert len(set(codes)) == len(codes)
    order = [(text.script, text.language) for text in parallel_texts()]
    assert order == sorted(order)


def test_no_sentence_stands_in_two_languages() -> None:
    counts = Counter(sentence for text in parallel_texts() for sentence in text.sentences)
    assert [sentence for sentence, n in counts.items() if n > 1] == []


@each_language
def test_six_clean_sentences(text: ParallelText) -> None:
    assert len(text.sentences) == 6
    for sentence in text.sentences:
        assert sentence == sentence.strip()
        assert unicodedata.is_normalized("NFC", sentence)
        assert regex.search(r"[\uFFFD\p{Cc}\p{Cn}\p{Co}]", sentence) is None
        assert len(letters(sentence)) > 5


@each_language
def test_names_are_filled_in_and_agree(text: ParallelText) -> None:
    assert regex.fullmatch(r"[a-z]{3}_[A-Z][a-z]{3}", text.code)
    assert text.code.endswith("_" + text.script)
    assert text.language.isascii()
    assert text.autonym
    assert share_in_script(text.autonym, text.script) == 1
    same_script = {other.script_name for other in parallel_texts() if other.script == text.script}
    assert same_script == {text.script_name}


@each_language
def test_letters_are_of_the_declared_script(text: ParallelText) -> None:
    assert share_in_script(text.text, text.script) > 0.95


@each_language
def test_the_third_sentence_keeps_its_numbers(text: ParallelText) -> None:
    assert numbers(text.sentences[2]) == [3, 18, 27, 45, 50]


def test_digits_of_any_script_count() -> None:
    assert numbers("۱۸:۴۵، ३, 27٫50") == [3, 18, 27, 45, 50]


def test_sentences_are_joined_as_the_script_joins_them() -> None:
    by_script = {text.script: text for text in parallel_texts()}
    latin, japanese = by_script["Latn"], by_script["Jpan"]
    assert latin.text.startswith(f"{latin.sentences[0]} {latin.sentences[1]} ")
    assert japanese.text == "".join(japanese.sentences)


def test_samples_start_with_many_scripts_and_end_with_the_languages() -> None:
    assert samples()[0].key == "many-scripts"
    assert sample("opening").text == opening_text()
    n = len(parallel_texts())
    assert [one.key for one in samples()[-n:]] == [text.code for text in parallel_texts()]
    assert [one.group for one in samples()].count("Languages") == n


def test_groups_are_not_torn_apart() -> None:
    groups = [one.group for one in samples()]
    assert groups == sorted(groups, key=groups.index)


def test_keys_and_labels_are_unique() -> None:
    keys = [one.key for one in samples()]
    assert len(set(keys)) == len(keys)
    named = [(one.group, one.label) for one in samples()]
    assert len(set(named)) == len(named)
    pair_keys = [pair.key for pair in pairs()]
    assert len(set(pair_keys)) == len(pair_keys)


@each_sample
def test_a_sample_is_found_by_its_key(one: Sample) -> None:
    assert sample(one.key) is one
    assert one.label
    assert one.text.strip()
    assert "\ufffd" not in one.text
    assert one.text.encode("utf-8").decode("utf-8") == one.text  # no lone surrogate


def test_an_unknown_key_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"Did you mean .*code-rust") as caught:
        sample("code-rusty")
    assert isinstance(caught.value, UserError)


def test_pairs_differ() -> None:
    for pair in pairs():
        assert pair.first != pair.second, pair.key


def test_the_opening_is_one_line_in_three_scripts() -> None:
    text = opening_text()
    assert len(text) <= 80
    assert "\n" not in text
    assert [script for script in ["Latn", "Deva", "Hans"] if share_in_script(text, script) == 0] == []
    assert "\u200d" in text


def test_the_first_sample_has_eight_scripts() -> None:
    text = samples()[0].text
    assert 350 <= len(text) <= 450
    assert 3 <= len(text.splitlines()) <= 5
    scripts = ["Latn", "Deva", "Arab", "Thai", "Jpan", "Hang", "Ethi", "Taml"]
    assert [script for script in scripts if share_in_script(text, script) == 0] == []
    assert unicodedata.is_normalized("NFC", text)
    assert "\u200d" in text
    assert regex.search(r"\d", text)


@pytest.mark.parametrize("one", [one for one in samples() if one.group == "Code"], ids=lambda one: one.key)
def test_code_is_eight_to_twelve_lines(one: Sample) -> None:
    assert 8 <= len(one.text.splitlines()) <= 12


def test_traps_are_still_traps() -> None:
    """An editor that tidies the file would leave every other test green."""
    assert not unicodedata.is_normalized("NFC", sample("traps-normalization").text)
    assert not unicodedata.is_normalized("NFD", sample("traps-normalization").text)
    assert sample("traps-bom").text.startswith("\ufeff")
    assert not unicodedata.is_normalized("NFKC", sample("traps-ligatures").text)
    directions = set(map(unicodedata.bidirectional, sample("traps-bidi").text))
    assert {"L", "R", "AL", "EN", "AN"} <= directions
    assert {"\r\n", "\r", "\u2028", "\n"} <= set(regex.findall(r"\R", sample("whitespace-newlines").text))
    assert "\t" in sample("whitespace-tabs").text
    assert "\xa0" in sample("whitespace-spaces").text
    assert "\u200b" in sample("whitespace-invisible").text
    assert "<|im_start|>" in sample("chat-chatml").text


def test_what_an_editor_could_change_is_escaped() -> None:
    assert ESCAPED.findall((FOLDER / "texts.json").read_text(encoding="utf-8")) == []


def test_hosts_are_examples() -> None:
    addresses = [address for one in samples() for address in regex.findall(r"https?://[^\s\"<]+", one.text)]
    assert addresses
    for address in addresses:
        assert f".{urlsplit(address).hostname}".endswith(".example.org"), address
    mail = [host for one in samples() for host in regex.findall(r"\w@([\w.-]+\.\w+)", one.text)]
    assert mail
    for host in mail:
        assert f".{host}".endswith(".example.org"), host


def test_files_are_one_value_a_line_in_utf8() -> None:
    raw = (FOLDER / "parallel.jsonl").read_bytes()
    assert raw.endswith(b"}\n")
    assert b"\r" not in raw
    for line in raw.decode("utf-8").removesuffix("\n").split("\n"):
        row = json.loads(line)
        assert line == json.dumps(row, ensure_ascii=False, separators=(",", ":"))
