"""Values at the bytes of many texts at once, on a device of torch.

What computes them are the models of `core.segmenters.build`, given the weights that their families have in numpy: there
is no third form of any equation.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.segmenters.build.byte_model import TorchByteModel
from core.segmenters.build.hnet import TorchHNet
from core.segmenters.build.hnet2 import TorchHNet2
from core.segmenters.build.magnet import LATIN_PRIOR, TorchMagnet
from core.segmenters.build.mrt5 import TorchMrT5
from core.segmenters.build.routing import chunked
from core.segmenters.script_of_bytes import GROUPS, script_groups
from core.segmenters.segmenter import CutByWeights
from core.segmenters.trunk import START, Floats, gram_rows, symbols_of

_POSITIONS = {"cuda": 2**16, "cpu": 2**13}  # read at a time; each takes up to 6 kB
Layers = list[tuple[Tensor, Tensor]]  # (values, thresholds), (B, N) each; of all but the last stage and of that


@dataclass(frozen=True, eq=False)
class DeviceRead:
    """What a text's bytes are cut by: a row for each stage, all of which a start of the last is over.

    Args:
        values, thresholds: float32 (K, N). What stands at the first byte decides nothing.
    """

    values: Floats
    thresholds: Floats

    @property
    def starts(self) -> NDArray[np.int32]:
        """First byte of each chunk, ascending, int32 (T,)."""
        over = (self.values > self.thresholds)[:, 1:].all(0)
        return np.concatenate([[0], np.flatnonzero(over) + 1]).astype(np.int32)

    def nearest(self, scale: Callable[[Floats], Floats]) -> float:
        """How near a value lies to its threshold at the nearest, on a scale of both; of one byte nothing is near."""
        apart = np.abs(scale(self.values[:, 1:]) - scale(self.thresholds[:, 1:]))
        return float(np.nanmin(apart, initial=math.inf))


@dataclass(frozen=True, eq=False)
class _Batch:
    """Texts one under the other, shorter ones filled up behind.

    Args:
        scripts: makes the script of each byte, int64 (B, N).
        symbols: int64 (B, N + 1).
        rows: of their n-grams, int64 (B, N + 1, 4).
    """

    scripts: Callable[[], Tensor]
    symbols: Tensor
    rows: Tensor


class DeviceValues:
    """What a segmenter's weights say of texts.

    Args:
        by: the weights.
        device: of torch.
    """

    def __init__(self, by: CutByWeights, device: str) -> None:
        self._by, self._device = by, torch.device(device)
        make, self._layers = _FAMILIES[by.family]
        trunk = by.trunk()
        with self._device:
            self._model = make().eval()
            self._arrays = {name: torch.tensor(array) for name, array in trunk.arrays.items()}
        _load(self._model, self._arrays)

    def read(self, texts: Sequence[str]) -> list[DeviceRead]:
        """What each of these is cut by, none of them empty."""
        found: dict[int, DeviceRead] = {}
        data = [text.encode() for text in texts]
        for some in _together(list(map(len, data)), _POSITIONS[self._device.type]):
            layers = self._read([texts[n] for n in some], [data[n] for n in some])
            for row, n in enumerate(some):
                values, thresholds = layers[..., row, : len(data[n])]
                found[n] = DeviceRead(values, thresholds)
        return [found[n] for n in range(len(texts))]

    def _read(self, texts: Sequence[str], data: Sequence[bytes]) -> Floats:
        """Values and thresholds of a batch, float32 (2, K, B, N)."""
        longest = max(map(len, data))
        symbols = np.full((len(data), longest + 1), START, np.int64)
        for row, each in enumerate(data):
            symbols[row, : len(each) + 1] = symbols_of(each)

        def scripts() -> Tensor:
            found = np.zeros((len(data), longest), np.int64)
            for row, text in enumerate(texts):
                found[row, : len(data[row])] = script_groups(text)
            return torch.tensor(found)

        with torch.inference_mode(), self._device:
            batch = _Batch(scripts, torch.tensor(symbols), torch.tensor(gram_rows(symbols)))
            layers = self._layers(self._model, batch, self._arrays, self._by)
            both = [torch.stack([torch.broadcast_to(x, v.shape) for x in (v, over)]) for v, over in layers]
            return torch.stack(both, 1).cpu().numpy()


def _load(model: nn.Module, arrays: Mapping[str, Tensor]) -> None:
    """Give a model those of its weights that cutting needs."""
    own = dict(model.named_parameters())
    for name, array in arrays.items():
        key = next((key for key in (name, f"trunk.{name}", f"router.{name}") if key in own), None)
        if key is not None:
            own[key].data = array


def _together(sizes: Sequence[int], positions: int) -> Iterator[list[int]]:
    """Which texts are read together: alike in length, and with what fills them up in so many positions."""
    some = list[int]()
    for n in sorted(range(len(sizes)), key=lambda n: sizes[n]):
        if some and (len(some) + 1) * (sizes[n] + 1) > positions:
            yield some
            some = []
        some.append(n)
    if some:
        yield some


def _entropy(model: nn.Module, batch: _Batch, arrays: Mapping[str, Tensor], by: CutByWeights) -> Layers:
    nats = model(batch.symbols[:, :-1], batch.rows[:, :-1]).log_softmax(-1)
    bits = -(nats.exp() * nats).sum(-1) / math.log(2)
    return [(bits, torch.tensor(by.threshold))]


def _entropy_rise(model: nn.Module, batch: _Batch, arrays: Mapping[str, Tensor], by: CutByWeights) -> Layers:
    [(bits, threshold)] = _entropy(model, batch, arrays, by)
    return [(torch.diff(bits, prepend=torch.full_like(bits[:, :1], math.nan)), threshold)]


def _hnet(model: TorchHNet, batch: _Batch, arrays: Mapping[str, Tensor], by: CutByWeights) -> Layers:
    return [(model.router(model.trunk(batch.symbols, batch.rows)), torch.tensor(by.threshold))]


def _hnet2(model: TorchHNet2, batch: _Batch, arrays: Mapping[str, Tensor], by: CutByWeights) -> Layers:
    over = arrays["thresholds"]
    states, p = model.first(batch.symbols, batch.rows)
    p[:, 1] = 1.0  # the first byte starts a chunk, as the start symbol does
    first = (p[:, 1:], over[0])
    if by.stage == 1:
        return [first]
    _, where, _ = chunked(p > over[0])
    _, of_chunks = model.of_chunks(states, batch.symbols == START, where)
    second = torch.full_like(p, math.nan).scatter(1, where, of_chunks)  # chunks that are none lie at the start symbol
    return [first, (second[:, 1:], over[1])]


def _magnet(model: TorchMagnet, batch: _Batch, arrays: Mapping[str, Tensor], by: CutByWeights) -> Layers:
    scripts = batch.scripts()
    p = torch.sigmoid(model.logit(model.trunk(batch.symbols, batch.rows)[:, 1:], scripts))
    return [(p.roll(1, 1), arrays["thresholds"][scripts].roll(1, 1))]  # a start is behind an end


def _mrt5(model: TorchMrT5, batch: _Batch, arrays: Mapping[str, Tensor], by: CutByWeights) -> Layers:
    return [(model.gates(model.trunk(batch.symbols, batch.rows)[:, 1:]), torch.tensor(by.threshold))]


def _magnet_model() -> TorchMagnet:
    return TorchMagnet([LATIN_PRIOR] * len(GROUPS))  # priors are for training alone


_FAMILIES: dict[str, tuple[Callable[[], nn.Module], Callable[..., Layers]]] = {
    "entropy": (TorchByteModel, _entropy),
    "entropy-rise": (TorchByteModel, _entropy_rise),
    "hnet": (TorchHNet, _hnet),
    "hnet2": (TorchHNet2, _hnet2),
    "magnet": (_magnet_model, _magnet),
    "mrt5": (TorchMrT5, _mrt5),
}
