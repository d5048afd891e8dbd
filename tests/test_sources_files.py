"""Files of each format: recognised by content, complete in what they say, and refused in one line when damaged."""

import base64
import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
import regex

from core.common.errors import TooLarge, UnknownName, UnreadableFile, UserError
from core.tokenizers.catalog import SOURCES, files_at, open_tokenizer
from core.tokenizers.format import Files
from core.tokenizers.formats import tiktoken as tiktoken_format
from core.tokenizers.formats.vocab_merges import fitting_to, merges
from core.tokenizers.gunzip import gunzipped
from core.tokenizers.known_ranks import KNOWN_RANKS, KnownRanks
from core.tokenizers.pretokenizers import PRE_TOKENIZERS
from core.tokenizers.sidecars import chat_template, label, special
from core.tokenizers.tokenizer import Specials
from core.tokenizers.vocabulary import byte_of_character
from tests import formats
from tests.datafolder import TOKENIZERS, needs_data
from tests.fidelity.cases_tiktoken import shipped


def source_of(path: Path) -> str | None:
    files = files_at(f"file:{path}", path, {})
    return next((s.key for s in SOURCES.all().values() if s.recognises and s.recognises(files)), None)


RANKS = b"".join(base64.b64encode(bytes([b])) + b" %d\n" % b for b in range(256)) + b"YWI= 256\n"
ALPHABET = sorted(byte_of_character())
VOCAB = json.dumps({c: i for i, c in enumerate([*ALPHABET, "Ġt", "he", "Ġthe", "'s", "<|endoftext|>"])}).encode()
MERGES = "#version: 0.2\nĠ t\nh e\nĠt he\n' s\n".encode()
BERT = "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "##b", "##s"]).encode()
RWKV = b"".join(b"%d %s 1\n" % (b + 1, repr(bytes([b])).encode()) for b in range(256)) + b"257 'ab' 2\n"
TOKENIZER = json.dumps(
    {"version": "1.0", "added_tokens": [], "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}
).encode()


@pytest.mark.parametrize("name", ["odd.bin", "tokenizer.model", "x.json", "vocab.txt", "noending"])
@pytest.mark.parametrize(
    ("data", "key"),
    [
        (RANKS, "tiktoken"),
        (BERT, "wordpiece"),
        (RWKV, "rwkv"),
        (TOKENIZER, "tokenizers_json"),
        (gzip.compress(TOKENIZER), "tokenizers_json"),
        (b"\xef\xbb\xbf" + TOKENIZER, "tokenizers_json"),
        (VOCAB, "vocab_merges"),
        (MERGES, "vocab_merges"),
        (b"hello, this is prose\nof two lines\n", None),
        (b"", None),
        (b"\x00" * 5000, None),
    ],
    ids=["tiktoken", "wordpiece", "rwkv", "json", "gzip", "bom", "vocab", "merges", "prose", "empty", "zeros"],
)
def test_content_decides_not_the_name(name: str, data: bytes, key: str | None, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    assert source_of(tmp_path / name) == key


def put(folder: Path, **files: bytes) -> Path:
    for name, data in files.items():
        (folder / name.replace("__", ".")).write_bytes(data)
    return folder


def test_gzip_bombs_are_refused() -> None:
    bomb = gzip.compress(b"a" * 2**20)
    with pytest.raises(TooLarge):
        gunzipped(bomb, "x.gz", limit=2**19)
    with pytest.raises(UnreadableFile, match="breaks off"):
        gunzipped(bomb[:-20], "x.gz")


# tiktoken


def test_an_unknown_rank_list_needs_its_pattern(tmp_path: Path) -> None:
    path = put(tmp_path, mine__tiktoken=RANKS) / "mine.tiktoken"
    with pytest.raises(UserError, match=r"\?pre=NAME"):
        open_tokenizer(f"file:{path}")
    assert open_tokenizer(f"file:{path}?pre=cl100k").segment("ab").ids.tolist() == [256]
    with pytest.raises(UserError, match="Did you mean cl100k"):
        open_tokenizer(f"file:{path}?pre=cl100")


@pytest.mark.parametrize("name", ["r50k_base", "p50k_base", "cl100k_base", "o200k_base"])
def test_well_known_specials_are_tiktokens_own(name: str) -> None:
    known = next(variants[name] for variants in KNOWN_RANKS.values() if name in variants)
    assert known.specials == shipped(name)["special_tokens"]


def rank_list(*pieces: bytes, ends: str = "\n") -> bytes:
    lines = [f"{base64.b64encode(piece).decode() or '='} {rank}" for rank, piece in enumerate(pieces)]
    return "".join(line + ends for line in lines).encode()


BYTES = [bytes([n]) for n in range(256)]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_well_known_rank_list_is_known_with_any_line_ends(
    ends: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces = [*BYTES, b"ab", b""]
    known = KnownRanks("Mine", "cl100k", {"<|end|>": 300})
    monkeypatch.setattr(
        tiktoken_format, "KNOWN_RANKS", {hashlib.sha256(rank_list(*pieces)).hexdigest(): {"mine": known}}
    )
    monkeypatch.setenv("TOKEN_ATLAS_VET", "off")
    path = put(tmp_path, any__tiktoken=rank_list(*pieces, ends=ends)) / "any.tiktoken"
    made = open_tokenizer(f"file:{path}")
    assert made.info.label == "Mine" and made.segment("ab").ids.tolist() == [256]


def test_an_empty_piece_is_read_as_tiktoken_reads_it(tmp_path: Path) -> None:
    path = put(tmp_path, multilingual__tiktoken=rank_list(*BYTES, b"ab", b"")) / "multilingual.tiktoken"
    made = open_tokenizer(f"file:{path}?pre=gpt2")
    assert made.info.n_vocabulary == 258 and made.segment("ab c").ids.tolist() == [256, 32, 99]


def test_special_tokens_of_a_rank_list_can_be_named(tmp_path: Path) -> None:
    path = put(tmp_path, mine__tiktoken=RANKS) / "mine.tiktoken"
    made = open_tokenizer(f"file:{path}?pre=cl100k&special=<|endoftext|>:300,<|im_start|>")
    assert made.segment("ab<|im_start|>", Specials(parse=True)).ids.tolist() == [256, 301]
    assert made.info.eos == "<|endoftext|>"
    with pytest.raises(UserError, match="ids from 257 on"):
        open_tokenizer(f"file:{path}?pre=cl100k&special=<|endoftext|>:7")


@pytest.mark.parametrize("name", ["qwen.tiktoken", "qwen3_6.tiktoken", "tiktoken.model", "multilingual.tiktoken"])
def test_a_folder_opens_by_its_rank_list(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(RANKS)
    assert open_tokenizer(f"file:{tmp_path}?pre=kimi").segment("ab").ids.tolist() == [256]


@pytest.mark.parametrize("name", ["tokenizer.bin", "model.gguf", "vocab_v20230424.txt", "bpe.codes"])
def test_a_folder_opens_by_its_only_tokenizer_whatever_that_is_called(name: str, tmp_path: Path) -> None:
    made = {"tokenizer.bin": "llama2.c", "model.gguf": "GGUF", "vocab_v20230424.txt": "RWKV", "bpe.codes": "BPE codes"}
    content = next(iter(formats.made(made[name]).values()))
    formats.write(
        tmp_path / "my", {name: content, "README.md": b"# My tokenizer\n\nIt is mine.\n", "config.json": b"{}"}
    )
    folder, file = (open_tokenizer(f"file:{path}") for path in (tmp_path / "my", tmp_path / "my" / name))
    assert folder.segment("hello").ids.tolist() == file.segment("hello").ids.tolist()


def test_of_several_tokenizers_in_a_folder_none_is_taken_in_silence(tmp_path: Path) -> None:
    content = next(iter(formats.made("llama2.c").values()))
    formats.write(tmp_path / "my", {"tokenizer-large.bin": content, "tokenizer.bin": content})
    with pytest.raises(
        UserError, match=r"'my' holds several tokenizers: 'tokenizer-large.bin', 'tokenizer.bin'. Name one"
    ):
        open_tokenizer(f"file:{tmp_path / 'my'}")


def test_settings_and_lists_of_other_programs_are_not_taken_for_tokenizers(tmp_path: Path) -> None:
    formats.write(
        tmp_path / "etc", {"host.conf": b"multi on\n", "hosts": b"127.0.0.1 localhost\n", "x.cache": b"\n\1x"}
    )
    with pytest.raises(UserError, match="the folder 'etc' is not in a tokenizer format"):
        open_tokenizer(f"file:{tmp_path / 'etc'}")


def test_the_only_file_of_a_folder_is_named_where_it_is_no_tokenizer(tmp_path: Path) -> None:
    formats.write(tmp_path / "my", {"dict.txt": b"the 123\n, 99\n"})
    with pytest.raises(UserError, match=r"'dict.txt' .* a dictionary of fairseq"):
        open_tokenizer(f"file:{tmp_path / 'my'}")


def test_a_folder_with_moonshots_code_is_cut_as_it_cuts(tmp_path: Path) -> None:
    settings = {
        "tokenizer_class": "TikTokenTokenizer",
        "auto_map": {"AutoTokenizer": ["tokenization_kimi.TikTokenTokenizer", None]},
        "added_tokens_decoder": {"300": {"content": "[BOS]"}, "301": {"content": "<|im_end|>"}},
        "bos_token": "[BOS]",
    }
    put(tmp_path, tiktoken__model=RANKS, tokenizer_config__json=json.dumps(settings).encode())
    made = open_tokenizer(f"file:{tmp_path}")
    assert made.segment("ab[BOS]", Specials(parse=True)).ids.tolist() == [256, 300]
    assert made.info.bos == "[BOS]" and "kimi" in made.info.notes[0]


def test_numbers_in_pairs_are_no_rank_list(tmp_path: Path) -> None:
    path = put(tmp_path, codes=b"32 116\n97 116\n") / "codes"
    assert source_of(path) != "tiktoken"


def test_the_uses_of_the_same_ranks_are_told_apart_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    english = next(variants for variants in KNOWN_RANKS.values() if "whisper-english" in variants)
    monkeypatch.setattr(tiktoken_format, "KNOWN_RANKS", {hashlib.sha256(RANKS).hexdigest(): english})
    monkeypatch.setenv("TOKEN_ATLAS_VET", "off")
    path = put(tmp_path, gpt2__tiktoken=RANKS) / "gpt2.tiktoken"
    made = open_tokenizer(f"file:{path}?as=whisper-english")
    assert dict(made.info.specials)["<|startoftranscript|>"] == 50257
    with pytest.raises(UnknownName, match="whisper-english"):
        open_tokenizer(f"file:{path}?as=whisper")


def test_whispers_special_tokens_are_numbered_as_in_its_models() -> None:
    whisper = next(variants for variants in KNOWN_RANKS.values() if "whisper" in variants)
    old, new = whisper["whisper"].specials, whisper["whisper-v3"].specials
    assert (old["<|startoftranscript|>"], old["<|notimestamps|>"], old["<|30.00|>"]) == (50258, 50363, 51864)
    assert (new["<|yue|>"], new["<|notimestamps|>"], new["<|30.00|>"]) == (50358, 50364, 51865)


def test_kimi_cuts_as_its_maker_wrote_it() -> None:
    upper, lower = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"
    end = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    theirs = "|".join(
        [
            r"[\p{Han}]+",
            rf"[^\r\n\p{{L}}\p{{N}}]?{upper}*{lower}+{end}",
            rf"[^\r\n\p{{L}}\p{{N}}]?{upper}+{lower}*{end}",
            r"\p{N}{1,3}",
            r" ?[^\s\p{L}\p{N}]+[\r\n]*",
            r"\s*[\r\n]+",
            r"\s+(?!\S)",
            r"\s+",
        ]
    )
    text = "漢字かなABCdef's 你好, 〇々 x漢y 1234 é e\u0301\n  \n z\t「漢」です"
    ours = regex.findall(PRE_TOKENIZERS["kimi"].patterns[0], text)
    assert ours == regex.findall(theirs, text, flags=regex.V1)


def test_a_minified_vocabulary_is_not_its_own_merges(tmp_path: Path) -> None:
    vocab = {**json.loads(VOCAB), " ": 9999}
    put(tmp_path, vocab__json=json.dumps(vocab, separators=(",", ":")).encode(), merges__txt=MERGES)
    assert open_tokenizer(f"file:{tmp_path / 'vocab.json'}?pre=gpt2").segment(" the's").pieces == [b" the", b"'s"]


def test_encodings_by_name_need_the_network_once() -> None:
    with pytest.raises(UnknownName, match="o200k_base"):
        open_tokenizer("tiktoken:o200k")
    with (
        patch("tiktoken.get_encoding", side_effect=ConnectionError),
        pytest.raises(UserError, match="TIKTOKEN_CACHE_DIR"),
    ):
        open_tokenizer("tiktoken:o200k_base")


@needs_data
@pytest.mark.usefixtures("no_trial")
def test_llama3_adds_and_parses_its_special_tokens() -> None:
    made = open_tokenizer(f"file:{TOKENIZERS / 'tiktoken' / 'llama3.tokenizer.model'}")
    found = made.segment("hi<|eot_id|>", Specials(add=True, parse=True))
    assert found.ids.tolist() == [128000, 6151, 128009]
    assert made.info.label == "Llama 3" and made.info.bos == "<|begin_of_text|>"


# vocab.json and merges.txt


def test_a_pair_opens_by_either_file_or_its_folder(tmp_path: Path) -> None:
    put(tmp_path, vocab__json=VOCAB, merges__txt=MERGES)
    for path in (tmp_path, tmp_path / "vocab.json", tmp_path / "merges.txt"):
        made = open_tokenizer(f"file:{path}?pre=gpt2")
        assert made.segment(" the's").pieces == [b" the", b"'s"]


def test_a_vocabulary_without_merges_says_so(tmp_path: Path) -> None:
    put(tmp_path, vocab__json=VOCAB)
    with pytest.raises(UserError, match="merges are missing"):
        open_tokenizer(f"file:{tmp_path / 'vocab.json'}")


def test_merges_alone_need_a_pattern(tmp_path: Path) -> None:
    put(tmp_path, merges__txt=MERGES)
    with pytest.raises(UserError, match=r"without its vocab\.json"):
        open_tokenizer(f"file:{tmp_path}")
    assert open_tokenizer(f"file:{tmp_path}?pre=gpt2").info.n_vocabulary == 260


def test_the_class_names_the_pre_tokenizer(tmp_path: Path) -> None:
    put(
        tmp_path, vocab__json=VOCAB, merges__txt=MERGES, tokenizer_config__json=b'{"tokenizer_class": "Qwen2Tokenizer"}'
    )
    made = open_tokenizer(f"file:{tmp_path}")
    assert made.info.normaliser == "Unicode NFC"
    assert "qwen2" in made.info.notes[0]


def test_roberta_puts_its_tokens_around_a_text(tmp_path: Path) -> None:
    vocab = json.loads(VOCAB) | {"<s>": 300, "</s>": 301}
    settings = {"tokenizer_class": "RobertaTokenizer", "bos_token": "<s>", "eos_token": {"content": "</s>"}}
    put(
        tmp_path,
        vocab__json=json.dumps(vocab).encode(),
        merges__txt=MERGES,
        tokenizer_config__json=json.dumps(settings).encode(),
    )
    made = open_tokenizer(f"file:{tmp_path}")
    assert made.segment("he", Specials(add=True)).pieces == [b"<s>", b"he", b"</s>"]


def test_evidence_names_the_most_restrictive() -> None:
    assert fitting_to(merges("Ġ t\nh e\n' s\nĠ 1\nĠ1 9\n".encode(), "x")) == ["gpt2"]
    assert fitting_to(merges("Ġthe Ġend\n] Ġ\n".encode(), "x")) == ["superbpe"]
    assert fitting_to(merges(b"a 1\n", "x")) == []
    assert len(fitting_to(merges(b"h e\n", "x"))) > 1  # letters alone tell nothing


@pytest.mark.parametrize(
    ("pairs", "reason"), [(b"h e\na 1\n", "no known one fits"), (b"h e\nhe a\n", "fit its merges equally well")]
)
def test_evidence_that_does_not_decide_is_no_guess(pairs: bytes, reason: str, tmp_path: Path) -> None:
    vocab = {c: i for i, c in enumerate([*ALPHABET, "he", "a1", "hea"])}
    put(tmp_path, vocab__json=json.dumps(vocab).encode(), merges__txt=b"#version: 0.2\n" + pairs)
    with pytest.raises(UserError, match=reason):
        open_tokenizer(f"file:{tmp_path}")


@needs_data
@pytest.mark.parametrize(
    ("folder", "pre"),
    [
        ("gpt2", "gpt2"),
        ("roberta", "gpt2"),
        ("bpe_200k_olmo2", "superbpe-base"),
        ("superbpe_200k_t180k", "superbpe"),
    ],
)
def test_the_merges_of_real_vocabularies_name_their_pre_tokenizer(folder: str, pre: str) -> None:
    pairs = merges((TOKENIZERS / "gpt2_style" / folder / "merges.txt").read_bytes(), "merges.txt")
    assert fitting_to(pairs) == [pre]


@needs_data
@pytest.mark.usefixtures("no_trial")
def test_superbpe_cuts_as_published() -> None:
    """The example of llama.cpp's pull request 12532 and of the model's card."""
    made = open_tokenizer(f"file:{TOKENIZERS / 'gpt2_style' / 'superbpe_200k_t180k'}")
    found = made.segment("By the way, I am a fan of the Milky Way.")
    assert found.ids.tolist() == [189205, 181251, 244, 4332, 180235, 199785, 13]


# WordPiece


@pytest.mark.parametrize(
    ("more", "settings", "expected"),
    [
        (b"", None, "Uncased, worked out"),
        (b"\nThe", None, "Cased, worked out"),
        (b"\nThe", b'{"do_lower_case": true}', "Uncased, as tokenizer_config.json says"),
    ],
)
def test_case_is_told_and_said(more: bytes, settings: bytes | None, expected: str, tmp_path: Path) -> None:
    put(tmp_path, vocab__txt=BERT + more)
    if settings:
        put(tmp_path, tokenizer_config__json=settings)
    made = open_tokenizer(f"file:{tmp_path / 'vocab.txt'}")
    assert made.info.notes[0].startswith(expected)
    assert made.segment("ab", Specials(add=True)).pieces == [b"[CLS]", b"a", b"b", b"[SEP]"]


# damage


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("x.tiktoken", lambda: RANKS[:2000] + b"!!! 3\n" + RANKS[2000:]),
        ("x.tiktoken", lambda: RANKS + b"YWI= 300\n"),
        ("x.tiktoken", lambda: RANKS + b"eHg= 999999999\n"),
        ("x.tiktoken", lambda: RANKS[:1500]),
        ("x.txt", lambda: RWKV + b"258 __import__('os') 2\n"),
        ("x.txt", lambda: RWKV + b"257 'cd' 2\n"),
        ("x.txt", lambda: RWKV + b"258 'cd' 3\n"),
        ("x.txt", lambda: RWKV[:1000]),
        ("vocab.txt", lambda: BERT + b"\n\xff\xfe"),
        ("tokenizer.json.gz", lambda: gzip.compress(TOKENIZER)[:-12]),
    ],
)
def test_damaged_files_are_refused_in_one_line(name: str, damage: Callable[[], bytes], tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(damage())
    option = "?pre=gpt2" if name.endswith("tiktoken") else ""
    with pytest.raises(UserError) as caught:
        open_tokenizer(f"file:{tmp_path / name}{option}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("vocab", "merges_"),
    [
        (VOCAB, b"#version: 0.2\nzz q\n"),
        (VOCAB, b"#version: 0.2\nh e\nonly\n"),
        (VOCAB[:100], MERGES),
        (b'{"a": 0, "b": 0}', b"a b\n"),
        (b'{"a": 0, "b": -4}', b"a b\n"),
        (b'{"a": 0, "b": 3000000000}', b"a b\n"),
        (VOCAB, b"#version: 0.2\n\xff \xfe\n"),
    ],
)
def test_damaged_pairs_are_refused_in_one_line(vocab: bytes, merges_: bytes, tmp_path: Path) -> None:
    put(tmp_path, vocab__json=vocab, merges__txt=merges_)
    with pytest.raises(UserError) as caught:
        open_tokenizer(f"file:{tmp_path / 'vocab.json'}?pre=gpt2")
    assert "\n" not in str(caught.value)


# what lies beside


def test_companions(tmp_path: Path) -> None:
    settings = {
        "chat_template": [{"name": "tool", "template": "T"}, {"name": "default", "template": "D"}],
        "bos_token": {"content": "<s>"},
    }
    put(
        tmp_path,
        tokenizer__json=TOKENIZER,
        tokenizer_config__json=json.dumps(settings).encode(),
        special_tokens_map__json=b'{"eos_token": "</s>"}',
    )
    files = files_at("file:x", tmp_path, {})
    assert (chat_template(files), special(files, "bos_token"), special(files, "eos_token")) == ("D", "<s>", "</s>")
    assert label(files, "tokenizer.json") == tmp_path.name
    put(tmp_path, chat_template__jinja=b"J")
    assert chat_template(files_at("file:x", tmp_path, {})) == "J"
    (tmp_path / "tokenizer_config.json").write_bytes(b"[1]")
    with pytest.raises(UnreadableFile, match="not a JSON object"):
        special(files_at("file:x", tmp_path, {}), "bos_token")


def test_a_hub_tokenizer_is_called_by_its_repository() -> None:
    files = Files("hub:Qwen/Qwen3-8B@main", {"tokenizer.json": Path("/snapshots/0a1b/tokenizer.json")})
    assert label(files, "tokenizer.json") == "Qwen/Qwen3-8B"
