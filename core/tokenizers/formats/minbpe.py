"""minbpe's `.model`: its first line `minbpe v1`, then the pattern, the special tokens, and merges as pairs of ids.

Ids below 256 are bytes, and each merge makes the next. Without a pattern, as its BasicTokenizer has none, the text is
not cut before merging.

Source: Karpathy 2024, minbpe, base.py.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence

import tokenizers
from tokenizers import AddedToken, Regex, decoders, models, pre_tokenizers

from core.common.errors import UnreadableFile, is_failure, shown
from core.common.numbers import count
from core.tokenizers.backends.huggingface import HuggingFaceTokenizer
from core.tokenizers.backends.spelling import MAX_ID
from core.tokenizers.format import Files, Source
from core.tokenizers.gunzip import content, head
from core.tokenizers.sidecars import label
from core.tokenizers.tokenizer import Info
from core.tokenizers.vocabulary import byte_of_character

_SIGN = b"minbpe v1"
_LONGEST = 100_000  # bytes of a token: pairs of pairs double it
_PAIR = re.compile(r"([0-9]{1,7}) ([0-9]{1,7})")


def _recognises(files: Files) -> str | None:
    return files.main if files.main and head(files, files.main).removeprefix(BOM_UTF8).startswith(_SIGN) else None


def _load(files: Files) -> HuggingFaceTokenizer:
    name = files.main
    pattern, specials, pairs = _read(content(files, name), name)
    info = Info(
        spec=files.spec,
        label=label(files, name),
        source=SOURCE.key,
        fingerprint=files.fingerprint(name),
        n_vocabulary=None,
        algorithm="BPE",
        reference="",
        eos="<|endoftext|>" if "<|endoftext|>" in specials else "",
    )
    return HuggingFaceTokenizer(_backend(pattern, specials, pairs, name), info)


def _read(data: bytes, name: str) -> tuple[str, dict[str, int], list[tuple[int, int]]]:
    """(pattern, id by special token, pairs of ids).

    Raises:
        UnreadableFile: a part is missing or damaged; says which.
    """
    try:
        _, pattern, number, *rest = data.decode("utf-8-sig").replace("\r\n", "\n").rstrip("\n").split("\n")
        n_specials = int(number)
    except ValueError:
        raise _damaged(name, "it has no pattern with the number of special tokens behind it") from None
    if not 0 <= n_specials <= len(rest):
        raise _damaged(name, f"it claims {count(n_specials)} special tokens")
    specials = {}
    for line in rest[:n_specials]:
        spelling, _, i = line.rpartition(" ")
        if not spelling or not re.fullmatch("[0-9]{1,7}", i) or int(i) >= MAX_ID:
            raise _damaged(name, f"{shown(line, 40)} is not a special token with its id")
        specials[spelling] = int(i)
    pairs = []
    for n, line in enumerate(rest[n_specials:]):
        pair = _PAIR.fullmatch(line)
        if pair is None or max(int(pair[1]), int(pair[2])) >= 256 + n:
            raise _damaged(name, f"merge {count(n)}, {shown(line, 40)}, is not two ids that came before it")
        pairs.append((int(pair[1]), int(pair[2])))
    return pattern, specials, pairs


def _backend(
    pattern: str, specials: Mapping[str, int], pairs: Sequence[tuple[int, int]], name: str
) -> tokenizers.Tokenizer:
    character_of = {byte: character for character, byte in byte_of_character().items()}
    spelled = [character_of[byte] for byte in range(256)]
    for left, right in pairs:
        spelled.append(spelled[left] + spelled[right])
        if len(spelled[-1]) > _LONGEST:
            raise _damaged(name, f"one of its tokens has over {count(_LONGEST)} bytes")
    vocabulary = {token: i for i, token in enumerate(spelled)}
    if len(vocabulary) < len(spelled) or set(specials.values()) & set(vocabulary.values()):
        raise _damaged(name, "two of its ids mean the same bytes, or a special token has the id of another")
    merges = [(spelled[left], spelled[right]) for left, right in pairs]
    byte_level: pre_tokenizers.PreTokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    try:
        cut = [pre_tokenizers.Split(Regex(pattern), "isolated")] if pattern else []
        backend = tokenizers.Tokenizer(models.BPE(vocab=vocabulary | dict(specials), merges=merges))
    except BaseException as error:
        if not is_failure(error):
            raise
        raise _damaged(name, shown(str(error), 100)[1:-1]) from None
    backend.pre_tokenizer = pre_tokenizers.Sequence([*cut, byte_level])
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in specials])
    return backend


def _damaged(name: str, what: str) -> UnreadableFile:
    return UnreadableFile(f"{shown(name)} is not a usable model of minbpe: {what}. Save it again.")


SOURCE = Source(key="minbpe", label="minbpe (.model)", recognises=_recognises, load=_load, rank=35)
