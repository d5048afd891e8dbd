"""tiktoken: encodings by name (`tiktoken:o200k_base`), and files of `base64(bytes) rank` lines, whatever their ending.

The files carry neither pattern nor special tokens. Well-known ones are told by the hash of their content; any other
needs `?pre=NAME` in its spec.

Sources: tiktoken's openai_public; meta-llama/llama-models for Llama 3 and 4; Qwen's tokenization_qwen.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field

import tiktoken
import tiktoken.load

from core.common.errors import UnknownName, UnreadableFile, UserError, is_failure, shown
from core.common.settings import settings
from core.tokenizers.backends.spelling import MAX_ID
from core.tokenizers.backends.tiktoken import REFERENCE, TiktokenTokenizer, vocabulary_of
from core.tokenizers.format import Files, Source
from core.tokenizers.gunzip import content, head
from core.tokenizers.pretokenizers import PRE_TOKENIZERS
from core.tokenizers.sidecars import Spellings, chat, label, named
from core.tokenizers.tokenizer import Info

_read_from_network = tiktoken.load.read_file


def _read_file(blobpath: str) -> bytes:
    """What tiktoken does not find in its cache, unless this installation fetches nothing."""
    settings().refuse("network")
    return _read_from_network(blobpath)


# The library has no switch for it, and finds out only here that a vocabulary is not in its cache, or damaged there.
tiktoken.load.read_file = _read_file

_LINE = re.compile(rb"([A-Za-z0-9+/]+={0,2}) (\d{1,9})")

# tiktoken's own writing of two patterns: the same cuts as in core.tokenizers.pretokenizers, but faster.
FAST = {
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    "cl100k": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
        r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
    ),
}


@dataclass(frozen=True)
class _Known:
    """What a well-known file does not say of itself.

    Args:
        label: its name.
        pre: its pre-tokenizer.
        specials: special tokens by id.
        nfc: whether texts are put in NFC first.
        bos: the special token put in front of a text.
    """

    label: str
    pre: str
    specials: dict[str, int] = field(default_factory=dict)
    nfc: bool = False
    bos: str = ""
    note: str = ""


_COVERING = ("gpt2", "cl100k", "llama3", "qwen2", "o200k", "olmo2")  # tiktoken drops text that a pattern leaves over


def _bars(words: str) -> list[str]:
    """
    >>> _bars("eom eot")
    ['<|eom|>', '<|eot|>']
    """
    return [f"<|{word}|>" for word in words.split()]


_LLAMA3 = _bars(
    "begin_of_text end_of_text reserved_special_token_0 reserved_special_token_1 finetune_right_pad_id step_id "
    "start_header_id end_header_id eom_id eot_id python_tag"
)
_LLAMA4 = _bars("begin_of_text end_of_text fim_prefix fim_middle fim_suffix header_start header_end eom eot step")
_FIM = _bars("fim_prefix fim_middle fim_suffix")
_END, _PROMPT = "<|endoftext|>", "<|endofprompt|>"

_BY_HASH = {
    "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930": _Known("r50k_base", "gpt2", {_END: 50256}),
    "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069": _Known("p50k_base", "gpt2", {_END: 50256}),
    "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7": _Known(
        "cl100k_base", "cl100k", {_END: 100257, **{s: 100258 + n for n, s in enumerate(_FIM)}, _PROMPT: 100276}
    ),
    "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d": _Known(
        "o200k_base", "o200k", {_END: 199999, _PROMPT: 200018}
    ),
    "82e9d31979e92ab929cd544440f129d9ecd797b69e327f80f17e1c50d5551b55": _Known(
        "Llama 3",
        "llama3",
        {s: 128000 + n for n, s in enumerate(_LLAMA3)},
        bos="<|begin_of_text|>",
        note="Special tokens have the names of Llama 3.1 and later; the reserved ones up to id 128,255 are left out.",
    ),
    "d0bdbaf59b0762c8c807617e2d8ea51420eb1b1de266df2495be755c8e0ed6ed": _Known(
        "Llama 4",
        "o200k",
        {s: 200000 + n for n, s in enumerate(_LLAMA4)},
        bos="<|begin_of_text|>",
        note="Special tokens for vision, reasoning and reserve, up to id 202,047, are left out.",
    ),
    "6cf5f2a2560a7d581548aeb0c31c6a60de2d3e873152346e421affc871699be4": _Known(
        "Qwen",
        "qwen2",
        {_END: 151643, "<|im_start|>": 151644, "<|im_end|>": 151645},
        nfc=True,
        note="Special tokens from id 151,646 on differ between versions of Qwen and are left out.",
    ),
}


def _recognises(files: Files) -> str | None:
    names = (files.main,) if files.main else ("tokenizer.model",)
    for name in names:
        if name in files.paths:
            lines = head(files, name).split(b"\n")
            whole = [line.rstrip(b"\r") for line in lines[:-1] or lines]
            if whole and all(_LINE.fullmatch(line) for line in whole):
                return name
    return None


def _load(files: Files) -> TiktokenTokenizer:
    name = _recognises(files)
    assert name, "only recognised files are loaded"
    data = content(files, name)
    known = _known(data, files.options.get("pre"), name)
    rank_by_bytes = ranks(data, name)
    vocabulary = vocabulary_of(rank_by_bytes, known.specials)
    info = Info(
        spec=files.spec,
        label=known.label or label(files, name),
        source=SOURCE.key,
        fingerprint=files.fingerprint(name),
        n_vocabulary=len(vocabulary),
        algorithm="BPE",
        reference=REFERENCE,
        normaliser="Unicode NFC" if known.nfc else "",
        specials=tuple(sorted(known.specials.items(), key=lambda pair: pair[1])),
        notes=tuple(filter(None, (known.note,))),
        **chat(files, _named(files, known)),
    )
    encoding = _encoding(info.label, known.pre, rank_by_bytes, name)
    before = [known.specials[known.bos]] if known.bos else []
    return TiktokenTokenizer(encoding, info, vocabulary, normalise="NFC" if known.nfc else None, before=before)


def _named(files: Files, known: _Known) -> Spellings:
    """(name, spelling) of special tokens, by the files beside it or else by what is known of it."""
    end = next((s for s in known.specials if s in (_END, "<|end_of_text|>")), "")
    usual = {name: token for name, token in (("bos_token", known.bos), ("eos_token", end)) if token}
    return tuple({**usual, **dict(named(files))}.items())


def _known(data: bytes, pre: str | None, name: str) -> _Known:
    """What is known of a file, or what the user says of it.

    Raises:
        UserError: neither.
    """
    if pre is not None:
        if pre not in _COVERING:
            raise UnknownName("pre-tokenizer for tiktoken files", pre, _COVERING)
        note = f"Pre-tokenizer {pre}, as asked; special tokens unknown."
        return _Known("", pre, nfc=pre == "qwen2", note=note)
    found = _BY_HASH.get(hashlib.sha256(data).hexdigest())
    if found is None:
        raise UserError(
            f"{shown(name)} is a tiktoken vocabulary; it does not say by which pattern texts are cut, and it is none "
            f"of the well-known ones. Add ?pre=NAME to the spec, with one of: {', '.join(_COVERING)}."
        )
    return found


def ranks(data: bytes, name: str) -> dict[bytes, int]:
    """Rank by byte string.

    Raises:
        UnreadableFile: a line is not base64 and a rank, or says again what another said; gives the line.

    >>> ranks(b"YQ== 0\\nYWI= 1\\n", "x")
    {b'a': 0, b'ab': 1}
    """
    rank_by_bytes: dict[bytes, int] = {}
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            spelled, rank = line.split(b" ")
            piece = base64.b64decode(spelled, validate=True)
            fits = bool(piece) and piece not in rank_by_bytes and rank.isdigit() and len(rank) < 10
        except (ValueError, binascii.Error):
            fits = False
        if not fits or int(rank) >= MAX_ID:
            raise UnreadableFile(
                f"{shown(name)} is damaged at line {number:,}: {shown(line.decode(errors='replace'), 40)} is not a new "
                "piece in base64 with its rank. Fetch the file again."
            )
        rank_by_bytes[piece] = int(rank)
    return rank_by_bytes


def _encoding(name: str, pre: str, rank_by_bytes: dict[bytes, int], file: str) -> tiktoken.Encoding:
    pattern = FAST.get(pre) or PRE_TOKENIZERS[pre].patterns[0]
    try:
        return tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=rank_by_bytes, special_tokens={})
    except BaseException as error:
        if not is_failure(error):
            raise
        raise UnreadableFile(
            f"{shown(file)} cannot be read by tiktoken: {shown(str(error), 120)}. Fetch the file again."
        ) from None


def _open(name: str) -> TiktokenTokenizer:
    names = tiktoken.list_encoding_names()
    if name not in names:
        raise UnknownName("tiktoken encoding", name, names)
    try:
        encoding = tiktoken.get_encoding(name)
    except UserError:
        raise
    except Exception as error:
        raise UserError(
            f"tiktoken could not load {name}: it downloads its vocabularies, and the network did not give it this one "
            f"({type(error).__name__}). Connect once, set TIKTOKEN_CACHE_DIR to a folder that has it, or open a "
            f"downloaded file: file:{name}.tiktoken."
        ) from None
    specials = encoding._special_tokens
    vocabulary = vocabulary_of(encoding._mergeable_ranks, specials)
    pattern = encoding._pat_str
    digest = hashlib.sha256(repr((pattern, sorted(specials.items()))).encode())
    for piece, rank in sorted(encoding._mergeable_ranks.items(), key=lambda pair: pair[1]):
        digest.update(rank.to_bytes(4, "little") + piece + b"\0")
    info = Info(
        spec=f"tiktoken:{name}",
        label=name,
        source=SOURCE.key,
        fingerprint=digest.hexdigest()[:16],
        n_vocabulary=len(vocabulary),
        algorithm="BPE",
        reference=REFERENCE,
        specials=tuple(sorted(specials.items(), key=lambda pair: pair[1])),
        eos=_END if _END in specials else "",
    )
    return TiktokenTokenizer(encoding, info, vocabulary)


SOURCE = Source(
    key="tiktoken",
    label="tiktoken",
    recognises=_recognises,
    load=_load,
    scheme="tiktoken",
    open=_open,
    rank=30,
)
