"""The Hugging Face backend: what its tokens stand for, where they lie in the original text, and what it refuses."""

import json
from pathlib import Path

import pytest
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from core.common.errors import UnreadableFile, UserError
from core.tokenizers.backends.huggingface import HuggingFaceTokenizer
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import Info, Specials
from core.tokenizers.vocabulary import byte_of_character
from tests.datafolder import TOKENIZERS, flores, needs_data

INFO = Info("file:test", "test", "tokenizers_json", "0" * 16, None, "", "")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def opened(backend: Tokenizer) -> HuggingFaceTokenizer:
    return HuggingFaceTokenizer(backend, INFO)


def bert(lowercase: bool = True) -> HuggingFaceTokenizer:
    words = ["[UNK]", "[CLS]", "[SEP]", "cafe", "hello", "日", "本", "क", "##s", *LETTERS, *(f"##{c}" for c in LETTERS)]
    backend = Tokenizer(models.WordPiece({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    backend.add_special_tokens(["[UNK]", "[CLS]", "[SEP]"])
    backend.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece()
    backend.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    return opened(backend)


def byte_level(merges: list[tuple[str, str]] = (), **pre: bool) -> Tokenizer:
    tokens = [*sorted(byte_of_character()), *("".join(m) for m in merges)]
    backend = Tokenizer(models.BPE({t: i for i, t in enumerate(tokens)}, list(merges)))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(**({"add_prefix_space": False} | pre))
    backend.decoder = decoders.ByteLevel()
    return backend


def unigram(*pieces: str, split: bool = False) -> HuggingFaceTokenizer:
    scored = [
        ("<unk>", 0.0),
        ("▁", -3.0),
        *((p, -1.0 - n / 10) for n, p in enumerate(pieces)),
        *((c, -6.0) for c in LETTERS),
    ]
    backend = Tokenizer(models.Unigram(scored, 0, False))
    backend.normalizer = normalizers.NFKC()
    metaspace = pre_tokenizers.Metaspace()
    backend.pre_tokenizer = (
        pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace]) if split else metaspace
    )
    backend.decoder = decoders.Metaspace()
    return opened(backend)


def laid(found: Segmentation) -> list[tuple[str, str]]:
    """(what the token says, what it lies on) with half characters escaped."""
    say = [piece.decode(errors="backslashreplace") for piece in found.pieces]
    on = [found.text[a:b].decode(errors="backslashreplace") for a, b in zip(found.starts, found.ends, strict=True)]
    return list(zip(say, on, strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Café", [("cafe", "Café")]),
        ("cafe\u0301s", [("cafe", "cafe\u0301"), ("s", "s")]),
        ("Cafe\u0301", [("cafe", "Cafe\u0301")]),
        ("क\u093c", [("क", "क\u093c")]),
        ("日本x", [("日", "日"), ("本", "本"), ("x", "x")]),
        ("a\x00b", [("a", "a"), ("b", "b")]),
        ("a\r\nb", [("a", "a"), ("b", "b")]),
        ("\ufeffhello", [("hello", "hello")]),
        ("  a   b ", [("a", "a"), ("b", "b")]),
        ("a \u2603 b", [("a", "a"), ("", "☃"), ("b", "b")]),
        ("x[SEP]y", [("x", "x"), ("", "["), ("s", "S"), ("e", "E"), ("p", "P"), ("", "]"), ("y", "y")]),
    ],
)
def test_bert_lies_on_what_it_came_from(text: str, expected: list[tuple[str, str]]) -> None:
    assert laid(bert().segment(text)) == expected


def test_control_characters_inside_a_token_belong_to_it() -> None:
    found = bert().segment("he\x07llo")
    assert laid(found) == [("hello", "he\x07llo")]
    assert found.changed.tolist() == [0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ﬁn", [(" fin", "ﬁn")]),
        ("xﬁ", [(" ", ""), ("x", "x"), ("fi", "ﬁ")]),
        ("ＡＢ", [(" ", ""), ("AB", "ＡＢ")]),
        ("a  b", [(" ", ""), ("a", "a"), (" ", "  "), ("b", "b")]),
        ("a\u3000b", [(" ", ""), ("a", "a"), (" ", "\u3000"), ("b", "b")]),
        ("fin  fin", [("fin", "fin"), (" fin", "  fin")]),
        (" a ", [(" ", " "), ("a", "a")]),
    ],
)
def test_unigram_lies_on_what_it_came_from(text: str, expected: list[tuple[str, str]]) -> None:
    assert laid(unigram("fi", "▁fin", "AB", split=True).segment(text)) == expected


def test_composition_covers_the_mark() -> None:
    backend = byte_level([("Ã", "©")])
    backend.normalizer = normalizers.NFC()
    assert laid(opened(backend).segment("xe\u0301y")) == [("x", "x"), ("é", "e\u0301"), ("y", "y")]


def test_trimmed_offsets_do_not_move_spans() -> None:
    backend = byte_level([("Ġ", "a")])
    backend.normalizer = normalizers.Lowercase()
    backend.post_processor = processors.ByteLevel(trim_offsets=True)
    assert laid(opened(backend).segment("B Aé")) == [("b", "B"), (" a", " A"), ("\\xc3", "\\xc3"), ("\\xa9", "\\xa9")]


def test_a_byte_level_prefix_space_is_not_in_the_text() -> None:
    made = opened(byte_level([("Ġ", "a")], add_prefix_space=True))
    found = made.segment("a a")
    assert found.lossless and laid(found) == [("a", "a"), (" a", " a")]
    assert made.segment("你").kinds.tolist() == [Kind.INSERTED, *[Kind.ORDINARY] * 3]


def test_added_tokens_stand_for_what_they_say() -> None:
    """tokenizers issue 1996: `ü` as an added token is the letter, not the byte FC of the alphabet."""
    backend = byte_level()
    backend.add_tokens([AddedToken("ü", normalized=False), AddedToken("  ", normalized=False)])
    found = opened(backend).segment("ü  x")
    assert found.lossless and found.pieces == ["ü".encode(), b"  ", b"x"]


def with_specials() -> HuggingFaceTokenizer:
    backend = byte_level()
    backend.add_special_tokens(["<s>", "</s>"])
    backend.add_tokens(["<tool>"])
    ids = [("<s>", backend.token_to_id("<s>")), ("</s>", backend.token_to_id("</s>"))]
    backend.post_processor = processors.TemplateProcessing("<s> $A </s>", special_tokens=ids)
    backend.enable_padding(length=50)
    backend.enable_truncation(3)
    return opened(backend)


def test_special_tokens_in_a_text_are_text_unless_asked() -> None:
    made = with_specials()
    assert len(made.segment("<s>a<tool>")) == 5  # < s > a and the added token that is not special
    parsed = made.segment("<s>a<tool>", Specials(parse=True))
    assert parsed.pieces == [b"<s>", b"a", b"<tool>"] and parsed.kinds[0] == Kind.SPECIAL and parsed.lossless
    assert len(made.segment("<s>a<tool>")) == 5


def test_special_tokens_are_added_as_the_template_says() -> None:
    made = with_specials()
    found = made.segment("ab", Specials(add=True))
    assert found.pieces == [b"<s>", b"a", b"b", b"</s>"]
    assert found.kinds.tolist() == [Kind.INSERTED, Kind.ORDINARY, Kind.ORDINARY, Kind.INSERTED]
    assert made.segment("", Specials(add=True)).pieces == [b"<s>", b"</s>"]
    assert len(made.segment("")) == 0


def test_info_is_filled_in() -> None:
    info = bert().info
    assert (info.algorithm, info.n_vocabulary) == ("WordPiece", 61)
    assert info.specials == (("[UNK]", 0), ("[CLS]", 1), ("[SEP]", 2))
    assert "lower case" in info.normaliser and info.reference.startswith("tokenizers ")


def test_a_text_the_model_cannot_take_is_refused_in_words() -> None:
    backend = Tokenizer(models.WordLevel({"a": 0}, unk_token="[UNK]"))
    with pytest.raises(UserError, match="failed on this text"):
        opened(backend).segment("b")


@pytest.mark.parametrize(
    ("vocabulary", "reason"),
    [({"a": 0, "b": 0}, "the id 0 to both"), ({"a": 0, "b": 2**31}, "2\u202f147\u202f483\u202f648")],
)
def test_unusable_ids_are_named(vocabulary: dict[str, int], reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        opened(Tokenizer(models.BPE(vocabulary, [])))


def test_dropout_is_switched_off() -> None:
    backend = byte_level([("a", "b")])
    backend.model.dropout = 0.9
    made = opened(backend)
    assert all(len(made.segment("ab")) == 1 for _ in range(20))
    assert "dropout" in made.info.notes[0]


def test_stages_show_real_characters() -> None:
    backend = byte_level([("Ġ", "a")])
    backend.normalizer = normalizers.NFC()
    stages = opened(backend).stages("x a é你")
    assert [stage.name for stage in stages] == ["Normaliser", "Pre-tokenizer", "Model", "Post-processor"]
    assert stages[1].pieces == ("x", " a", " é你")
    assert stages[2].pieces == ("x", " a", " ", "⟨c3⟩", "⟨a9⟩", "⟨e4⟩", "⟨bd⟩", "⟨a0⟩")


def test_merges_are_replayed() -> None:
    made = opened(byte_level([("a", "b"), ("Ġ", "ab")]))
    explained = made.explain(" ab")
    assert explained is not None
    assert [step.symbols for step in explained.steps] == [(b" ", b"a", b"b"), (b" ", b"ab"), (b" ab",)]
    assert explained.steps[-1].why == "merge rank 1"
    assert made.describe([257])[0].measure == "merge rank 1"


def test_unigram_paths_are_ranked() -> None:
    explained = unigram("ab", "▁ab").explain("▁ab")
    assert explained is not None
    assert explained.paths[0].symbols in {(b" ab",), (b" ", b"ab")}
    assert [path.score for path in explained.paths] == sorted((p.score for p in explained.paths), reverse=True)


def test_a_word_piece_is_explained() -> None:
    explained = bert().explain("cafes")
    assert explained is not None and explained.steps[-1].symbols == (b"cafe", b"s")


DAMAGED = {
    "not JSON": b'{"model": {',
    "no model": b'{"added_tokens": []}',
    "a merge of unknown tokens": json.dumps(
        {"added_tokens": [], "model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "z"]]}}
    ).encode(),
    "ids shared": json.dumps(
        {"added_tokens": [], "model": {"type": "BPE", "vocab": {"a": 0, "b": 0}, "merges": []}}
    ).encode(),
    "an id out of range": json.dumps(
        {"added_tokens": [], "model": {"type": "BPE", "vocab": {"a": 4_000_000_000}, "merges": []}}
    ).encode(),
    "a negative id": json.dumps(
        {"added_tokens": [], "model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}
    ).encode(),
    "deep nesting": b'{"added_tokens": [' + b"[" * 100_000,
    "a broken pattern": json.dumps(
        {
            "added_tokens": [],
            "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "("}, "behavior": "Isolated", "invert": False},
            "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []},
        }
    ).encode(),
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_files_are_refused_in_one_line(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_bytes(data)
    with pytest.raises(UserError) as caught:
        open_tokenizer(f"file:{path}")
    assert "\n" not in str(caught.value)


@needs_data
@pytest.mark.parametrize("path", sorted(TOKENIZERS.glob("hf_json/*/tokenizer.json")), ids=lambda path: path.parent.name)
def test_the_librarys_offsets_agree_with_the_bytes(path: Path) -> None:
    """Wherever tokens spell the text, spans by offsets (as used for changed texts) are those by adding up bytes."""
    from core.tokenizers.catalog import files_at
    from core.tokenizers.formats.tokenizers_json import load
    from core.tokenizers.segmentation import disjoint

    made = load(files_at(f"file:{path}", path, {}))
    texts = [lines[n] for lines in flores().values() for n in (0, 5)]
    texts += ["a  b\t c \n", "x\r\ny", "\ufeffhi\x00a\u200bb", "👩‍🚀 hi", " a", "naïve  end  ", "ﬁ ½"]
    checked = 0
    for text in texts:
        found = made.segment(text)
        encoded = made.encode(text, Specials())
        if found.lossless and encoded.align is not None and len(found):
            pieces = [made.vocabulary.pieces[i] for i in encoded.ids]
            kinds = made.vocabulary.kinds[encoded.ids]
            starts, ends = disjoint(found.text, pieces, kinds, *encoded.align(), encoded.prefix)
            assert (starts.tolist(), ends.tolist()) == (found.starts.tolist(), found.ends.tolist()), text
            checked += 1
    assert checked >= 60


@needs_data
@pytest.mark.parametrize("name", ["gpt-2", "llama-2-7b-chat-hf", "falcon-180b-chat", "focus-de-xlmr-unigram-50k"])
def test_explanations_end_with_the_models_tokens(name: str) -> None:
    made = open_tokenizer(f"file:{TOKENIZERS / 'hf_json' / name}")
    for language in ("eng_Latn", "deu_Latn"):
        line = flores()[language][0]
        stages = made.stages(line)
        symbols: list[bytes] = []
        for piece in stages[1].pieces:
            explained = made.explain(piece)
            assert explained is not None
            symbols += explained.steps[-1].symbols if explained.steps else explained.paths[0].symbols
        ids = made.segment(line).ids.tolist()
        assert symbols == [detail.piece for detail in made.describe(ids)]


def test_split_patterns_are_in_words() -> None:
    backend = byte_level()
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(r"\d"), "removed"), pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(False)]
    )
    detail = opened(backend).stages("a1b")[1].detail
    assert detail.startswith(r"cut by the pattern '\d', what it matches dropped; every digit on its own")
