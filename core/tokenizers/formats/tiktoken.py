"""tiktoken: encodings by name (`tiktoken:o200k_base`), and files of `base64(bytes) rank` lines, whatever their ending.

The files carry neither pattern nor special tokens. Well-known ones are told by their ranks; any other needs `?pre=NAME`
in its spec, and `&special=SPELLING:ID,…` for its special tokens. Where the same ranks are used in more than one way,
`?as=NAME` says which.
"""

import base64
import binascii
import codecs
import hashlib
import re
from collections.abc import Mapping
from operator import itemgetter

import tiktoken
import tiktoken.load
from tiktoken_ext import openai_public  # type: ignore[import-untyped]

from core.common.errors import UnknownName, UnreadableFile, UserError, is_failure, shown
from core.common.numbers import count
from core.common.settings import settings
from core.tokenizers.backends.spelling import MAX_ID
from core.tokenizers.backends.tiktoken import REFERENCE, TiktokenTokenizer, vocabulary_of
from core.tokenizers.format import Files, Source
from core.tokenizers.gunzip import content, head
from core.tokenizers.known_ranks import END, KNOWN_RANKS, KnownRanks, digest_of
from core.tokenizers.packages.quicktok import ENCODINGS, packaged_ranks
from core.tokenizers.pretokenizers import PRE_TOKENIZERS
from core.tokenizers.sidecars import Spellings, chat, config, label, named
from core.tokenizers.tokenizer import Info

_read_from_network = tiktoken.load.read_file


def _read_file(blobpath: str) -> bytes:
    """What tiktoken does not find in its cache, unless this installation fetches nothing."""
    settings().refuse("network")
    return _read_from_network(blobpath)


# The library has no switch for it, and finds out only here that a vocabulary is not in its cache, or damaged there.
tiktoken.load.read_file = _read_file


def _load_ranks(tiktoken_bpe_file: str, expected_hash: str | None = None) -> dict[bytes, int]:
    """What a package here has of tiktoken's vocabularies, else what tiktoken finds in its cache or on the network."""
    packaged = packaged_ranks(tiktoken_bpe_file, expected_hash)
    return packaged or tiktoken.load.load_tiktoken_bpe(tiktoken_bpe_file, expected_hash)


openai_public.load_tiktoken_bpe = _load_ranks

_EMPTY = b"="  # how Whisper's multilingual file, and tiktoken's loader, write a piece without bytes
_LINE = re.compile(rb"((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/]=))?|=) (\d{1,9})")

# tiktoken's own writing of two patterns: the same cuts as in core.tokenizers.pretokenizers, but faster.
FAST = {
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    "cl100k": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
        r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
    ),
}


_COVERING = ("gpt2", "cl100k", "llama3", "qwen2", "qwen3.5", "o200k", "kimi", "olmo2")  # tiktoken drops what is left
_ENDS = (END, "<|end_of_text|>")
_CONFIG = "tokenizer_config.json"
_KIMI = "Pre-tokenizer kimi, since tokenizer_config.json names Moonshot's code, which is not run."
_FOLDER_NAMES = ("tokenizer.model", "tiktoken.model")


def _recognises(files: Files) -> str | None:
    named = [name for name in files.paths if name.endswith(".tiktoken")]
    for name in (files.main,) if files.main else (*_FOLDER_NAMES, *named):
        if name in files.paths and _is_ranks(head(files, name)):
            return name
    return None


def _is_ranks(start: bytes) -> bool:
    """Whether a file begins with lines of a whole base64 word and a rank.

    >>> _is_ranks(b"IQ== 0\\nIg== 1\\n"), _is_ranks(b"32 116\\n")
    (True, False)
    """
    lines = start.removeprefix(codecs.BOM_UTF8).split(b"\n")
    whole = list(filter(None, (line.rstrip(b"\r") for line in lines[:-1] or lines)))
    return bool(whole) and all(map(_LINE.fullmatch, whole))


def _load(files: Files) -> TiktokenTokenizer:
    name = _recognises(files)
    assert name, "only recognised files are loaded"
    rank_by_bytes = ranks(content(files, name), name)
    known = _known(files, name, rank_by_bytes)
    vocabulary = vocabulary_of(rank_by_bytes, known.specials)
    info = Info(
        spec=files.spec,
        label=known.label or label(files, name),
        source=SOURCE.key,
        fingerprint=files.fingerprint(name, *([_CONFIG] if not known.label and _CONFIG in files.paths else [])),
        n_vocabulary=len(vocabulary),
        algorithm="BPE",
        reference=REFERENCE,
        normaliser="Unicode NFC" if known.nfc else "",
        specials=tuple(sorted(known.specials.items(), key=lambda pair: pair[1])),
        notes=tuple(filter(None, (known.note,))),
        **chat(files, _named(files, known)),
    )
    pattern = FAST.get(known.pre) or PRE_TOKENIZERS[known.pre].patterns[0]
    encoding = encoding_by(pattern, rank_by_bytes, info.label, name)
    before = [known.specials[known.bos]] if known.bos else []
    return TiktokenTokenizer(encoding, info, vocabulary, normalise="NFC" if known.nfc else None, before=before)


def _named(files: Files, known: KnownRanks) -> Spellings:
    """(name, spelling) of special tokens, by the files beside it or else by what is known of it."""
    end = next((s for s in known.specials if s in _ENDS), "")
    usual = {name: token for name, token in (("bos_token", known.bos), ("eos_token", end)) if token}
    return tuple({**usual, **dict(named(files))}.items())


def _known(files: Files, name: str, rank_by_bytes: Mapping[bytes, int]) -> KnownRanks:
    """What is known of a file, or what the user says of it.

    Raises:
        UserError: neither.
    """
    pre, variants = files.options.get("pre"), KNOWN_RANKS.get(digest_of(rank_by_bytes), {})
    highest = max(rank_by_bytes.values(), default=-1)
    if pre is not None:
        named = _named_specials(files.options.get("special", ""), highest)
        return _as_asked(pre, named or _configured_specials(files, highest))
    if not variants and _is_kimi(files):
        return KnownRanks("", "kimi", _configured_specials(files, highest), note=_KIMI)
    if not variants:
        raise UserError(
            f"{shown(name)} is a tiktoken vocabulary; it does not say by which pattern texts are cut, and it is none "
            f"of the well-known ones. Add ?pre=NAME to the spec, with one of: {', '.join(_COVERING)}. Its special "
            "tokens can be named behind that: &special=<|endoftext|>:ID,<|im_start|>:ID."
        )
    wanted = files.options.get("as", next(iter(variants)))
    if wanted not in variants:
        raise UnknownName(f"use of the ranks in {shown(name)}", wanted, variants)
    return variants[wanted]


def _as_asked(pre: str, specials: dict[str, int]) -> KnownRanks:
    """What the options of a spec say."""
    if pre not in _COVERING:
        raise UnknownName("pre-tokenizer for tiktoken files", pre, _COVERING)
    rest = "special tokens as named" if specials else "special tokens unknown: name them with &special="
    note = f"Pre-tokenizer {pre}, as asked; {rest}."
    return KnownRanks("", pre, specials, nfc=pre.startswith("qwen"), note=note)


def _is_kimi(files: Files) -> bool:
    """Whether the configuration beside a file names the code of Moonshot's tokenizers."""
    settings = config(files)
    code = str(settings.get("auto_map", ""))
    return settings.get("tokenizer_class") == "TikTokenTokenizer" and ("kimi" in code or "moonshot" in code)


def _configured_specials(files: Files, highest: int) -> dict[str, int]:
    """Special tokens by id beyond the ranks, from the tokenizer_config.json beside a file."""
    listed = config(files).get("added_tokens_decoder")
    found = {}
    for number, token in listed.items() if isinstance(listed, dict) else ():
        spelling = token.get("content") if isinstance(token, dict) else None
        if isinstance(spelling, str) and spelling and re.fullmatch(r"[0-9]{1,9}", number) and int(number) > highest:
            found[spelling] = int(number)
    return found


def _named_specials(named: str, highest: int) -> dict[str, int]:
    """Special tokens by id from the spec's option; without an id, one gets the next.

    Raises:
        UserError: one has no spelling, or the id of a rank.

    >>> _named_specials("<|endoftext|>:7,<|im_start|>", 5)
    {'<|endoftext|>': 7, '<|im_start|>': 8}
    """
    found: dict[str, int] = {}
    for word in filter(None, named.split(",")):
        spelling, colon, number = word.rpartition(":")
        numbered = bool(colon) and number.isascii() and number.isdigit() and len(number) < 10
        spelling = spelling if numbered else word
        i = int(number) if numbered else max(highest, *found.values(), -1) + 1
        if not spelling or spelling in found or i <= highest or i in found.values() or i >= MAX_ID:
            raise UserError(
                f"&special= has {shown(word, 40)}: write SPELLING:ID, each once, with ids from {count(highest + 1)} "
                f"on, such as <|endoftext|>:{highest + 1}."
            )
        found[spelling] = i
    return found


def ranks(data: bytes, name: str) -> dict[bytes, int]:
    """Rank by byte string.

    Raises:
        UnreadableFile: a line is not base64 and a rank, or says again what another said; gives the line.

    >>> ranks(b"YQ== 0\\nYWI= 1\\n", "x")
    {b'a': 0, b'ab': 1}
    """
    rank_by_bytes: dict[bytes, int] = {}
    lines = data.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            spelled, rank = line.split(b" ")
            piece = b"" if spelled == _EMPTY else base64.b64decode(spelled, validate=True)
            written = bool(piece) or spelled == _EMPTY
            fits = written and piece not in rank_by_bytes and rank.isdigit() and len(rank) < 10
        except (ValueError, binascii.Error):
            fits = False
        if not fits or int(rank) >= MAX_ID:
            raise UnreadableFile(
                f"{shown(name)} is damaged at line {count(number)}: {shown(line.decode(errors='replace'), 40)} is not "
                "a new piece in base64 with its rank. Fetch the file again."
            )
        rank_by_bytes[piece] = int(rank)
    return rank_by_bytes


def encoding_by(pattern: str, rank_by_bytes: dict[bytes, int], label_: str, file: str) -> tiktoken.Encoding:
    """The library's encoding by a pattern and ranks, without special tokens.

    Raises:
        UnreadableFile: the library cannot use them; gives its reason.
    """
    try:
        return tiktoken.Encoding(label_, pat_str=pattern, mergeable_ranks=rank_by_bytes, special_tokens={})
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
    specials = _one_spelling_each(encoding._special_tokens)
    vocabulary = vocabulary_of(encoding._mergeable_ranks, specials)
    pattern = encoding._pat_str
    digest = hashlib.sha256(repr((pattern, sorted(specials.items()))).encode())
    digest.update(_in_order(encoding._mergeable_ranks))
    info = Info(
        spec=f"tiktoken:{name}",
        label=name,
        source=SOURCE.key,
        fingerprint=digest.hexdigest()[:16],
        n_vocabulary=len(vocabulary),
        algorithm="BPE",
        reference=REFERENCE,
        specials=tuple(sorted(specials.items(), key=lambda pair: pair[1])),
        eos=END if END in specials else "",
    )
    return TiktokenTokenizer(encoding, info, vocabulary)


def _in_order(rank_by_bytes: dict[bytes, int]) -> bytes:
    """Ranks and pieces as they are hashed, by rank.

    >>> _in_order({b"b": 1, b"a": 0})
    b'\\x00\\x00\\x00\\x00a\\x00\\x01\\x00\\x00\\x00b\\x00'
    """
    ranks = list(rank_by_bytes.values())
    is_ordered = ranks == sorted(ranks)  # as files are; sorting 200,000 pairs takes as long as all the rest
    pairs = rank_by_bytes.items() if is_ordered else sorted(rank_by_bytes.items(), key=itemgetter(1))
    return b"".join([rank.to_bytes(4, "little") + piece + b"\0" for piece, rank in pairs])


def _one_spelling_each(specials: dict[str, int]) -> dict[str, int]:
    """Id by special token; of two with one id, as o200k_harmony has, the one that is no reserve.

    >>> _one_spelling_each({"<|reserved_7|>": 7, "<|call|>": 7, "<|reserved_8|>": 8})
    {'<|call|>': 7, '<|reserved_8|>': 8}
    """
    by_use = sorted(specials, key=lambda spelling: spelling.startswith("<|reserved_"))
    spelling_by_id: dict[int, str] = {}
    for spelling in by_use:
        spelling_by_id.setdefault(specials[spelling], spelling)
    return {spelling: i for i, spelling in spelling_by_id.items()}


def _offered() -> list[tuple[str, str]]:
    return [(f"tiktoken:{name}", name) for name in ENCODINGS]


SOURCE = Source(
    key="tiktoken",
    label="tiktoken",
    recognises=_recognises,
    load=_load,
    scheme="tiktoken",
    open=_open,
    offered=_offered,
    rank=30,
)
