"""A language model as a folder that AutoModelForCausalLM and AutoTokenizer load, written whole or not at all.

The folder is made beside its final place, read back, found to give the same bits to the same texts and to go on from
them as the model in memory does, and only then renamed.
"""

import copy
import errno
import json
import math
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import torch

from core.common.atomic import refuse_existing, write_whole
from core.common.errors import UserError, shown
from core.common.progress import report
from core.jobs.store.files import Json
from core.models.device import name_of
from core.models.language_model import LanguageModel
from core.models.large import QUANTISED
from core.models.load import MatricesOf, open_matrices, open_model
from core.models.loadable_tokenizer import configuration, loadable
from core.models.matrices import Matrices
from core.models.matrices_apart import write_with
from core.models.memory import weight_bytes
from core.models.read_back import read_back, same_matrices
from core.models.stored_format import StoredFormat, say_format, state_as_stored

CARD = "README.md"
PROVENANCE = "transplant.json"
_SPARE_BYTES = 2**20  # configurations and cards
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

# Where there is no text at hand, the model is read back on these.
SENTENCES = ("The cat sat on the mat.", "Naïve café, 2024: 你好 мир.\n", "    return x + 1  # done")


@dataclass(frozen=True)
class Exported:
    """A folder that was written.

    Args:
        folder: where it is.
        n_bytes: of all its files.
        bits_per_byte: of the texts it was checked with, as the folder gives them; NaN where there was none.
        n_texts: of those.
    """

    folder: Path
    n_bytes: int
    bits_per_byte: float
    n_texts: int


def export(
    model: LanguageModel, folder: Path, card: str, facts: Mapping[str, Json], texts: Sequence[str] = ()
) -> Exported:
    """Write a model.

    Args:
        card: Markdown for people: what it is, where it comes from, how good it is.
        facts: the same for programs, as JSON.
        texts: on which the folder must give the bits that the model gives, and be continued as by the model.

    Raises:
        UserError: the folder exists or cannot be written, the disk is full, the tokenizer has no form that loads, or
            what was read back differs; nothing is left behind.
    """
    folder = folder.expanduser().absolute()
    refuse_existing(folder)
    checked = [text for text in texts if text] or list(SENTENCES)
    if not model.whole:
        return _export_from_files(model, folder, card, facts, checked)
    tokenizer = loadable(model.tokenizer, checked)
    stored = model.stored or StoredFormat(model.dtype)
    _refuse_full(folder, weight_bytes(model.module, stored.dtype) + len(tokenizer) + _SPARE_BYTES)
    with _whole(folder) as unfinished:
        report(0, 3, f"Writing {folder.name}")
        _save(model, stored, unfinished)
        for name, data in _files(model, tokenizer, card, facts):
            write_whole(unfinished / name, data)
        _as_others(unfinished)
        report(1, 3, f"Reading {folder.name} back")
        bits = read_back(_rounded(model, stored), unfinished, checked)
        n_bytes = sum(path.stat().st_size for path in unfinished.iterdir())
    report(3, 3, f"Wrote {folder.name}")
    return Exported(folder, n_bytes, bits, len(checked))


def export_matrices(
    model: LanguageModel, read: MatricesOf, folder: Path, card: str, facts: Mapping[str, Json]
) -> Exported:
    """Write a model of which nothing was read but its matrices, beside what lies in the files that it was read from.

    The folder is not read back as a model, which may be too large for that: its matrices are.

    Args:
        model: with matrices of its own.
        read: what it was made from.
        card, facts: as for `export`.

    Raises:
        UserError: as `export`.
    """
    folder = folder.expanduser().absolute()
    refuse_existing(folder)
    with _copied(model, read, folder, card, facts, SENTENCES) as unfinished:
        report(1, 2, f"Reading the matrices of {folder.name} back")
        same_matrices(model, unfinished)
        n_bytes = sum(path.stat().st_size for path in unfinished.iterdir())
    report(2, 2, f"Wrote {folder.name}")
    return Exported(folder, n_bytes, math.nan, 0)


def _export_from_files(
    model: LanguageModel, folder: Path, card: str, facts: Mapping[str, Json], texts: Sequence[str]
) -> Exported:
    """As `export`, for a model whose weights are packed or lie elsewhere: its body is copied from the files that it was
    read from, and the folder read back in the same numbers."""
    read = open_matrices(model.spec)
    stored = read.model.stored
    if model.stored is not None and stored is not None and model.stored.dtype != stored.dtype:
        how = f"in {model.numbers} numbers" if model.numbers in QUANTISED else "spread"
        raise UserError(
            f"{model.name} is {how}, so its body is copied as it is stored, in {name_of(stored.dtype)}: no other "
            "format can be chosen for writing it."
        )
    own = model.matrices()
    output, bias = (None if one is None else one.cpu() for one in (own.output, own.bias))
    here = Matrices(own.input.cpu(), output, bias)
    made = read.model.with_matrices(
        here, model.tokenizer, model.special_ids, unwritten=model.unwritten, ends=model.other_ends
    )
    with _copied(made, read, folder, card, facts, texts) as unfinished:
        report(1, 2, f"Reading {folder.name} back")
        bits = read_back(model, unfinished, texts)
        n_bytes = sum(path.stat().st_size for path in unfinished.iterdir())
    report(2, 2, f"Wrote {folder.name}")
    return Exported(folder, n_bytes, bits, len(texts))


@contextmanager
def _copied(
    model: LanguageModel, read: MatricesOf, folder: Path, card: str, facts: Mapping[str, Json], texts: Sequence[str]
) -> Iterator[Path]:
    """The unfinished folder of a model of which only the matrices are there, its body copied from file to file."""
    tokenizer = loadable(model.tokenizer, texts)
    there = sum((read.folder / name).stat().st_size for name in read.weights)
    more = weight_bytes(model.module, read.model.dtype) - weight_bytes(read.model.module, read.model.dtype)
    _refuse_full(folder, there + max(0, more) + len(tokenizer) + _SPARE_BYTES)
    with _whole(folder) as unfinished:
        report(0, 2, f"Writing {folder.name}")
        write_with(model, read.places, read.folder, read.weights, unfinished)
        model.module.config.save_pretrained(unfinished)
        if getattr(model.module, "generation_config", None) is not None:
            model.module.generation_config.save_pretrained(unfinished)
        say_format(unfinished / "config.json", (read.model.stored or StoredFormat(model.dtype)).dtype)
        for name, data in _files(model, tokenizer, card, facts):
            write_whole(unfinished / name, data)
        _as_others(unfinished)
        yield unfinished


def _save(model: LanguageModel, stored: StoredFormat, folder: Path) -> None:
    """Write the weights as they were stored: a body that was rounded to compute with it is read again."""
    module = model.module
    if not stored.held_by(model.dtype):
        whole = open_model(model.spec, "cpu", name_of(stored.dtype))
        module = whole.with_matrices(
            model.matrices(), model.tokenizer, model.special_ids, unwritten=model.unwritten, ends=model.other_ends
        ).module
    state = state_as_stored(module, stored)
    module.save_pretrained(folder, state_dict=state, safe_serialization=True, max_shard_size=stored.file_bytes)
    say_format(folder / "config.json", stored.dtype)


def _rounded(model: LanguageModel, stored: StoredFormat) -> LanguageModel:
    """The model with weights that are written without being rounded; itself where they are so already."""
    state = model.module.state_dict()
    if all(torch.equal(values.to(stored.of(name, values)).to(values), values) for name, values in state.items()):
        return model
    if not stored.held_by(model.dtype):
        return model  # what is written is not rounded from these
    module = copy.deepcopy(model.module)
    module.load_state_dict({name: values.to(stored.of(name, values)) for name, values in state.items()})
    return replace(model, module=module)


def _files(model: LanguageModel, tokenizer: bytes, card: str, facts: Mapping[str, Json]) -> Iterator[tuple[str, bytes]]:
    yield "tokenizer.json", tokenizer
    yield "tokenizer_config.json", configuration(model.tokenizer, dict(model.special_ids), model.max_tokens)
    yield CARD, card.encode()
    yield PROVENANCE, (json.dumps(facts, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def _refuse_full(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder.parent).free
    if needed > free:
        raise _full(folder, f"it takes {needed / 2**20:,.1f} MB, and {free / 2**20:,.1f} MB are free")


def _full(folder: Path, why: str) -> UserError:
    return UserError(
        f"The disk is too full for {shown(folder.name)}: {why}. Nothing was written. Free some, or name another disk."
    )


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder beside the final one, which becomes it; whatever goes wrong, it is removed.

    Raises:
        UserError: it cannot be written.
    """
    unfinished = folder.parent / f".{folder.name[:64]}.{uuid4().hex[:12]}"
    try:
        unfinished.mkdir()
        yield unfinished
        for path in unfinished.iterdir():
            _flush(path)
        refuse_existing(folder)
        unfinished.rename(folder)
    except BaseException as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        if _is_full(error):
            raise _full(folder, "it filled up while this was written") from None
        if isinstance(error, OSError):
            raise UserError(
                f"{shown(folder.name)} cannot be written: {error.strerror or error}. Nothing was left there."
            ) from None
        raise


def _as_others(folder: Path) -> None:
    """Give every file the rights that files get here, as the configuration has them; some are written for us alone."""
    rights = (folder / "config.json").stat().st_mode
    for path in folder.iterdir():
        path.chmod(rights)


def _flush(path: Path) -> None:
    """What is in a file is on the disk, or the disk says that it is full."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in _FULL
    said = str(error).lower()  # safetensors, written in Rust, has words only
    return type(error).__name__ == "SafetensorError" and (
        "os error 28" in said or "no space" in said or "too large" in said
    )
