"""Files that people have, beyond the formats of the large libraries: opened, or named with advice that works."""

import base64
import io
import json
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import regex

from core.common.errors import UnreadableFile, UserError
from core.tokenizers.catalog import open_path, open_tokenizer
from core.tokenizers.diagnosis import described
from core.tokenizers.tokenizer import Specials
from tests import formats
from tests.test_sources_files import MERGES, VOCAB

CODES = "#version: 0.2\nt h\nth e</w>\na t</w>\nc at</w>\n"
FASTBPE = "t h 30\nth e</w> 20\na t</w> 9\nc at</w> 4\n"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 123\n"
CLAUDE = {
    "explicit_n_vocab": 262,
    "pat_str": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "special_tokens": {"<EOT>": 0},
    "bpe_ranks": "! 5 "
    + " ".join(base64.b64encode(bytes([b])).decode() for b in range(200))
    + "\n! 205 "
    + " ".join(base64.b64encode(p).decode() for p in [*(bytes([b]) for b in range(200, 256)), b"th"]),
}


@pytest.mark.parametrize("codes", [CODES, FASTBPE, CODES.replace("\n", "\r\n")], ids=["subword-nmt", "fastBPE", "CRLF"])
def test_bpe_codes_cut_as_subword_nmt_cuts(codes: str, tmp_path: Path) -> None:
    (tmp_path / "codes").write_text(codes, encoding="utf-8", newline="")
    made = open_tokenizer(f"file:{tmp_path / 'codes'}")
    # apply_bpe writes: the cat th@@ a@@ t@@ h e@@ 你
    assert made.segment("the cat thath e你").pieces == [b"the", b"cat", b"th", b"a", b"t", b"h", b"e", b""]
    assert "no ids" in made.info.notes[0]


def test_codes_of_the_first_version_are_named(tmp_path: Path) -> None:
    (tmp_path / "codes").write_text("t h\nth e\nthe </w>\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"subword-nmt 0.1.*#version: 0.2"):
        open_tokenizer(f"file:{tmp_path / 'codes'}")


@pytest.mark.parametrize("name", ["", "encoder.json", "vocab.bpe"])
def test_gpt2_opens_as_it_was_first_published(name: str, tmp_path: Path) -> None:
    (tmp_path / "encoder.json").write_bytes(VOCAB)
    (tmp_path / "vocab.bpe").write_bytes(MERGES)
    made = open_tokenizer(f"file:{tmp_path / name}?pre=gpt2")
    assert made.segment(" the's").pieces == [b" the", b"'s"]


def test_a_folder_of_opus_mt_opens_with_its_source_language(tmp_path: Path) -> None:
    model = formats.made("SentencePiece Unigram")["tokenizer.model"]
    for name in ("source.spm", "target.spm"):
        (tmp_path / name).write_bytes(model)
    (tmp_path / "vocab.json").write_text(json.dumps({"▁the": 1, "</s>": 0}), encoding="utf-8")
    made = open_tokenizer(f"file:{tmp_path}")
    assert made.info.source == "sentencepiece" and made.segment("hello").pieces
    notes = " ".join(made.info.notes)
    assert "target.spm" in notes and "numbers its tokens differently" in notes
    assert made.segment("hello", Specials(add=True)).n_added == 1, "Marian ends a text with </s>"
    assert open_tokenizer(f"file:{tmp_path / 'target.spm'}").segment("hello").pieces


def test_the_json_of_javascripts_tiktoken_opens(tmp_path: Path) -> None:
    (tmp_path / "claude.json").write_text(json.dumps(CLAUDE), encoding="utf-8")
    for path in (tmp_path, tmp_path / "claude.json"):
        made = open_tokenizer(f"file:{path}")
        assert made.segment("th<EOT>", Specials(parse=True)).ids.tolist() == [261, 0]
    for damage in (
        {"bpe_ranks": "! 5 ?"},
        {"pat_str": 1},
        {"special_tokens": {"a": "b"}},
        {"bpe_ranks": "! 0 YQ== YQ=="},
    ):
        (tmp_path / "claude.json").write_text(json.dumps(CLAUDE | damage), encoding="utf-8")
        with pytest.raises(UnreadableFile):
            open_tokenizer(f"file:{tmp_path / 'claude.json'}")


MINBPE = "minbpe v1\n{pattern}\n1\n<|endoftext|> 300\n116 104\n256 101\n97 97\n"
GPT4 = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"


def minbpe(text: str, pattern: str) -> list[int]:
    """Its encode_ordinary, restated: again and again the earliest merge there is, wherever it is."""
    merges = {(116, 104): 256, (256, 101): 257, (97, 97): 258}
    found: list[int] = []
    for chunk in regex.findall(pattern, text) if pattern else [text]:
        ids = list(chunk.encode())
        while (pair := min(pairwise(ids), key=lambda pair: merges.get(pair, 999), default=None)) in merges:
            n, merged = 0, []
            while n < len(ids):
                both = n + 1 < len(ids) and (ids[n], ids[n + 1]) == pair
                merged.append(merges[pair] if both else ids[n])
                n += 2 if both else 1
            ids = merged
        found += ids
    return found


@pytest.mark.parametrize("pattern", ["", GPT4], ids=["basic", "GPT-4"])
def test_a_model_of_minbpe_cuts_as_minbpe_does(pattern: str, tmp_path: Path) -> None:
    path = tmp_path / "tok.model"
    path.write_text(MINBPE.format(pattern=pattern), encoding="utf-8")
    made = open_tokenizer(f"file:{path}")
    for text in ("the aaaa theth 1234é 你", "it's THE\n\n  end", ""):
        assert made.segment(text).ids.tolist() == minbpe(text, pattern)
    assert made.segment("the<|endoftext|>", Specials(parse=True)).ids.tolist() == [257, 300]


@pytest.mark.parametrize("damage", ["x y", "500 1", "116 104", "-1 2"])
def test_a_damaged_model_of_minbpe_is_named(damage: str, tmp_path: Path) -> None:
    (tmp_path / "tok.model").write_text(MINBPE.format(pattern="") + damage, encoding="utf-8")
    with pytest.raises(UnreadableFile, match="minbpe"):
        open_tokenizer(f"file:{tmp_path / 'tok.model'}")


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer.model", "vocab.json"])
def test_a_folder_of_pointers_says_how_to_fetch_the_files(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(POINTER)
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UnreadableFile, match=f"'{name}' is not the file itself.*git lfs pull"):
        open_tokenizer(f"file:{tmp_path}")


def archive(*names: str) -> bytes:
    with zipfile.ZipFile(made := io.BytesIO(), "w") as found:
        for name in names:
            found.writestr(name, b"x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (b'{"class_name": "Tokenizer", "config": {"num_words": null}}', "builtin:words"),
        ("<unk>\t0\n<s>\t0\n▁the\t-3.2\n".encode(), ".model file of the same name"),
        (b"the 12345\n, 10123\n. 9999\n", "a dictionary of fairseq"),
        (b"5 2\n97 5\n98 6\n99 7\n5 6 8\n8 7 9\n1 0 2 3\n", "YouTokenToMe"),
        (b"32 116\n97 116\n256 101\n", "pairs of numbers"),
        (archive("archive/data.pkl", "archive/data/0"), "weights of PyTorch"),
        (archive("tokenizer.json"), "an archive"),
        ("a b\nc d\n".encode("utf-16"), "UTF-16 text. Save it again as UTF-8"),
        (b"<!DOCTYPE html><html>404</html>", "a web page"),
        (b"[UNK]\ncat\ndog\n", r"a list of pieces with \[UNK\]"),
        (b"[PAD]\r\n[UNK]\r\ncat\r\n", r"a list of pieces with \[UNK\]"),
        (b' [\n  "a", 1]', "JSON, but not that of a tokenizer"),
        (b'{ "a": {"b": [1]}}', "JSON, but not that of a tokenizer"),
    ],
    ids=[
        "keras",
        "spm vocab",
        "fairseq",
        "yttm",
        "number pairs",
        "pytorch",
        "zip",
        "utf-16",
        "web page",
        "vocab.txt",
        "vocab.txt with CRLF",
        "list",
        "object",
    ],
)
def test_what_cannot_be_opened_is_named(data: bytes, advice: str, tmp_path: Path) -> None:
    (tmp_path / "it").write_bytes(data)
    with pytest.raises(UserError, match=advice) as failed:
        open_tokenizer(f"file:{tmp_path / 'it'}")
    assert "?pre=" not in str(failed.value), "nothing to be cut by a pattern"
    assert described(data) in str(failed.value)


def test_the_advice_on_a_list_of_pieces_works(tmp_path: Path) -> None:
    (tmp_path / "m.vocab").write_text("<unk>\t0\n▁the\t-3.2\n", encoding="utf-8")
    (tmp_path / "m.model").write_bytes(formats.made("SentencePiece Unigram")["tokenizer.model"])
    with pytest.raises(UserError, match=r"Open the \.model file of the same name"):
        open_tokenizer(f"file:{tmp_path / 'm.vocab'}")
    assert open_tokenizer(f"file:{tmp_path / 'm.model'}").segment("hello").pieces


def test_the_advice_on_a_word_index_works() -> None:
    assert len(open_tokenizer("builtin:words").segment("two words")) > 1


BOM = b"\xef\xbb\xbf"
OF_TEXT = [name for name in formats.names() if not name.startswith(("SentencePiece", "GGUF", "llama2"))]


@pytest.mark.parametrize("name", OF_TEXT)
@pytest.mark.parametrize(
    "saved",
    [lambda data: BOM + data, lambda data: data.replace(b"\n", b"\r\n"), lambda data: data + b"\n"],
    ids=["BOM", "CRLF", "empty line"],
)
def test_a_file_that_an_editor_saved_again_is_the_same_tokenizer(
    name: str, saved: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    files, options = formats.made(name), formats.options(name)
    again = {file: saved(data) for file, data in files.items()}
    ours = [
        open_path("x:y", formats.write(tmp_path / place, made), options) for place, made in (("a", files), ("b", again))
    ]
    text = "hello the  world é"
    assert ours[0].segment(text).ids.tolist() == ours[1].segment(text).ids.tolist()


@pytest.mark.parametrize(
    "name", ["added_tokens.json", "special_tokens_map.json", "tokenizer_config.json", "config.json"]
)
def test_a_pointer_in_place_of_a_companion_says_how_to_fetch_it(name: str, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_bytes(formats.made("tokenizer.json BPE")["tokenizer.json"])
    (tmp_path / name).write_bytes(POINTER)
    with pytest.raises(UnreadableFile, match=rf"'{name}'.*git lfs pull"):
        open_path("x:y", tmp_path)


@pytest.mark.parametrize("named", ["vocab.json", "merges.txt", ""])
@pytest.mark.parametrize("missing", ["vocab.json", "merges.txt"])
def test_a_pointer_in_place_of_one_of_a_pair_says_how_to_fetch_it(named: str, missing: str, tmp_path: Path) -> None:
    for name, data in (("vocab.json", VOCAB), ("merges.txt", MERGES)):
        (tmp_path / name).write_bytes(POINTER if name == missing else data)
    with pytest.raises(UnreadableFile, match=rf"'{missing}'.*git lfs pull"):
        open_path("x:y", tmp_path / named)


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"<!DOCTYPE html><html>", "a web page"), ("{}".encode("utf-16"), "UTF-16 text. Save it again as UTF-8")],
)
def test_a_folder_says_what_its_tokenizer_file_is(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_bytes(data)
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UnreadableFile, match=f"'tokenizer.json' is {said}"):
        open_path("x:y", tmp_path)


@pytest.mark.parametrize("files", [{}, {"config.json": {"model_type": "chatglm"}}])
def test_code_of_the_maker_that_is_not_run_is_named(files: dict[str, object], tmp_path: Path) -> None:
    settings = {"tokenizer_class": "ChatGLMTokenizer", "auto_map": {"AutoTokenizer": ["t.ChatGLMTokenizer", None]}}
    (tmp_path / "tokenizer.json").write_bytes(formats.made("tokenizer.json BPE")["tokenizer.json"])
    for name, content in {**files, "tokenizer_config.json": settings}.items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    assert "t.ChatGLMTokenizer, which is not run here" in " ".join(open_path("x:y", tmp_path).info.notes)
    settings["tokenizer_class"] = "GPT2Tokenizer"  # transformers has that class, and takes its own
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    assert files or "not run here" not in " ".join(open_path("x:y", tmp_path).info.notes)
