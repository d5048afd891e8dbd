"""BPE codes as subword-nmt and fastBPE write them: merges over characters, `</w>` at the end of words, and no ids.

Texts are cut at spaces, as both programs do, which are fed with words and punctuation set apart by another program
(mostly the Moses tokenizer); that is not done here. A character that no merge holds is one token, the unknown one here.

Source: Sennrich et al. 2016, rsennrich/subword-nmt, apply_bpe.py; glample/fastBPE.
"""

import re

import tokenizers
from tokenizers import AddedToken, Regex, decoders, models, pre_tokenizers

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count
from core.tokenizers.backends.huggingface import HuggingFaceTokenizer
from core.tokenizers.format import HEAD_BYTES, Files, Source
from core.tokenizers.gunzip import content, head
from core.tokenizers.sidecars import label
from core.tokenizers.tokenizer import Info

_END, _UNKNOWN, _VERSION = "</w>", "<unk>", "#version:"
_LINE = re.compile(r"(\S+) (\S+)( [0-9]+)?")  # fastBPE adds how often
_NOTES = (
    "The file gives no ids: these follow the order of its merges, and the model's own dictionary has others.",
    "Cut at spaces; words and punctuation are to be set apart first, as the model's own program does.",
)


def _recognises(files: Files) -> str | None:
    if not files.main or "vocab.json" in files.paths:  # a pair is read as one
        return None
    start = head(files, files.main)
    lines = _lines(start if len(start) < HEAD_BYTES else start.rpartition(b"\n")[0])
    whole = bool(lines) and all(_LINE.fullmatch(line) for line in lines)
    return files.main if whole and any(_END in line for line in lines) else None


def _load(files: Files) -> HuggingFaceTokenizer:
    name = files.main
    info = Info(
        spec=files.spec,
        label=label(files, name),
        source=SOURCE.key,
        fingerprint=files.fingerprint(name),
        n_vocabulary=None,
        algorithm="BPE",
        reference="",
        notes=_NOTES,
    )
    return HuggingFaceTokenizer(_backend(_merges(content(files, name), name)), info)


def _lines(data: bytes) -> list[str]:
    lines = data.decode(errors="replace").removeprefix("\ufeff").split("\n")
    return [line.rstrip("\r") for line in lines if line.strip() and not line.startswith(_VERSION)]


def _merges(data: bytes, name: str) -> list[tuple[str, str]]:
    """The pairs, in order of rank.

    Raises:
        UnreadableFile: a line is none, or they are of the first version, which merged the end of a word like a letter.
    """
    pairs = []
    for number, line in enumerate(_lines(data), 1):
        found = _LINE.fullmatch(line)
        if found is None:
            raise UnreadableFile(
                f"{shown(name)} is damaged at merge {count(number)}: {shown(line, 40)}. Fetch it again."
            )
        pairs.append((found[1], found[2]))
    if any(right == _END for _, right in pairs):
        raise UnreadableFile(
            f"{shown(name)} holds codes of subword-nmt 0.1, which merged the end of a word like a letter. "
            "Learn them again with subword-nmt 0.2 or later, whose files begin with #version: 0.2."
        )
    return pairs


def _backend(pairs: list[tuple[str, str]]) -> tokenizers.Tokenizer:
    letters = dict.fromkeys(c for pair in pairs for symbol in pair for c in symbol.removesuffix(_END))
    symbols = [symbol for pair in pairs for symbol in (*pair, pair[0] + pair[1])]
    tokens = dict.fromkeys([_UNKNOWN, *letters, *(letter + _END for letter in letters), *symbols])
    vocabulary = {token: i for i, token in enumerate(tokens)}
    model = models.BPE(vocab=vocabulary, merges=pairs, unk_token=_UNKNOWN, end_of_word_suffix=_END)
    backend = tokenizers.Tokenizer(model)
    backend.pre_tokenizer = pre_tokenizers.Split(Regex(r"[ \r\n]+"), "removed")
    backend.decoder = decoders.BPEDecoder(suffix=_END)
    backend.add_special_tokens([AddedToken(_UNKNOWN, special=True, normalized=False)])
    return backend


SOURCE = Source(key="bpe_codes", label="BPE codes (subword-nmt, fastBPE)", recognises=_recognises, load=_load, rank=65)
