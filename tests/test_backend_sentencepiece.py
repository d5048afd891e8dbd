"""The SentencePiece backend on tiny models trained here: ids, spans, special symbols, stages, explanations, damage."""

import io
import random
from functools import cache
from itertools import compress, pairwise
from pathlib import Path

import numpy as np
import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st

from core.common.errors import UnreadableFile, UserError
from core.tokenizers.backends.sentencepiece import Around, SentencePieceTokenizer, model_info
from core.tokenizers.backends.spm_proto import (
    BYTE,
    CONTROL,
    NORMAL,
    UNKNOWN,
    build_bpe,
    build_unigram,
    check_proto,
    read_proto,
)
from core.tokenizers.catalog import files_at
from core.tokenizers.formats.sentencepiece import SOURCE, looks_like_model
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import PLAIN, LocalTokenizer, Specials

CORPUS = [
    "the cat sat on the mat",
    "über den Zaun",
    "hello hello world",
    "12 345 6789",
    "naïve café 你好",
    "ﬁne ½",
] * 20
MODELS: dict[str, dict[str, object]] = {
    "unigram": {"model_type": "unigram", "vocab_size": 90},
    "unigram-bytes": {"model_type": "unigram", "vocab_size": 340, "byte_fallback": True},
    "unigram-fold": {"model_type": "unigram", "vocab_size": 90, "normalization_rule_name": "nmt_nfkc_cf"},
    "unigram-suffix": {"model_type": "unigram", "vocab_size": 90, "treat_whitespace_as_suffix": True},
    "bpe": {"model_type": "bpe", "vocab_size": 120},
    "bpe-bytes": {
        "model_type": "bpe",
        "vocab_size": 360,
        "byte_fallback": True,
        "normalization_rule_name": "identity",
        "remove_extra_whitespaces": False,
        "control_symbols": ["[INST]"],
        "user_defined_symbols": ["<tool>", "sat on"],
    },
    "bpe-bare": {
        "model_type": "bpe",
        "vocab_size": 360,
        "byte_fallback": True,
        "normalization_rule_name": "identity",
        "remove_extra_whitespaces": False,
        "add_dummy_prefix": False,
    },
    "word": {"model_type": "word", "vocab_size": 20},
    "char": {"model_type": "char", "vocab_size": 40},
}
LOSSLESS = ("bpe-bytes", "bpe-bare")
HARD = [
    "hello  world",
    " lead",
    "trail ",
    "  ",
    "a\r\nb\tc",
    "a\0b\0\0",
    "\ufeffx\ufeff",
    "a\u200bb",
    "a▁b ▁",
    "cafe\u0301",
    "½ ﬁ ÜBER",
    "👩‍🚀x👨‍👩‍👧",
    "the<tool> sat on<tool>mat",
    "<s>hello</s>[INST]<unk><0x41>",
    "\u3000a\u3000",
    "ಕನ್ನಡ ქართული 你好",
    "a" * 10_000,
]


@cache
def model_of(name: str) -> bytes:
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_writer=written, hard_vocab_limit=False, minloglevel=2, **MODELS[name]
    )
    return written.getvalue()


@cache
def tokenizer_of(name: str) -> SentencePieceTokenizer:
    model = read_proto(model_of(name), name)
    info = model_info(model, spec=f"test:{name}", label=name, source="sentencepiece", fingerprint="")
    return SentencePieceTokenizer(model, info, around=Around((1,), (2,)))


@cache
def library_of(name: str) -> sentencepiece.SentencePieceProcessor:
    return sentencepiece.SentencePieceProcessor(model_proto=model_of(name))


def check(found: Segmentation, lossless: bool) -> None:
    assert np.all(found.starts <= found.ends)
    assert np.all(found.ends[:-1] <= found.starts[1:])
    assert not len(found) or (found.starts[0] >= 0 and found.ends[-1] <= len(found.text))
    if lossless:
        assert found.lossless
    if found.lossless:
        assert b"".join(compress(found.pieces, (found.kinds != Kind.INSERTED).tolist())) == found.text


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("text", HARD)
def test_hard_texts(name: str, text: str) -> None:
    tokenizer, lossless = tokenizer_of(name), name in LOSSLESS and "▁" not in text
    for specials in (PLAIN, Specials(add=True), Specials(parse=True), Specials(add=True, parse=True)):
        check(tokenizer.segment(text, specials), lossless)
    assert tokenizer.segment(text).ids.tolist() == library_of(name).encode(text)
    assert tokenizer.encode_many([text, "", text])[2].tolist() == library_of(name).encode(text)


TEXTS = st.text(
    st.characters(blacklist_categories=["Cs"]) | st.sampled_from(" \t\n\u0301\u200d▁½ﬁĲ你好é🧑🚀<>[]/sthea"),
    max_size=60,
)


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
def test_any_text(name: str, text: str) -> None:
    found = tokenizer_of(name).segment(text)
    assert found.ids.tolist() == library_of(name).encode(text)
    check(found, name in LOSSLESS and "▁" not in text)


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=40, deadline=None)
@given(text=TEXTS)
def test_spans_are_the_library_s(name: str, text: str) -> None:
    """Where one token is one stretch of text to the library, ours is the same stretch."""
    found = tokenizer_of(name).segment(text)
    offsets = library_of(name).encode(text, return_type="offset_mapping", return_bytes=True)["offsets"]
    edges = [(0, 0), *offsets, (len(found.text), len(found.text))]
    for i, (before, own, after) in enumerate(zip(edges, edges[1:], edges[2:], strict=False)):
        dummy_at_end = "suffix" in name
        if before[1] <= own[0] < own[1] <= after[0] and own[0] > 0 and not dummy_at_end and before[0] < before[1]:
            assert (int(found.starts[i]), int(found.ends[i])) == own


class Asked:
    """A processor that remembers which kinds of answers it was asked for."""

    def __init__(self, processor: sentencepiece.SentencePieceProcessor) -> None:
        self.processor, self.kinds = processor, list[str]()

    def encode(self, text: str, return_type: str, **more: object) -> object:
        self.kinds.append(return_type)
        return self.processor.encode(text, return_type=return_type, **more)

    def normalize(self, text: str, **more: object) -> object:
        return self.processor.normalize(text, **more)


@pytest.mark.parametrize(
    ("name", "asked"), [("unigram", ["numpy"]), ("bpe", ["numpy"]), ("word", ["numpy", "offset_mapping"])]
)
def test_a_text_with_unknown_pieces_is_encoded_once(
    name: str, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer, text = tokenizer_of(name), "the ꙮꙮ cat 漢字 ꙮ"
    spy = Asked(tokenizer._processor)
    monkeypatch.setattr(tokenizer, "_processor", spy)
    found = tokenizer.segment(text)
    assert spy.kinds == asked, "asking for spans takes the library as long as three encodings"
    unknown = [
        text.encode()[a:b].decode()
        for a, b, kind in zip(found.starts, found.ends, found.kinds, strict=True)
        if kind == Kind.UNKNOWN
    ]
    assert [word.strip() for word in unknown][:2] == ["ꙮꙮ", "漢字"] or name == "word"


def test_pieces_of_characters_that_are_no_piece_leave_spans_to_the_library() -> None:
    entries = [("<unk>", 0.0, UNKNOWN), ("▁", -1.0, NORMAL), ("xa", -1.0, NORMAL), ("a", -1.0, NORMAL)]
    model = build_unigram(entries, dummy_prefix=True, collapse_spaces=True, charsmap=b"")
    model = read_proto(model.SerializeToString(), "x")
    info = model_info(model, spec="x", label="x", source="x", fingerprint="", reference="")
    found = SentencePieceTokenizer(model, info).segment("xxa a")
    assert list(zip(found.starts.tolist(), found.ends.tolist(), strict=True)) == [
        (0, 0),
        (0, 1),
        (1, 3),
        (3, 4),
        (4, 5),
    ]


def _tokens(name: str, text: str, specials: Specials = PLAIN) -> list[tuple[bytes, int, int, str]]:
    found = tokenizer_of(name).segment(text, specials)
    words = [Kind(k).word for k in found.kinds.tolist()]
    return list(zip(found.pieces, found.starts.tolist(), found.ends.tolist(), words, strict=True))


def test_a_dummy_prefix_is_not_of_the_text() -> None:
    assert _tokens("bpe-bytes", "hello") == [(b"hello", 0, 5, "ordinary")]
    assert _tokens("bpe-bytes", "ж")[0] == (b" ", 0, 0, "inserted")


def test_spaces_that_a_model_drops_are_gaps() -> None:
    found = tokenizer_of("unigram").segment(" hello ")
    assert not found.lossless
    assert found.gaps == [(0, 1), (6, 7)]
    assert b"".join(found.pieces) == b"hello"


def test_a_normalised_stretch_leads_back_to_where_it_came_from() -> None:
    found = tokenizer_of("unigram").segment("½")
    body = found.kinds != Kind.INSERTED
    assert int(found.starts[body][0]) == 0
    assert int(found.ends[-1]) == 2
    folded = tokenizer_of("unigram-fold").segment("HELLO")
    assert b"".join(folded.pieces) == b"hello"
    assert folded.tiles and not folded.lossless


def test_control_symbols_are_text_unless_parsed() -> None:
    plain = tokenizer_of("bpe-bytes").segment("[INST]hello")
    assert Kind.SPECIAL not in plain.kinds
    parsed = _tokens("bpe-bytes", "[INST]hello</s>", Specials(parse=True))
    assert parsed == [(b"[INST]", 0, 6, "special"), (b"hello", 6, 11, "ordinary"), (b"</s>", 11, 15, "special")]
    around = _tokens("bpe-bytes", "hello", Specials(add=True))
    assert around[0] == (b"<s>", 0, 0, "inserted") and around[-1] == (b"</s>", 5, 5, "inserted")
    assert _tokens("bpe-bytes", "", Specials(add=True)) == [(b"<s>", 0, 0, "inserted"), (b"</s>", 0, 0, "inserted")]


def test_user_defined_symbols_always_match() -> None:
    assert (b"<tool>", 5, 11, "ordinary") in _tokens("bpe-bytes", "hello<tool>hello")


@pytest.mark.parametrize("name", [n for n in MODELS if n not in ("word", "char")])
@pytest.mark.parametrize("text", ["hello  world über 12345", "the catмat ½ naïve", "sat on<tool>the mat 你好 xyzzy"])
def test_the_explanation_ends_where_the_library_does(name: str, text: str) -> None:
    tokenizer = tokenizer_of(name)
    by_stage = {stage.name: stage for stage in tokenizer.stages(text)}
    explained: list[bytes] = []
    for piece in by_stage["Pre-tokenizer"].pieces:
        explanation = tokenizer.explain(piece)
        assert explanation is not None
        explained += explanation.steps[-1].symbols if explanation.steps else explanation.paths[0].symbols
        assert all(a.score >= b.score for a, b in pairwise(explanation.paths))
        for step in explanation.steps:
            assert b"".join(step.symbols) == b"".join(explanation.steps[0].symbols)
    library = library_of(name)
    meant = [
        bytes([int(piece[3:5], 16)]) if library.IsByte(i) else piece.replace("▁", " ").encode()
        for i, piece in zip(library.encode(text), library.encode(text, out_type=str), strict=True)
    ]
    assert explained == meant
    assert "".join(by_stage["Normaliser"].pieces) == library.normalize(text)


def test_measures_say_rank_or_score() -> None:
    bpe, unigram = tokenizer_of("bpe"), tokenizer_of("unigram")
    assert bpe.describe([3])[0].measure == "merge rank 0"
    assert unigram.describe([3])[0].measure.startswith("score -")
    assert bpe.describe([0, 1]) == [*bpe.describe([0]), *bpe.describe([1])]
    assert not bpe.describe([1])[0].measure


def test_info_says_what_the_normaliser_does() -> None:
    assert tokenizer_of("unigram").info.normaliser == "nmt_nfkc; collapses spaces; adds a space in front"
    assert tokenizer_of("unigram-suffix").info.normaliser.endswith("adds a space at the end")
    assert tokenizer_of("bpe-bare").info.normaliser == "identity"
    assert tokenizer_of("bpe").info.algorithm == "BPE"
    assert dict(tokenizer_of("bpe").info.specials) == {"<unk>": 0, "<s>": 1, "</s>": 2}


# files


def _write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def _load(path: Path) -> LocalTokenizer:
    files = files_at(f"file:{path}", path, {})
    assert SOURCE.recognises and SOURCE.load and SOURCE.recognises(files)
    return SOURCE.load(files)


@pytest.mark.parametrize(
    ("config", "ids"),
    [
        (b"", [1]),
        (b'{"add_bos_token": false, "add_eos_token": true}', [2]),
        (b'{"tokenizer_class": "LlamaTokenizer"}', [1]),
        (b'{"tokenizer_class": "T5Tokenizer"}', [2]),
        (b'{"add_bos_token": true, "bos_token": {"content": "[INST]"}}', [3]),
    ],
)
def test_a_config_beside_the_model_says_what_is_added(tmp_path: Path, config: bytes, ids: list[int]) -> None:
    files = {"tokenizer.model": model_of("bpe-bytes"), **({"tokenizer_config.json": config} if config else {})}
    tokenizer = _load(_write(tmp_path, files))
    assert tokenizer.segment("", Specials(add=True)).ids.tolist() == ids


def test_a_unigram_model_alone_adds_nothing_and_says_so(tmp_path: Path) -> None:
    tokenizer = _load(_write(tmp_path, {"spiece.model": model_of("unigram")}) / "spiece.model")
    assert not len(tokenizer.segment("", Specials(add=True)))
    assert "does not say" in tokenizer.info.notes[0]


def test_tiktoken_text_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.model"
    path.write_bytes(b"IQ== 0\nIg== 1\n" * 50)
    assert SOURCE.recognises
    assert SOURCE.recognises(files_at("file:x", path, {})) is None
    assert all(looks_like_model(model_of(name)[:4096]) for name in MODELS)


def test_lists_with_mistakes_are_named() -> None:
    good = [("<unk>", 0.0, UNKNOWN), ("<s>", 0.0, CONTROL), ("a", -1.0, NORMAL)]
    mistakes: dict[str, list[tuple[str, float, int]]] = {
        "twice": [*good, ("a", -2.0, NORMAL)],
        "empty": [*good, ("", -2.0, NORMAL)],
        "score": [*good, ("b", float("nan"), NORMAL)],
        "0 pieces for unknown": good[1:],
        "256 byte": [*good, ("<0x41>", 0.0, BYTE)],
        "marked as a byte": [*good, ("<0xZZ>", 0.0, BYTE)],
        "no pieces": [],
    }
    for says, entries in mistakes.items():
        with pytest.raises(UnreadableFile, match=says):
            check_proto(build_bpe(entries, dummy_prefix=True), "x.model")


@pytest.mark.parametrize("name", ["unigram", "bpe-bytes"])
def test_a_file_cut_short_is_refused_or_whole(tmp_path: Path, name: str) -> None:
    data = model_of(name)
    for length in range(40, len(data), max(97, len(data) // 300)):
        with pytest.raises(UnreadableFile) as refused:
            _segment(data[:length])
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", MODELS)
def test_flipped_bits_never_raise_anything_else(name: str) -> None:
    data = model_of(name)
    dice = random.Random(name)
    for _ in range(60):
        flipped = bytearray(data)
        for _ in range(dice.randint(1, 8)):
            place = dice.randrange(len(data)) if dice.random() < 0.5 else len(data) - 1 - dice.randrange(300)
            flipped[place] ^= 1 << dice.randrange(8)
        try:
            _segment(bytes(flipped))
        except UserError as refused:
            assert "\n" not in str(refused)


def _segment(data: bytes) -> None:
    model = read_proto(data, "x.model")
    info = model_info(model, spec="", label="x", source="sentencepiece", fingerprint="")
    tokenizer = SentencePieceTokenizer(model, info)
    for text in ("hello ½ über\0 你好", "".join(map(chr, range(0x20, 0x3000, 7)))):
        check(tokenizer.segment(text), lossless=False)
        tokenizer.stages(text)
