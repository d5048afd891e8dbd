"""CLIP's own vocabulary file: a header and merges over the byte alphabet with `</w>` at the end of words, gzipped.

Source: OpenAI, CLIP, simple_tokenizer.py. Its `ftfy` repair and HTML unescaping come before tokenization and are not
applied here; texts are put in NFC and lower case, and whitespace is collapsed, as in the tokenizer.json of CLIP.
"""

from collections.abc import Mapping

import tokenizers
from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers, processors

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count
from core.tokenizers.backends.huggingface import HuggingFaceTokenizer
from core.tokenizers.format import Files, Source
from core.tokenizers.gunzip import content, head
from core.tokenizers.sidecars import label
from core.tokenizers.tokenizer import Info
from core.tokenizers.vocabulary import byte_of_character

_START, _END = "<|startoftext|>", "<|endoftext|>"
_HEADER = b"bpe_simple_vocab"
_N_MERGES = 49152 - 256 - 2  # the file has more; the model was trained with these
_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def _recognises(files: Files) -> str | None:
    return files.main if files.main and _HEADER in head(files, files.main)[:64] else None


def _load(files: Files) -> HuggingFaceTokenizer:
    name = files.main
    pairs = _merges(content(files, name), name)
    tokens = [
        *byte_of_character(),
        *(c + "</w>" for c in byte_of_character()),
        *(a + b for a, b in pairs),
        _START,
        _END,
    ]
    id_by_token = {token: i for i, token in enumerate(tokens)}
    info = Info(
        spec=files.spec,
        label="CLIP" if name.startswith("bpe_simple_vocab") or "clip" in name.lower() else label(files, name),
        source=SOURCE.key,
        fingerprint=files.fingerprint(name),
        n_vocabulary=None,
        algorithm="BPE",
        reference="",
        bos=_START,
        eos=_END,
        notes=(
            "CLIP's own code also repairs mis-decoded text (ftfy) and unescapes HTML first; that is not done here.",
        ),
    )
    return HuggingFaceTokenizer(clip_backend(id_by_token, pairs, name), info)


def _merges(data: bytes, name: str) -> list[tuple[str, str]]:
    lines = data.decode("utf-8", "replace").split("\n")[1 : _N_MERGES + 1]
    pairs = []
    for number, line in enumerate(lines, 2):
        left, _, right = line.rstrip("\r").partition(" ")
        if not left or not right or " " in right:
            raise UnreadableFile(f"{shown(name)} is damaged at line {count(number)}: {shown(line, 40)} is not a merge.")
        pairs.append((left, right))
    if len(pairs) < _N_MERGES:
        raise UnreadableFile(
            f"{shown(name)} has {count(len(pairs))} merges; CLIP's has {count(_N_MERGES)}. It was cut short."
        )
    return pairs


def is_clip(id_by_token: Mapping[str, int]) -> bool:
    """Whether this is the vocabulary of a CLIP model, as in a vocab.json."""
    return _START in id_by_token and _END in id_by_token and "a</w>" in id_by_token


def clip_backend(id_by_token: dict[str, int], pairs: list[tuple[str, str]], name: str) -> tokenizers.Tokenizer:
    """The library's tokenizer, set up as CLIP's tokenizer.json is.

    Raises:
        UnreadableFile: the merges do not fit the vocabulary.
    """
    try:
        model = models.BPE(vocab=id_by_token, merges=pairs, end_of_word_suffix="</w>", unk_token=_END)
    except Exception as error:
        reason = shown(str(error), 100)[1:-1]
        raise UnreadableFile(f"{shown(name)} does not fit its vocabulary: {reason}. Fetch both again.") from None
    backend = tokenizers.Tokenizer(model)
    backend.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PATTERN), "removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in (_START, _END)])
    backend.post_processor = processors.RobertaProcessing(
        (_END, id_by_token[_END]), (_START, id_by_token[_START]), trim_offsets=False, add_prefix_space=False
    )
    return backend


SOURCE = Source(key="clip", label="CLIP vocabulary", recognises=_recognises, load=_load, rank=40)
