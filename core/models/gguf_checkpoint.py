"""GGUF checkpoints: llama.cpp's files, most of them quantised, as models of transformers.

What a file says is first read by `core.tokenizers.gguf`, which believes no length in it; then transformers' own reader
names the configuration and the weights, dequantised. A tensor that it would leave away, or a weight that the file does
not give, refuses the file: numbers of half a model would look like any others.

Source: the GGUF specification, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; transformers,
modeling_gguf_pytorch_utils.py, for the names and for how rows are turned.

The package gguf, which imports mistral_common, takes a second of processor time: it is imported where a file is read.
"""

import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor

from core.common.errors import UnreadableFile, UserError, shown
from core.common.numbers import count
from core.common.quiet import quiet_libraries
from core.models.architecture import first_line, refuse_encoder
from core.models.config_numbers import MOST_EXPERTS, MOST_LAYERS, MOST_VOCABULARY, refuse_absurd
from core.models.stored_format import StoredFormat
from core.tokenizers.format import head_of
from core.tokenizers.gguf import MAGIC, TensorEntry, Value, read_contents

_FLOATS = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
_MOST_BYTES = 2**40  # of one tensor
_ROLES = {"bos": "bos", "eos": "eos", "pad": "padding", "unk": "unknown"}  # in a configuration: in a GGUF file


@dataclass(frozen=True, eq=False)
class GgufCheckpoint:
    """A checkpoint that is whole.

    Args:
        values: its metadata.
        tensors: what it says of each tensor.
        list_begins: where in the file that does.
        is_head: whether there is but the beginning of the file, without the numbers.
    """

    path: Path
    values: Mapping[str, Value]
    tensors: tuple[TensorEntry, ...]
    list_begins: int
    is_head: bool = False

    @property
    def name(self) -> str:
        """For people; the usual names of files say how they are quantised."""
        return self.path.stem

    @cached_property
    def formats(self) -> dict[str, int]:
        """How many tensors are in each of ggml's formats, the most frequent first."""
        return dict(Counter(_format(entry) for entry in self.tensors).most_common())

    @property
    def quantised(self) -> bool:
        """Whether any tensor is."""
        return not set(self.formats) <= set(_FLOATS)

    @property
    def dtype(self) -> torch.dtype | None:
        """The number format of most weights; None where some are quantised."""
        if self.quantised:
            return None
        n_numbers = Counter[str]()
        for entry in self.tensors:
            n_numbers[_format(entry)] += prod(entry.shape)
        return _FLOATS[n_numbers.most_common(1)[0][0]]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user of its numbers should know."""
        if not self.quantised:
            return ()
        counts = ", ".join(f"{count(n)} as {kind}" for kind, n in self.formats.items())
        return (
            f"The weights of {self.name} are stored quantised ({count(len(self.tensors))} tensors: {counts}) and were "
            "dequantised: what is measured is the quantised model, not the one that it was made from.",
        )


def recognises(path: Path) -> bool:
    """Whether a file begins as a GGUF file does."""
    try:
        return path.is_file() and head_of(path).startswith(MAGIC)
    except OSError:
        return False


def gguf_at(path: Path) -> Path:
    """The GGUF file in a folder that holds just one and no config.json; any other path as it is."""
    if not path.is_dir() or (path / "config.json").is_file():
        return path
    found = [file for file in path.iterdir() if file.suffix == ".gguf" and recognises(file)]
    return found[0] if len(found) == 1 else path


def read_checkpoint(path: Path, *, is_head: bool = False) -> GgufCheckpoint:
    """What a GGUF file says of its model.

    Args:
        is_head: whether it is but the beginning of one.

    Raises:
        UnreadableFile: it is damaged, ends early, is one part of several, or holds no weights.
    """
    contents = read_contents(path, "")
    found = GgufCheckpoint(path, contents.metadata.values, contents.tensors, contents.list_begins, is_head)
    name = shown(path.name)
    n_parts = found.values.get("split.count")
    if isinstance(n_parts, int) and n_parts > 1:
        raise UnreadableFile(
            f"{name} is one of {count(n_parts)} parts. Put them together: "
            f"llama-gguf-split --merge {path.name} WHOLE.gguf."
        )
    if not found.tensors:
        raise UnreadableFile(f"{name} holds a vocabulary and no weights. Pick the GGUF file of a whole model.")
    for entry in found.tensors:
        if entry.offset + _n_bytes(entry, name) > contents.data_bytes and not is_head:
            raise UnreadableFile(f"{name} is a damaged GGUF file: it ends before {shown(entry.name)}. Fetch it again.")
    return found


def config_of(checkpoint: GgufCheckpoint) -> Any:
    """The transformers configuration of a checkpoint, with the special ids that the file states.

    Raises:
        UserError: its architecture is not read here, or is no decoder, or a number is beyond any model.
    """
    from transformers import AutoConfig

    from core.models.gguf_reader import quick_reader

    _refuse_absurd(checkpoint)
    try:
        with _read_whole(checkpoint) as path, quick_reader():
            config = AutoConfig.from_pretrained(
                path.parent, gguf_file=path.name, local_files_only=True, trust_remote_code=False
            )
    except Exception as error:  # readers of forty architectures fail in as many ways
        raise _unread(checkpoint, error) from None
    refuse_absurd(config.to_dict(), checkpoint.name)
    refuse_encoder(checkpoint.name, config.model_type, (), is_encoder_decoder=bool(config.is_encoder_decoder))
    config.update({"_name_or_path": ""})  # what the file calls itself is no name of a folder
    for role, said in _ROLES.items():
        stated = checkpoint.values.get(f"tokenizer.ggml.{said}_token_id")
        setattr(config, f"{role}_token_id", stated if isinstance(stated, int) else None)
    return config


@contextmanager
def _read_whole(checkpoint: GgufCheckpoint) -> Iterator[Path]:
    """A file that the library reads to its end: the checkpoint's own, or of a beginning one with a number a tensor."""
    if not checkpoint.is_head:
        yield checkpoint.path
        return
    with TemporaryDirectory(prefix="gguf-") as folder:
        path = Path(folder) / "head.gguf"
        path.write_bytes(_with_a_number_each(checkpoint))
        yield path


def _with_a_number_each(checkpoint: GgufCheckpoint) -> bytes:
    """What a file says of its model, all its tensors being one float32 number, which they share."""
    with checkpoint.path.open("rb") as file:
        said = file.read(checkpoint.list_begins)
    order = "<" if int.from_bytes(said[4:8], "little") & 0xFFFF else ">"
    names = [entry.name.encode() for entry in checkpoint.tensors]
    entries = [struct.pack(f"{order}Q", len(n)) + n + struct.pack(f"{order}IQIQ", 1, 1, 0, 0) for n in names]
    aligned = checkpoint.values.get("general.alignment")
    return said + b"".join(entries) + bytes(4 + min(aligned if isinstance(aligned, int) else 0, 2**16) + 32)


def read_weights(checkpoint: GgufCheckpoint, skeleton: Any, dtype: torch.dtype) -> dict[str, Tensor]:
    """The weights by the names of a module, dequantised and then rounded to `dtype`.

    Raises:
        UserError: the file cannot be read.
    """
    from transformers import modeling_gguf_pytorch_utils

    from core.models.gguf_reader import quick_reader

    read: Any = modeling_gguf_pytorch_utils.load_gguf_checkpoint
    try:
        with quiet_libraries(), quick_reader():  # a bar
            found: dict[str, Tensor] = read(
                str(checkpoint.path), return_tensors=True, model_to_load=skeleton, torch_dtype=dtype
            )["tensors"]
    except Exception as error:
        raise _unread(checkpoint, error) from None
    head = "lm_head.weight"
    if skeleton.config.tie_word_embeddings and head not in found:
        found[head] = found.get("model.embed_tokens.weight", next(iter(found.values())))
    return found


def stored_format_of(checkpoint: GgufCheckpoint, skeleton: Any) -> StoredFormat:
    """How a model made from it is written: as it was stored, or where that is quantised, as it was dequantised."""
    if checkpoint.dtype is None:
        return StoredFormat(torch.float32)
    places = _places(checkpoint, skeleton)
    formats = {entry.name: _FLOATS[_format(entry)] for entry in checkpoint.tensors}
    others = {places[name]: kind for name, kind in formats.items() if kind != checkpoint.dtype and name in places}
    return StoredFormat(checkpoint.dtype, others)


def refuse_left_out(checkpoint: GgufCheckpoint, skeleton: Any) -> None:
    """Do nothing if every tensor of a file has a place in a module.

    Raises:
        UserError: one has none.
    """
    placed = {name.removesuffix(".weight") for name in _places(checkpoint, skeleton)} | {"output"}
    for entry in checkpoint.tensors:
        if entry.name.removesuffix(".weight") not in placed:
            raise UserError(
                f"{checkpoint.name} has the tensor {shown(entry.name)}, for which transformers has no place in a "
                f"{skeleton.config.model_type} model: without it its numbers would be wrong. Pick the same model as "
                "safetensors."
            )


def _places(checkpoint: GgufCheckpoint, skeleton: Any) -> dict[str, str]:
    """Name in the module by name in the file."""
    from transformers import modeling_gguf_pytorch_utils as reader

    from core.models.gguf_reader import quick_reader

    names: Any = reader.get_gguf_hf_weights_map
    kind: Any = reader.TENSOR_PROCESSORS.get(str(checkpoint.values.get("general.architecture")), reader.TensorProcessor)
    try:
        with quick_reader():
            found: dict[str, str] = names(skeleton, kind(config=skeleton.config.to_dict()))
    except Exception as error:
        raise _unread(checkpoint, error) from None
    return found


def _refuse_absurd(checkpoint: GgufCheckpoint) -> None:
    """Do nothing if a model of these numbers can be built; looked at before a library makes lists of such lengths."""
    most = {"block_count": MOST_LAYERS, "expert_count": MOST_EXPERTS}
    prefix = f"{checkpoint.values.get('general.architecture')}."
    for key, value in checkpoint.values.items():
        limit = most.get(key.removeprefix(prefix), MOST_VOCABULARY)
        if key.startswith(prefix) and isinstance(value, int) and abs(value) > limit:
            raise UserError(
                f"{checkpoint.path.name} says {shown(key)} is {count(value)}, and {count(limit)} is the most that is "
                "built here. The file is damaged; fetch it again or pick another."
            )


def _unread(checkpoint: GgufCheckpoint, error: Exception) -> UserError:
    architecture = shown(str(checkpoint.values.get("general.architecture", "none")), 40)
    return UserError(
        f"{shown(checkpoint.path.name)} (architecture {architecture}) cannot be read as a language model: "
        f"{first_line(error)}. Pick a GGUF file of a Llama, Mistral, Qwen or GPT-2 model, or the model as safetensors."
    )


def _format(entry: TensorEntry) -> str:
    from gguf import GGMLQuantizationType

    return GGMLQuantizationType(entry.kind).name


def _n_bytes(entry: TensorEntry, where: str) -> int:
    from gguf import GGML_QUANT_SIZES, GGMLQuantizationType

    try:
        block, size = GGML_QUANT_SIZES[GGMLQuantizationType(entry.kind)]
    except (ValueError, KeyError):
        raise UnreadableFile(
            f"{where} has {shown(entry.name)} in the format {count(entry.kind)}, which is not known "
            "here. Pick another file."
        ) from None
    n_bytes = prod(entry.shape) // block * size
    if n_bytes > _MOST_BYTES:
        raise UnreadableFile(f"{where} is a damaged GGUF file: {shown(entry.name)} claims {count(n_bytes)} bytes.")
    return n_bytes
