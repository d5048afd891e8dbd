"""The files of a trained tokenizer, and whether what is loaded from them cuts as it does."""

import json
from collections.abc import Mapping, Sequence
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory

from tokenizers import Encoding, Tokenizer
from tokenizers.models import Unigram

from core.common.numbers import count
from core.counting.calibration import lines_that_ship
from core.training.recipe import PhrasesFirst, Trained
from core.training.trainer import TRAINERS

_VOCABULARY, _CONFIG = "tokenizer.json", "tokenizer_config.json"
_AT_ONCE = 256  # lines: what the library says of one takes much memory


def vocabulary_file(tokenizer: Tokenizer) -> bytes:
    """The content of its tokenizer.json."""
    return tokenizer.to_str(pretty=False).encode()


def as_in_its_file(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer that its file holds.

    The library reads some of Unigram's scores back with another last digit; of two cuts that are equally likely the
    other may win then.
    """
    return Tokenizer.from_str(tokenizer.to_str()) if isinstance(tokenizer.model, Unigram) else tokenizer


def loadable_files(vocabulary: bytes, specials: Sequence[str], unknown: str) -> dict[str, bytes]:
    """What `AutoTokenizer` reads, by name of the file; the first special token ends a text."""
    config: dict[str, object] = {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False}
    config |= {"eos_token": specials[0]} if specials else {}
    config |= {"unk_token": unknown} if unknown else {}
    return {_VOCABULARY: vocabulary, _CONFIG: (json.dumps(config, indent=2) + "\n").encode()}


def differs(one: Trained) -> str:
    """In what its tokenizer.json may cut otherwise than its trainer did; empty if in nothing."""
    return "; ".join(filter(None, [TRAINERS.get(one.recipe.trainer).differs, _without_phrases(one.phrases)]))


def _without_phrases(found: PhrasesFirst | None) -> str:
    if found is None:
        return ""
    if isnan(found.otherwise):
        return "it does not cut at phrases"
    return (
        f"it does not cut at phrases: where those are cut first, {found.otherwise:.1%} of the tokens of "
        f"{count(found.n_bytes)} bytes are others, and each has {found.bytes_per_token:.3f} bytes"
    )


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder that is there."""
    for name, data in files.items():
        (folder / name).write_bytes(data)


def check_export(
    tokenizer: Tokenizer, vocabulary: bytes, specials: Sequence[str], unknown: str, lines: Sequence[str]
) -> int:
    """How many lines were compared: of all scripts, and these; the files give the same ids and places on all.

    Args:
        vocabulary: what its tokenizer.json holds.

    Raises:
        AssertionError: they do not; names the line.
    """
    from transformers import (
        PreTrainedTokenizerFast,
    )  # late: it takes a second, and AutoTokenizer, which gives it, three

    with TemporaryDirectory(prefix="trained-") as folder:
        write_files(Path(folder), loadable_files(vocabulary, specials, unknown))
        loaded = PreTrainedTokenizerFast.from_pretrained(folder).backend_tokenizer
    compared = [*lines_that_ship(), *lines]
    for start in range(0, len(compared), _AT_ONCE):
        some = compared[start : start + _AT_ONCE]
        for line, ours, theirs in zip(some, _cut(tokenizer, some), _cut(loaded, some), strict=True):
            assert (ours.ids, ours.offsets) == (theirs.ids, theirs.offsets), f"{line!r} is cut otherwise by the file"
    return len(compared)


def _cut(tokenizer: Tokenizer, lines: Sequence[str]) -> list[Encoding]:
    return tokenizer.encode_batch(list(lines), add_special_tokens=False)
