"""The words and characters that cost most."""

from core.segmentation.costliest_words import costliest_characters, costliest_words
from core.tokenizers.catalog import open_tokenizer


def test_words_and_characters_by_hand() -> None:
    segmentations = [open_tokenizer("builtin:utf8-bytes").segment(text) for text in ("eine Größe", "eine 🧑‍🚀")]
    words = costliest_words(segmentations)
    assert [(w.text, w.n_times, w.n_tokens) for w in words] == [("Größe", 1, 7), ("eine", 2, 8)]
    characters = costliest_characters(segmentations, most=3)
    assert [(c.text, c.tokens_each) for c in characters] == [("🧑‍🚀", 11), ("ß", 2), ("ö", 2)]


def test_scripts_without_spaces_have_characters_and_no_words() -> None:
    thai = [open_tokenizer("builtin:characters").segment("ภาษาไทย")]
    assert costliest_words(thai) == [] and costliest_characters(thai)
