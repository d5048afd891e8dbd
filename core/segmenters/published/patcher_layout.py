"""Which tensors of a BLT of transformers are its patcher's, what its config.json says of it, and whether both fit."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count
from core.segmenters.published.layout import MOST_NUMBERS, Shape

OFFSET = 4  # id of byte 0; ids before it are of special tokens
_EMBEDDINGS = "embed_tokens.weight"
_PREFIXES = ("model.patcher.", "patcher.")
_BODY = "local_encoder."
_TYPE = "blt"
_MOST_LAYERS = 64
# What transformers takes where a config.json leaves it away (its BltPatcherConfig and BltConfig).
_HEADS, _EPS, _WINDOW, _THETA, _THRESHOLD = 12, 1e-5, 512, 10_000.0, 1.335442066192627


@dataclass(frozen=True)
class PatcherShape:
    """A patcher.

    Args:
        heads: of attention; keys and values may have fewer.
        layers: how many.
        back: bytes that each sees, itself among them; 0 for all before it.
        theta: base of the angles by which heads are turned.
        eps: of its norms.
        threshold: over which entropy starts a patch, in nats.
        most_bytes: of a patch; 0 for any.
    """

    heads: int
    layers: int
    back: int
    theta: float
    eps: float
    threshold: float
    most_bytes: int


def is_blt(shapes: Mapping[str, Shape], config: Mapping[str, Any]) -> bool:
    """Whether a file of these tensors, with this config.json beside it, is a BLT."""
    return config.get("model_type") == _TYPE or any(_BODY in name for name in shapes) or bool(_prefix(shapes))


def patcher_tensors(shapes: Mapping[str, Shape], config: Mapping[str, Any], name: str) -> dict[str, str]:
    """The names that a file gives the patcher's tensors, by their names in the patcher.

    Raises:
        UnreadableFile: it has no patcher, or one of another layout; names the tensor that says so.
    """
    prefix = _prefix(shapes)
    if not prefix:
        raise UnreadableFile(
            f"{name} is a BLT without its patcher: it has no tensor {shown(_PREFIXES[0] + _EMBEDDINGS)}. Give a "
            "checkpoint as transformers writes it, whose patcher is among its tensors, such as hub:itazap/blt-1b-hf."
        )
    inside = {one.removeprefix(prefix): shape for one, shape in shapes.items() if one.startswith(prefix)}
    expected = dict(_expected(inside, name))
    if lacking := next((tensor for tensor in expected if tensor not in inside), ""):
        raise _unknown(name, f"it has no tensor {shown(prefix + lacking, 120)}")
    for tensor, shape in expected.items():
        if inside[tensor] != shape:
            has, wanted = _by(inside[tensor]), _by(shape)
            raise _unknown(name, f"{shown(prefix + tensor, 120)} is {has}, and beside the others it should be {wanted}")
    n_numbers = sum(math.prod(shape) for shape in expected.values())
    if n_numbers > MOST_NUMBERS:
        raise _unknown(name, f"its patcher has {count(n_numbers)} numbers, over {count(MOST_NUMBERS)}")
    return {tensor: prefix + tensor for tensor in expected}


def patcher_shape(shapes: Mapping[str, Shape], config: Mapping[str, Any], name: str) -> PatcherShape:
    """What shapes and config.json say of a patcher.

    Args:
        shapes: of the patcher's tensors, by their names in it.

    Raises:
        UnreadableFile: it is not told, or cannot be.
    """
    if config.get("model_type") != _TYPE:
        raise UnreadableFile(
            f"How many attention heads the patcher of {name} has stands in no file beside the weights. Put its "
            "config.json there, which says that model_type is blt."
        )
    if config.get("patching_mode", "entropy") != "entropy":
        raise UnreadableFile(
            f"The config.json of {name} says that patching_mode is {shown(str(config['patching_mode']))}, and only "
            "entropy asks the patcher. Give another checkpoint."
        )
    told = config.get("patcher_config") or {}
    rope = (told.get("rope_parameters") or told.get("rope_scaling") or {}) if isinstance(told, Mapping) else None
    if not isinstance(told, Mapping) or not isinstance(rope, Mapping):
        raise _odd(name, "patcher_config")
    if rope.get("rope_type", "default") != "default":
        raise _odd(name, "rope_type")
    window, most = told.get("sliding_window", _WINDOW), config.get("max_patch_length")
    found = PatcherShape(
        heads=_whole(told.get("num_attention_heads", _HEADS), name, "num_attention_heads"),
        layers=n_layers(shapes),
        back=0 if window is None else _whole(window, name, "sliding_window"),
        theta=_real(rope.get("rope_theta", told.get("rope_theta", _THETA)), name, "rope_theta"),
        eps=_real(told.get("rms_norm_eps", _EPS), name, "rms_norm_eps"),
        threshold=_real(config.get("patching_threshold", _THRESHOLD), name, "patching_threshold"),
        most_bytes=0 if most is None else _whole(most, name, "max_patch_length"),
    )
    width, of_keys = shapes[_EMBEDDINGS][1], shapes["layers.0.self_attn.k_proj.weight"][0]
    head = width // found.heads
    if width % found.heads or head % 2 or of_keys % head or found.heads % (of_keys // head):
        raise UnreadableFile(
            f"The patcher of {name} is {count(width)} wide, and its config.json tells of {count(found.heads)} "
            "attention heads, which does not divide. Fetch it again."
        )
    return found


def n_layers(shapes: Mapping[str, Shape]) -> int:
    """Of a patcher with these tensors."""
    found = 0
    while any(one.startswith(f"layers.{found}.") for one in shapes):
        found += 1
    return found


def _prefix(shapes: Mapping[str, Shape]) -> str:
    return next((prefix for prefix in _PREFIXES if prefix + _EMBEDDINGS in shapes), "")


def _expected(shapes: Mapping[str, Shape], name: str) -> Iterator[tuple[str, Shape]]:
    """Names and shapes of its tensors; what is free in them is taken from the shapes that there are."""
    rows, width = _two(shapes, _EMBEDDINGS)
    if rows < 256 + OFFSET:
        raise _unknown(name, f"its {shown(_EMBEDDINGS)} has {count(rows)} rows, and bytes need {count(256 + OFFSET)}")
    yield _EMBEDDINGS, (rows, width)
    n = n_layers(shapes)
    if not 0 < n <= _MOST_LAYERS:
        raise _unknown(name, f"its patcher has {count(n)} layers")
    for layer in range(n):
        at = f"layers.{layer}."
        keys, between = _two(shapes, f"{at}self_attn.k_proj.weight")[0], _two(shapes, f"{at}mlp.up_proj.weight")[0]
        yield from ((f"{at}{one}.weight", (width,)) for one in ("input_layernorm", "post_attention_layernorm"))
        yield from ((f"{at}self_attn.{one}_proj.weight", (width, width)) for one in "qo")
        yield from ((f"{at}self_attn.{one}_proj.weight", (keys, width)) for one in "kv")
        yield from ((f"{at}mlp.{one}_proj.weight", (between, width)) for one in ("gate", "up"))
        yield f"{at}mlp.down_proj.weight", (width, between)
    yield "norm.weight", (width,)
    yield "lm_head.weight", (_two(shapes, "lm_head.weight")[0], width)


def _two(shapes: Mapping[str, Shape], tensor: str) -> tuple[int, int]:
    """Both sides of a tensor; ones where it has others or is missing, which is said of it then."""
    shape = shapes.get(tensor, ())
    return (shape[0], shape[1]) if len(shape) == 2 and all(shape) else (1, 1)


def _whole(value: object, name: str, key: str) -> int:
    if type(value) is not int or value < 1:
        raise _odd(name, key)
    return value


def _real(value: object, name: str, key: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value) or value < 0:
        raise _odd(name, key)
    return float(value)


def _by(shape: Shape) -> str:
    return " × ".join(map(str, shape)) or "a number"


def _odd(name: str, key: str) -> UnreadableFile:
    return UnreadableFile(f"The config.json of {name} has no usable {key}. Fetch it again.")


def _unknown(name: str, why: str) -> UnreadableFile:
    return UnreadableFile(
        f"{name} is no BLT of a layout that is read here: {why}. Give a checkpoint as transformers writes it, whose "
        "patcher has the layers of its BltPatcher."
    )
