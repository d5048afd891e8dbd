"""Whether ids come back, told from pairs and stretches, against what the encoder makes of their text."""

import json
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from core.common.errors import UserError
from core.models.load import open_model
from core.probes.drift import drift_of
from core.probes.drift_check import ByEncoding, ByPairs, ByStretches, drift_check
from core.probes.drift_samples import drift_samples, drift_samples_of
from core.probes.drifting import drifting
from core.stats.shares import share
from core.tokenizers.backends.huggingface import HuggingFaceTokenizer
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.kinds import Kind
from core.tokenizers.pretokenizers import PRE_TOKENIZERS
from core.tokenizers.space_cuts import cuts_at_spaces
from core.tokenizers.tokenizer import Info, LocalTokenizer
from core.vocabulary.entries import entries_of

TRAINED_ON = [
    "the cat's hat sat on 12 3456 mats,  and the the  dogs don't!!\n\n\tif x == 10:\n    return 'done'  \n",
    "über den Zaun naïve café 你好 世界 hello hello  world \xa0 end\u3000of it. \r\nIT'S A TRAP, SaysCamelCase x  ",
] * 4
PATTERNS = ("gpt2", "cl100k", "qwen2", "starcoder", "o200k", "olmo2", "qwen3.5")
INFO = Info("test:made", "made", "tokenizers", "0" * 16, None, "", "")


def made(pre: pre_tokenizers.PreTokenizer, ignore_merges: bool = False, added: tuple[str, ...] = ()) -> str:
    """A byte-level tokenizer, trained across spaces, so that it has entries which its own patterns cut."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    backend.train_from_iterator(
        TRAINED_ON, trainers.BpeTrainer(vocab_size=420, initial_alphabet=alphabet, show_progress=False)
    )
    backend.pre_tokenizer, backend.decoder = pre, decoders.ByteLevel()
    backend.add_tokens([*added])
    backend.add_special_tokens(["<|end|>"])
    document = json.loads(backend.to_str())
    document["model"]["ignore_merges"] = ignore_merges
    return json.dumps(document)


def by_characters(byte_fallback: bool, dummy: bool) -> str:
    """One of characters with spaces written ▁, as Llama 2's."""
    backend = Tokenizer(models.BPE(byte_fallback=byte_fallback, unk_token="<unk>"))
    front = [normalizers.Prepend("▁")] if dummy else []
    backend.normalizer = normalizers.Sequence([*front, normalizers.Replace(" ", "▁")])
    named = ["<unk>", *(f"<0x{n:02X}>" for n in range(256))] if byte_fallback else ["<unk>"]
    trainer = trainers.BpeTrainer(vocab_size=len(named) + 160, special_tokens=["<unk>"], show_progress=False)
    backend.train_from_iterator(["the cat sat on the mat the hat, a then that"] * 4, trainer)
    document = json.loads(backend.to_str())
    vocab = document["model"]["vocab"]
    vocab |= {name: len(vocab) + n for n, name in enumerate(named[1:])}
    document["decoder"] = {"type": "ByteFallback"}
    return json.dumps(document)


@cache
def opened(name: str) -> LocalTokenizer:
    kinds = {
        **{name: PRE_TOKENIZERS[name].byte_level for name in PATTERNS},
        "ByteLevel": lambda: pre_tokenizers.ByteLevel(add_prefix_space=False),
        "whole": lambda: pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    }
    if name in kinds:
        text = made(kinds[name]())
    elif name == "ignore_merges":
        text = made(PRE_TOKENIZERS["llama3"].byte_level(), ignore_merges=True)
    elif name == "added":
        text = made(PRE_TOKENIZERS["gpt2"].byte_level(), added=("   ", "\t\t", "cat"))
    elif name == "added over a sign":
        text = made(PRE_TOKENIZERS["gpt2"].byte_level(), added=("cat.", "x="))
    elif name.startswith("characters"):
        text = by_characters("fallback" in name, "dummy" in name)
    else:
        found = open_tokenizer(name)
        assert isinstance(found, LocalTokenizer)
        return found
    return HuggingFaceTokenizer(tokenizers.Tokenizer.from_str(text), INFO)


BY_STRETCHES = (*PATTERNS, "ByteLevel", "ignore_merges", "added", "added over a sign", "tiktoken:cl100k_base")
BY_PAIRS = ("whole", "characters", "characters, dummy", "characters, fallback, dummy", "mistral:v1")


@cache
def tried(name: str) -> tuple[LocalTokenizer, ByPairs | ByStretches | ByEncoding]:
    return opened(name), drift_check(opened(name))  # type: ignore[return-value]


def truly_same(tokenizer: LocalTokenizer, ids: list[int]) -> bool:
    """Whether the plainest way back gives the ids again."""
    text = tokenizer.decode(ids).decode(errors="replace")
    return tokenizer.segment(text).ids.tolist() == ids


HARD = [
    "a  b",
    "a   b    c",
    "the  \n\n cat\t\t x",
    " 12 3456 ",
    "it's  'll IT'S",
    "\xa0 a \u3000 b",
    "ü ü你 好",
    "x= 10 !! ?",
    "the,cat.a/b 3.14!",
    "the cat. x= a",
    "Then that chat, THE HAT SaysIt",
    "it's,'s 'a'b (the)",
    "ü,IT.'s²,12",
]
_PARTS = [
    "the",
    "cat",
    " that",
    "Says",
    "'s",
    "12",
    "3456",
    "!!",
    "ü",
    "你好",
    "a",
    "IT",
    "x=",
    ",",
    "'",
    ".",
    " ",
    "  ",
    "\n",
    "\t",
    "\xa0",
]
TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from(_PARTS),
        max_size=14,
    ).map("".join),
)


@st.composite
def sequences(draw: st.DrawFn, name: str) -> list[int]:
    """Ids as text is cut, ids of a text cut in parts, or any."""
    tokenizer = opened(name)
    size = tokenizer.info.n_vocabulary or 0
    way = draw(st.sampled_from(["whole", "parts", "parts", "any"]))
    if way == "any":
        return draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=8))
    parts = draw(st.lists(TEXTS, min_size=1, max_size=1 if way == "whole" else 5))
    return [i for ids in tokenizer.encode_many(parts) for i in ids.tolist()]


def agrees(name: str, ids: list[int]) -> bool | None:
    tokenizer, check = tried(name)
    said = check.same(np.array(ids, np.int32)) if ids else None
    assert said is None or said == truly_same(tokenizer, ids), (name, ids, tokenizer.decode(ids))
    return said


@pytest.mark.parametrize(
    ("name", "way"), [*((name, ByStretches) for name in BY_STRETCHES), *((name, ByPairs) for name in BY_PAIRS)]
)
def test_both_ways_tell_what_the_encoder_says(name: str, way: type) -> None:
    assert isinstance(tried(name)[1], way)

    @settings(deadline=None, max_examples=60)
    @given(sequences(name))
    def told(ids: list[int]) -> None:
        agrees(name, ids)

    told()
    assert {agrees(name, ids) for ids in examples(name)} == {True, False}


@pytest.mark.parametrize("name", [*BY_STRETCHES, *BY_PAIRS])
def test_hard_texts_cut_anywhere_are_told_as_the_encoder_does(name: str) -> None:
    """White space of several characters above all: where it is cut is no place that is always cut."""
    tokenizer = opened(name)
    for text in HARD:
        for parts in ([*text], *([text[:at], text[at:]] for at in range(1, len(text)))):
            agrees(name, [i for ids in tokenizer.encode_many(parts) for i in ids.tolist()])


def examples(name: str) -> Iterator[list[int]]:
    """A text as it is cut, and a word letter by letter."""
    tokenizer = opened(name)
    yield tokenizer.segment("the cat sat on the mat").ids.tolist()
    pieces = entries_of(tokenizer).pieces
    by_piece = {pieces[i]: i for i in range(len(pieces) - 1, -1, -1)}  # bytes that stand in for characters come later
    yield [by_piece[piece] for piece in (b" ", b"t", b"h", b"e")]


def test_what_stands_for_no_text_is_left_to_the_encoder() -> None:
    tokenizer, check = tried("gpt2")
    assert check.same(np.array([dict(tokenizer.info.specials)["<|end|>"]])) is None


@pytest.mark.parametrize("name", ["characters, fallback, dummy", "mistral:v1"])
def test_bytes_stand_in_for_characters_that_the_vocabulary_lacks_and_for_no_others(name: str) -> None:
    tokenizer = opened(name)
    lacking = tokenizer.segment("a \N{PILE OF POO}\N{BUG} a").ids.tolist()
    assert agrees(name, lacking) is True
    assert agrees(name, lacking[:-2]) is not None and agrees(name, lacking[:-3]) is False  # half a character
    pieces, kinds = entries_of(tokenizer).pieces, entries_of(tokenizer).kinds
    fallback = next(i for i in range(len(pieces)) if pieces[i] == b"t" and kinds[i] == Kind.BYTE)
    assert agrees(name, [*tokenizer.segment("a a").ids.tolist(), fallback]) is False  # there is an entry t


def test_one_stretch_that_drifts_is_told_among_many_that_do_not() -> None:
    tokenizer, _ = tried("gpt2")
    pieces = entries_of(tokenizer).pieces
    drifts = [pieces.index(piece) for piece in (b" ", b"c", b"a", b"t")]
    check, kept = drift_check(tokenizer), tokenizer.segment(" the sat on hello").ids.tolist()
    assert isinstance(check, ByStretches)
    assert check.same(np.array([*kept, *drifts, *kept])) is False
    assert check.same(np.array([*kept, *kept])) is True and check.same(np.array(drifts)) is False


@pytest.mark.parametrize(
    "change",
    [
        {"normalizer": normalizers.NFC()},
        {"pre_tokenizer": pre_tokenizers.Split(Regex(r"\w+ \w+|\s+|."), "isolated")},
        {"pre_tokenizer": pre_tokenizers.Whitespace()},
    ],
)
def test_where_no_way_holds_the_text_is_cut_again(change: dict[str, object]) -> None:
    backend = Tokenizer.from_str(made(PRE_TOKENIZERS["gpt2"].byte_level()))
    for part, value in change.items():
        setattr(backend, part, value)
    check = drift_check(HuggingFaceTokenizer(backend, INFO))
    assert check.way == "encoding" and check.same(np.array([5])) is None
    assert drift_check(open_tokenizer("builtin:words")).way == "encoding"


def test_added_tokens_that_reach_over_a_space_are_left_to_the_encoder() -> None:
    backend = Tokenizer.from_str(made(PRE_TOKENIZERS["gpt2"].byte_level()))
    backend.add_tokens([AddedToken("cat sat")])
    assert drift_check(HuggingFaceTokenizer(backend, INFO)).way == "encoding"
    backend = Tokenizer.from_str(made(PRE_TOKENIZERS["gpt2"].byte_level()))
    backend.add_tokens([AddedToken("dog", lstrip=True)])
    assert drift_check(HuggingFaceTokenizer(backend, INFO)).way == "encoding"


def test_patterns_that_may_match_over_a_space_are_told() -> None:
    assert not cuts_at_spaces((r" ?\p{L}+|\p{L}+ \p{N}+|\s+",))
    assert not cuts_at_spaces((r" ?\p{L}+|\p{N}+",))
    assert not cuts_at_spaces(PRE_TOKENIZERS["superbpe-script"].patterns)
    assert all(cuts_at_spaces(PRE_TOKENIZERS[name].patterns) for name in PATTERNS)


def test_of_many_sequences_those_that_drift_are_named() -> None:
    spec = "mistral:v1"
    tokenizer = opened(spec)
    kept, drifted = (examples_of := [*examples(spec)])[0], examples_of[1]
    found = drifting(spec, f"{kept}\n\n{drifted}\n{' '.join(map(str, kept))}\n")
    assert (found.n, found.n_tokens, [*found.drifted]) == (3, 2 * len(kept) + len(drifted), [1])
    assert found.drifted[1] == drift_of(tokenizer, drifted) and found.way == "pairs"
    assert found.share.value == 1 / 3 and found.document()["classes"] == {"whitespace_detached": 1}
    assert "1 of 3 sequences do not come back" in found.sentences()[0]


@pytest.mark.parametrize(
    ("sequences", "said"),
    [("", "There are no sequences"), ("1\nx", "Line 2: Number 1 is 'x'"), ("99999999", "no entry")],
)
def test_sequences_that_are_none_say_so(sequences: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        drifting("mistral:v1", sequences)


def test_shares_have_wilson_s_interval() -> None:
    for n, total in ((0, 3), (1, 10), (5, 9), (7, 7)):
        found, wanted = share(n, total), binomtest(n, total).proportion_ci(method="wilson")
        assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


def test_a_model_s_samples_drift_where_the_encoder_cuts_them_otherwise() -> None:
    model = open_model("shipped:tiny-english")
    first, again = (drift_samples_of(model, ["eng_Latn"], [0.2, 3.0], 12, 24, seed=4) for _ in range(2))
    assert first.document() == again.document()
    cool, hot = (row.found for row in first.rows)
    assert cool.n == hot.n == 12 and len(cool.drifted) < len(hot.drifted)
    for row in first.rows:
        for one in row.found.drifted.values():
            text = model.tokenizer.decode(one.ids).decode(errors="replace")
            assert model.tokenizer.segment(text).ids.tolist() == [*one.reencoded] != [*one.ids]


@pytest.mark.parametrize(
    ("change", "said"), [({"languages": ["eng"]}, "language of the shipped text"), ({"temperatures": ["0"]}, "over 0")]
)
def test_samples_that_cannot_be_drawn_say_why(change: dict[str, list[str]], said: str) -> None:
    with pytest.raises(UserError, match=said):
        drift_samples("shipped:tiny-english", **change)  # type: ignore[arg-type]
