"""Which tensors of a published H-Net come before its routers, and whether their shapes fit each other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count

Shape = tuple[int, ...]
EMBEDDINGS = "embeddings.weight"
MOST_NUMBERS = 2**27  # before the routers; the largest that is published has 2**26
_MOST_LAYERS = 64
_MAMBA = "mixer.in_proj.weight"
_ATTENTION = "mixer.Wqkv.weight"
_PAIR = "mlp.fc1.weight"


@dataclass(frozen=True)
class LayerShape:
    """A layer of an encoder.

    Args:
        prefix: with which the names of its tensors begin.
        mamba: whether it is a Mamba-2 layer, else one of attention.
        pair: whether a gated pair of matrices follows.
    """

    prefix: str
    mamba: bool
    pair: bool


@dataclass(frozen=True)
class StageShape:
    """An encoder with its router.

    Args:
        prefix: with which the names of its tensors begin.
        width: D.
        layers: of its encoder, in order.
        wider: numbers by which it is wider than the stage before.
    """

    prefix: str
    width: int
    layers: tuple[LayerShape, ...]
    wider: int = 0


def stages_in(shapes: Mapping[str, Shape], name: str) -> tuple[StageShape, ...]:
    """The stages of a checkpoint that has these tensors, each of which cuts.

    Raises:
        UnreadableFile: it is no H-Net of a layout that is read here; names the tensor that says so.
    """
    if EMBEDDINGS not in shapes or "backbone.routing_module.q_proj_layer.weight" not in shapes:
        lacking = next(one for one in (EMBEDDINGS, "backbone.routing_module.q_proj_layer.weight") if one not in shapes)
        raise _unknown(name, f"it has no tensor {shown(lacking)}")
    rows, width = _two(shapes, EMBEDDINGS, name)
    if rows < 256:
        raise _unknown(name, f"its {shown(EMBEDDINGS)} has {count(rows)} rows, and bytes need 256")
    found, prefix = list[StageShape](), "backbone."
    while f"{prefix}routing_module.q_proj_layer.weight" in shapes:
        found.append(_stage(shapes, prefix, found[-1].width if found else width, name))
        prefix += "main_network."
    n_numbers = sum(_size(shapes[one]) for one in wanted(found))
    if n_numbers > MOST_NUMBERS:
        raise _unknown(
            name, f"what comes before its routers has {count(n_numbers)} numbers, over {count(MOST_NUMBERS)}"
        )
    return tuple(found)


def wanted(stages: Sequence[StageShape]) -> list[str]:
    """Names of all tensors that these stages need."""
    return [EMBEDDINGS, *(name for stage in stages for name, _ in _expected(stage, {}))]


def _stage(shapes: Mapping[str, Shape], prefix: str, before: int, name: str) -> StageShape:
    _, width = _two(shapes, f"{prefix}routing_module.q_proj_layer.weight", name)
    layers = list[LayerShape]()
    while any(one.startswith(f"{prefix}encoder.layers.{len(layers)}.") for one in shapes):
        at = f"{prefix}encoder.layers.{len(layers)}."
        if len(layers) == _MOST_LAYERS:
            raise _unknown(name, f"its encoder has over {_MOST_LAYERS} layers")
        if f"{at}{_MAMBA}" not in shapes and f"{at}{_ATTENTION}" not in shapes:
            raise _unknown(name, f"{shown(at)} is neither a Mamba-2 layer nor one of attention")
        layers.append(LayerShape(at, f"{at}{_MAMBA}" in shapes, f"{at}{_PAIR}" in shapes))
    if width < before:
        raise _unknown(name, f"stage {shown(prefix)} is narrower than the one before")
    stage = StageShape(prefix, width, tuple(layers), width - before)
    for tensor, shape in _expected(stage, shapes):
        if tensor not in shapes:
            raise _unknown(name, f"it has no tensor {shown(tensor, 120)}")
        if shapes[tensor] != shape:
            raise _unknown(
                name, f"{shown(tensor, 120)} is {_by(shapes[tensor])}, and beside the others it should be {_by(shape)}"
            )
    return stage


def _expected(stage: StageShape, shapes: Mapping[str, Shape]) -> Iterator[tuple[str, Shape]]:
    """Names and shapes of a stage's tensors; what is free in them is taken from the shapes that there are."""
    d = stage.width
    if stage.wider:
        yield f"{stage.prefix}pad_dimension", (stage.wider,)
    for layer in stage.layers:
        yield f"{layer.prefix}norm1.weight", (d,)
        mixer = f"{layer.prefix}mixer."
        yield from _mamba(mixer, d, shapes) if layer.mamba else _attention(mixer, d)
        if layer.pair:
            _, between = _of(shapes, f"{layer.prefix}mlp.fc2.weight", 2)
            yield f"{layer.prefix}norm2.weight", (d,)
            yield f"{layer.prefix}mlp.fc1.weight", (2 * between, d)
            yield f"{layer.prefix}mlp.fc2.weight", (d, between)
    yield f"{stage.prefix}encoder.rmsnorm.weight", (d,)
    yield f"{stage.prefix}routing_module.q_proj_layer.weight", (d, d)
    yield f"{stage.prefix}routing_module.k_proj_layer.weight", (d, d)


def _mamba(at: str, d: int, shapes: Mapping[str, Shape]) -> Iterator[tuple[str, Shape]]:
    """Of a Mamba-2 layer with one group, whose state is as wide as B and C."""
    (inner,), (heads,) = _of(shapes, f"{at}norm.weight", 1), _of(shapes, f"{at}dt_bias", 1)
    channels, _, kernel = _of(shapes, f"{at}conv1d.weight", 3)
    state = max(1, (channels - inner) // 2)
    yield f"{at}norm.weight", (max(heads, inner // heads * heads),)
    yield f"{at}conv1d.weight", (inner + 2 * state, 1, kernel)
    yield f"{at}conv1d.bias", (inner + 2 * state,)
    yield f"{at}in_proj.weight", (2 * inner + 2 * state + heads, d)
    yield from ((f"{at}{one}", (heads,)) for one in ("dt_bias", "A_log", "D"))
    yield f"{at}out_proj.weight", (d, inner)


def _attention(at: str, d: int) -> Iterator[tuple[str, Shape]]:
    yield f"{at}Wqkv.weight", (3 * d, d)
    yield f"{at}out_proj.weight", (d, d)


def _of(shapes: Mapping[str, Shape], tensor: str, n: int) -> Shape:
    """The shape of a tensor; ones where it has another number of sides or is missing, which is said of it then."""
    shape = shapes.get(tensor, ())
    return shape if len(shape) == n and all(shape) else (1,) * n


def _two(shapes: Mapping[str, Shape], tensor: str, name: str) -> tuple[int, int]:
    if len(shapes[tensor]) != 2:
        raise _unknown(name, f"{shown(tensor)} is {_by(shapes[tensor])}, and should have two sides")
    return shapes[tensor][0], shapes[tensor][1]


def _size(shape: Shape) -> int:
    n = 1
    for side in shape:
        n *= side
    return n


def _by(shape: Shape) -> str:
    return " × ".join(map(str, shape)) or "a number"


def _unknown(name: str, why: str) -> UnreadableFile:
    return UnreadableFile(
        f"{name} is no H-Net of a layout that is read here: {why}. Give a checkpoint as goombalab/hnet writes it, "
        "whose encoders are Mamba-2 or attention layers and whose routers compare neighbours by cosine; or a BLT as "
        "transformers writes it."
    )
