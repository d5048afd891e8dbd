"""Which of a model's layers lie on which GPU, in the machine's memory and on its disk, where no device holds them all.

What has a row per token, and whatever else is no layer, stays on the device that computes: methods and measures read it
at any time. Layers are never cut in two: each is where it computes, or is fetched when its turn comes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from core.common.errors import UserError
from core.common.listed import listed
from core.common.numbers import count
from core.models.large import SPREAD
from core.models.memory import WORKSPACE_BYTES, free_bytes

MEMORY, DISK = "cpu", "disk"
# Of what is free: on a GPU what is read takes room, in memory methods, texts and whoever else works here as well.
_MOST_OF_GPU, _MOST_OF_MEMORY = 0.9, 0.5
_GB = 2**30


@dataclass(frozen=True)
class Spread:
    """Where the parts of a model lie.

    Args:
        by_part: names of parts of the module, which together are all of it, and the place of each: "cuda:0", "cpu",
            "disk".
        n_layers: of each place, in the order in which it was filled.
        n_bytes: of weights of each place.
        fetched: bytes of the largest layer, where layers are fetched one at a time to where they are computed; else 0.
    """

    by_part: Mapping[str, str]
    n_layers: Mapping[str, int]
    n_bytes: Mapping[str, int]
    fetched: int = 0

    @property
    def device_map(self) -> dict[str, int | str]:
        """As accelerate reads it, GPUs by their numbers."""
        return {part: int(place[5:]) if place.startswith("cuda:") else place for part, place in self.by_part.items()}

    @property
    def words(self) -> str:
        """How many layers lie in each place, for people."""
        each = [f"{count(n)} {_where(place)}" for place, n in self.n_layers.items() if n]
        return listed(each)


def is_spread(device: str) -> bool:
    """Whether a device that somebody named means all of them.

    >>> is_spread("spread"), is_spread("spread:2"), is_spread("cuda:1")
    (True, True, False)
    """
    return device.partition(":")[0] == SPREAD


def free_places(device: str, share: float = 1.0) -> dict[str, int]:
    """Bytes for weights on each GPU and in the machine's memory, the place that computes first.

    Args:
        device: "spread", or "spread:2.5" for at most 2.5 GB of weights in each place.
        share: of what is free that one model may take.

    Raises:
        UserError: what stands behind the colon is no number of gigabytes.
    """
    _, colon, limit = device.partition(":")
    most = _limit(device, limit) if colon else None
    found = {
        f"cuda:{n}": int((free_bytes(torch.device("cuda", n)) or 0) * _MOST_OF_GPU) - WORKSPACE_BYTES
        for n in range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
    }
    found[MEMORY] = int((free_bytes(torch.device("cpu")) or 0) * _MOST_OF_MEMORY) - WORKSPACE_BYTES
    return {place: max(0, min(int(n * share), n if most is None else most)) for place, n in found.items()}


def _limit(device: str, limit: str) -> int:
    try:
        n_bytes = float(limit) * _GB
        if 0 < n_bytes < float("inf"):
            return int(n_bytes)
    except ValueError:
        pass
    raise UserError(
        f"{device} names no number of gigabytes. Write spread, or as in spread:8 how many gigabytes of weights each "
        "device may hold."
    )


def spread_over(
    name: str, module: Any, size: Callable[[nn.Module], int], free: Mapping[str, int], *, stays_whole: str = ""
) -> Spread:
    """Where the parts of a model go.

    Args:
        module: on the meta device.
        size: bytes that a part of it takes.
        free: bytes of each device, the one that computes first.
        stays_whole: the number format of weights that cannot be fetched, so that all must lie where they are computed
            with; empty for others.

    Raises:
        UserError: it has no stack of layers, or does not fit even so; says what is lacking.
    """
    layers = _layers(name, module)
    sizes = [size(layer) for layer in layers.values()]
    rest = size(module) - sum(sizes)
    main = next(iter(free))
    fetched = [] if stays_whole else ([MEMORY] if main != MEMORY else []) + [DISK]
    computing = {place: n for place, n in free.items() if place != MEMORY or main == MEMORY}
    rooms = {**computing, main: free[main] - rest}
    places, one = _filled(sizes, rooms), 0
    if places is None and fetched:
        one = max(sizes)
        rooms[main] -= one
        places = _filled(sizes, {**rooms, **{place: free.get(place, sum(sizes)) for place in fetched}})
    if rooms[main] < 0 or places is None:
        raise UserError(_nowhere(name, rest + max(sizes), main, free[main], sum(sizes) + rest, stays_whole))
    by_layer = dict(zip(layers, places, strict=True))
    order = [*free, DISK]
    n_bytes = {place: sum(n for n, at in zip(sizes, places, strict=True) if at == place) for place in order}
    n_bytes[main] += rest
    return Spread(
        {part: by_layer.get(part, main) for part in _parts(module, set(layers), "")},
        {place: places.count(place) for place in order},
        {place: n for place, n in n_bytes.items() if n},
        one,
    )


def _filled(sizes: Sequence[int], rooms: Mapping[str, int]) -> list[str] | None:
    """The place of each layer, so that those of one place follow each other; None where there is not enough room."""
    left, places, found = dict(rooms), list(rooms), list[str]()
    for n in sizes:
        while places and left[places[0]] < n:
            places.pop(0)
        if not places:
            return None
        left[places[0]] -= n
        found.append(places[0])
    return found


def _nowhere(name: str, least: int, main: str, free: int, whole: int, stays_whole: str) -> str:
    if stays_whole:
        return (
            f"{name} takes {whole / _GB:,.1f} GB in {stays_whole} numbers, which is more than the devices that compute "
            "have free, and packed weights lie nowhere else. Pick a smaller model, or bfloat16, which can be spread "
            "over memory and disk as well."
        )
    return (
        f"{name} does not fit even when it is spread: its embedding, its head and one layer take "
        f"{least / _GB:,.1f} GB, and {main} has {free / _GB:,.1f} GB free for them. Pick bfloat16 or a smaller model."
    )


def _layers(name: str, module: Any) -> dict[str, nn.Module]:
    """The stack of layers that holds most of a model's weights, by their names."""
    stacks = [
        (part, found) for part, found in module.named_modules() if isinstance(found, nn.ModuleList) and len(found)
    ]
    if not stacks:
        raise UserError(f"{name} has no stack of layers that could be spread. Pick one device for it.")
    part, stack = max(stacks, key=lambda one: sum(p.numel() for p in one[1].parameters()))
    return {f"{part}.{n}": layer for n, layer in stack.named_children()}


def _parts(module: nn.Module, layers: set[str], prefix: str) -> Iterator[str]:
    """Names that together are all of a module: layers, and the largest parts that hold none."""
    yield from (
        f"{prefix}{n}" for n, _ in (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False))
    )
    for child, part in module.named_children():
        name = f"{prefix}{child}"
        if name not in layers and any(layer.startswith(f"{name}.") for layer in layers):
            yield from _parts(part, layers, f"{name}.")
        else:
            yield name


def _where(place: str) -> str:
    """
    >>> _where("cuda:1"), _where("disk")
    ('on cuda:1', 'on disk')
    """
    return "in memory" if place == MEMORY else f"on {place}"
