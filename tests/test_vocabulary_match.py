"""Which tokens of two vocabularies are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from core.tokenizers.backends.huggingface import HuggingFaceTokenizer
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.matching import Rule, match
from core.tokenizers.spelling import spell
from core.tokenizers.tokenizer import Info, LocalTokenizer
from tests.datafolder import TOKENIZERS, needs_data
from tests.lexicons import lexicon


def _info(name: str) -> Info:
    return Info(
        spec=name, label=name, source="test", fingerprint="0" * 16, n_vocabulary=None, algorithm="", reference=""
    )


def byte_level(*tokens: str, specials: tuple[str, ...] = ("<|endoftext|>",)) -> HuggingFaceTokenizer:
    """A BPE in GPT-2's alphabet that has these tokens."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({t: i for i, t in enumerate([*alphabet, *tokens])}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(s, special=True) for s in specials])
    return HuggingFaceTokenizer(made, _info("byte level"))


def metaspace(*tokens: str, specials: tuple[str, ...] = ("<s>", "</s>")) -> HuggingFaceTokenizer:
    """A BPE with `▁` for a space and byte fallback that has these tokens."""
    entries = ["<unk>", *(f"<0x{b:02X}>" for b in range(256)), *tokens]
    made = Tokenizer(models.BPE({t: i for i, t in enumerate(entries)}, [], unk_token="<unk>", byte_fallback=True))
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    made.add_special_tokens([AddedToken(s, special=True) for s in specials])
    return HuggingFaceTokenizer(made, _info("metaspace"))


def word_piece(*tokens: str) -> HuggingFaceTokenizer:
    made = Tokenizer(models.WordPiece({t: i for i, t in enumerate(["[UNK]", *tokens])}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    return HuggingFaceTokenizer(made, _info("word piece"))


def pairs(old: LocalTokenizer, new: LocalTokenizer) -> dict[str, str]:
    """New spelling to old spelling, of the tokens that have one."""
    found = match(old, new)
    assert old.vocabulary is not None and new.vocabulary is not None
    both = zip(found.old_by_new.tolist(), new.vocabulary.spellings, strict=True)
    return {spelling: old.vocabulary.spellings[i] for i, spelling in both if i >= 0}


def test_alphabets_are_read_as_bytes() -> None:
    found = pairs(byte_level("ĠÃ©", "the"), metaspace("▁é", "é", "the", "▁the", "a"))
    assert found["▁é"] == "ĠÃ©"
    assert found["<0x0A>"] == "Ċ"
    assert found["the"] == "the"
    assert "▁the" not in found  # a space at the front is part of the token
    assert "é" not in found  # and half of it, the byte C3 or A9 or E9, is another token
    assert found["<0xE9>"] == "é"  # in GPT-2's alphabet the character é writes the byte E9


def test_half_characters_are_matched_with_themselves_only() -> None:
    old, new = (
        lexicon([b"\xe4\xbd", b"\xe4\xbd\xa0"]),
        lexicon([b"\xe4\xbd\xa0", b"\xe4\xbd\xa1", b"\xe4\xbd", b"\xbd\xa0"]),
    )
    found = match(old, new).old_by_new[-4:].tolist()
    assert found == [259, -1, 258, -1]


def test_a_byte_token_beside_an_ordinary_one_is_shadowed() -> None:
    old, new = byte_level(), metaspace("A")
    found = match(old, new)
    by_spelling = dict(zip(new.vocabulary.spellings, found.rules.tolist(), strict=True))
    assert by_spelling["A"] == Rule.BYTES
    assert by_spelling["<0x41>"] == Rule.SHADOWED
    assert by_spelling["<0x42>"] == Rule.BYTES  # there is no other B


def test_word_piece_words_begin_with_a_space_elsewhere() -> None:
    bert = word_piece("the", "##s", ",", "s")
    found = pairs(byte_level("Ġthe", "the", "Ġs"), bert)
    assert found == {"the": "Ġthe", "##s": "s", ",": ",", "s": "Ġs"}
    back = pairs(bert, byte_level("Ġthe", "Ġs"))
    assert back == {"Ġthe": "the", "Ġs": "s", "s": "##s", ",": ","}
    assert pairs(bert, bert) == {s: s for s in ("[UNK]", "the", "##s", ",", "s")}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (("<|endoftext|>",), ("<s>", "</s>", "<pad>"), {"<s>": "<|endoftext|>", "</s>": "<|endoftext|>"}),
        (("<s>", "</s>"), ("<bos>", "<|end_of_text|>"), {"<bos>": "<s>", "<|end_of_text|>": "</s>"}),
        (("<s>", "</s>"), ("<|im_start|>", "<|im_end|>", "<tool>"), {"<|im_end|>": "</s>"}),
        (("<s>", "<a>", "<b>"), ("<b>", "<c>", "<a>", "<s>"), {s: s for s in ("<b>", "<a>", "<s>")}),
        ((), ("<s>",), {}),
    ],
)  # fmt: skip
def test_special_tokens_go_by_role(old: tuple[str, ...], new: tuple[str, ...], expected: dict[str, str]) -> None:
    olds, news = lexicon([], old), lexicon([], new)
    found = match(olds, news).old_by_new
    assert {n: old[found[i]] for i, n in enumerate(new) if found[i] >= 0} == expected


def test_a_special_token_never_matches_text() -> None:
    found = match(lexicon([b"<s>"], ()), lexicon([], ("<s>",)))
    assert found.old_by_new[0] == -1


def test_one_token_that_starts_and_ends_texts_is_read_as_the_start() -> None:
    found = match(lexicon([], ("<s>", "</s>")), lexicon([], ("<|endoftext|>",)))
    assert found.old_by_new[0] == 1
    assert found.read_as[0] == 0
    assert match(lexicon([], ("<|endoftext|>",)), lexicon([], ("<|endoftext|>",))).starts_texts is None


def test_padding_rows_go_along() -> None:
    old, new = lexicon([b"ab"]), lexicon([b"ab", b"cd"])
    found = match(old, new, old_rows=len(old.vocabulary) + 3)
    assert len(found.old_by_new) == len(new.vocabulary) + 3
    assert found.old_by_new[-3:].tolist() == [259, 260, 261]
    assert found.n_by_rule[Rule.UNUSED] == 3


@given(st.lists(st.binary(min_size=2, max_size=4), max_size=30, unique=True), st.randoms(use_true_random=False))
def test_a_vocabulary_matches_itself_in_any_order(tokens: list[bytes], random) -> None:
    old = lexicon(tokens)
    order = list(range(len(old.vocabulary)))
    random.shuffle(order)
    new = lexicon(tokens, order=order)
    assert match(old, new).old_by_new.tolist() == order


@given(
    st.lists(st.binary(min_size=2, max_size=4), max_size=20), st.lists(st.binary(min_size=1, max_size=9), max_size=9)
)
def test_spellings_spell_their_bytes(tokens: list[bytes], asked: list[bytes]) -> None:
    tokenizer = lexicon(tokens)
    for piece, ids in zip(asked, spell(tokenizer, asked), strict=True):
        assert b"".join(tokenizer.vocabulary.pieces[i] for i in ids) == piece


def test_spelling_knows_the_space_that_a_tokenizer_puts_in_front() -> None:
    old = metaspace("▁", "t", "h", "e")
    spelled = [[old.vocabulary.spellings[i] for i in ids] for ids in spell(old, [b" the", b"the", b"\n", b"\xc3"])]
    assert spelled == [["▁", "t", "h", "e"], ["t", "h", "e"], ["<0x0A>"], ["<0xC3>"]]
    assert spell(old, [b"the"], banned=frozenset({old.vocabulary.spellings.index("h")}))[0] != spell(old, [b"the"])[0]


@needs_data
def test_bytes_find_more_than_strings_in_german() -> None:
    """Counts found by others for the tokenizers of FOCUS, five special tokens included, which go by role here."""
    folder = TOKENIZERS / "hf_json"
    old, new = (open_tokenizer(f"file:{folder}/{name}/tokenizer.json") for name in
                ("focus-de-bpe-50k", "focus-de-xlmr-unigram-50k"))  # fmt: skip
    assert isinstance(old, LocalTokenizer) and isinstance(new, LocalTokenizer)
    found = match(old, new)
    n_special = found.n_by_rule[Rule.ROLE]
    assert n_special == 5
    counted = (found.n_same_strings, found.n_same_normalised, found.n_same_bytes)
    assert [n + n_special for n in counted if n is not None] == [6591, 19090, 21403]
