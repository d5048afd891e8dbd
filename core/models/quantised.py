"""Weights packed into eight or four bits by bitsandbytes: the linear layers of a body, never embedding or head.

8-bit is the vector-wise part of LLM.int8() (arXiv 2208.07339): a byte a number, a scale a row and a token. Its other
part, columns kept whole where any token of a batch is large, is left out: what is said of a token would depend on later
ones and on the batch. In SmolLM2-135M a later token moved logits by up to half of the largest. 4-bit is NF4 with scales
that are packed themselves (QLoRA, arXiv 2305.14314): half a byte a number, a byte for each block of 64. A checkpoint
stays as it is; weights are packed as they are read.
"""

from typing import Any

import torch
from torch import nn

from core.common.errors import UserError
from core.models.large import PACKS

_DEVICES = ("cpu", "cuda")
_BLOCK, _BLOCKS = 64, 256  # numbers under one scale of NF4, and scales under one scale of theirs
_SCALE = 4  # bytes of a scale in float32


def refuse_quantised(name: str, numbers: str, device: torch.device, module: Any = None) -> None:
    """Do nothing if weights can be packed here.

    Args:
        module: of the same architecture, on the meta device; None where any will do.

    Raises:
        UserError: the libraries are not installed, or do not do it on this device or with layers of these widths.
    """
    if advice := PACKS.advice:
        raise UserError(f"{name} cannot be read in {numbers} numbers here: {advice}")
    if device.type not in _DEVICES:
        raise UserError(
            f"bitsandbytes packs no weights on {device.type}, so {name} cannot be read in {numbers} numbers there. "
            "Pick bfloat16, or a processor or an NVIDIA GPU as the device."
        )
    n, of = left_whole(module, numbers) if module is not None else (0, 0)
    if n and n == of:
        raise UserError(
            f"{name} cannot be read in {numbers} numbers: none of its layers is a multiple of {_BLOCK} wide, as blocks "
            "of these are. Pick 8-bit."
        )


def how_to_pack(module: Any, numbers: str, dtype: torch.dtype) -> Any:
    """What transformers is told to pack a model.

    Args:
        module: of the same architecture, on the meta device.
        numbers: one of `QUANTISED`.
        dtype: that is computed in, and that what is not packed is held in.
    """
    from transformers import BitsAndBytesConfig

    head = module.get_output_embeddings()
    whole = [part for part, layer in module.named_modules() if layer is head]
    whole += [part for part, layer in _linear(module, head) if not _packs(layer, numbers)]
    described: Any = BitsAndBytesConfig
    if numbers == "8-bit":
        return described(load_in_8bit=True, llm_int8_threshold=0.0, llm_int8_skip_modules=whole)
    return described(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
        llm_int8_skip_modules=whole,
    )


def as_on_every_processor(module: Any) -> None:
    """Have packed layers compute alike on every processor.

    Where one has AVX512-BF16, bitsandbytes packs 4-bit weights again as they are first used: that rounds their scales,
    computes in bfloat16, and fails where a width is no multiple of a block.
    """
    for layer in module.modules():
        if hasattr(layer, "support_avx512bf16_for_cpu"):
            layer.support_avx512bf16_for_cpu = False


def saved_bytes(part: nn.Module, head: nn.Module, numbers: str, dtype: torch.dtype) -> int:
    """Bytes that a module takes less when its linear layers are packed than when they are not.

    >>> saved_bytes(nn.Linear(64, 256), nn.Linear(1, 1), "4-bit", torch.float16)
    24316
    """
    saved = 0
    for _, layer in _linear(part, head):
        if _packs(layer, numbers):
            n = layer.weight.numel()
            rows = n // _width(layer)
            saved += n * dtype.itemsize - (n + _SCALE * rows if numbers == "8-bit" else _four_bits(n))
    return saved


def left_whole(module: Any, numbers: str) -> tuple[int, int]:
    """How many linear layers of a body cannot be packed, and of how many."""
    layers = [layer for _, layer in _linear(module, module.get_output_embeddings())]
    return sum(not _packs(layer, numbers) for layer in layers), len(layers)


def _linear(part: nn.Module, head: nn.Module) -> list[tuple[str, Any]]:
    """The linear layers of a module by name, without the head."""
    from transformers.pytorch_utils import Conv1D

    kinds = nn.Linear | Conv1D
    return [(name, layer) for name, layer in part.named_modules() if isinstance(layer, kinds) and layer is not head]


def _width(layer: Any) -> int:
    """Numbers of a row of a layer: of what it reads."""
    return int(layer.weight.shape[1 if isinstance(layer, nn.Linear) else 0])


def _packs(layer: Any, numbers: str) -> bool:
    """Whether a layer can be packed: 4-bit rows are read wrongly on some processors unless they are whole blocks."""
    return numbers == "8-bit" or _width(layer) % _BLOCK == 0


def _four_bits(n: int) -> int:
    scales = -(-n // _BLOCK)
    return n // 2 + scales + _SCALE * -(-scales // _BLOCKS)


def n_numbers(parameter: Any) -> int:
    """How many numbers a parameter holds, packed or not."""
    packed = getattr(parameter, "quant_state", None)
    return int(parameter.numel() if packed is None else packed.shape.numel())
