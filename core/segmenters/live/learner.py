"""Segmenters while they learn: a step at a time, cut and judged in between, and kept so that learning can go on."""

import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save
from torch import Tensor, nn

from core.models.build.optimisers import go, slow_down
from core.segmenters.build import byte_model, hnet, magnet
from core.segmenters.build.chunked import CHUNKED_RATE, LENGTH, ROWS, next_byte_loss, text_bits
from core.segmenters.build.routing import ratio_loss
from core.segmenters.build.text import batches, batches_with_scripts
from core.segmenters.build.torch_trunk import RATE, adam
from core.segmenters.learnt_cut import learnt_cut
from core.segmenters.segmenter import Chunks
from core.segmenters.trunk import Trunk

Texts = Mapping[str, Sequence[str]]
Arrays = Sequence[NDArray[np.int64]]
_HELD_AT = 0.4  # share of the time after which what cuts learns no more, as in the shipped H-Net
_WARM_UP, _COOL_DOWN = 20, 0.5  # steps, and the last share of the time
_BYTES_PER_PATCH = 4.5


class Learner:
    """One family; a subclass says what it learns and how it cuts."""

    family: ClassVar[str]
    rate: ClassVar[float] = CHUNKED_RATE

    def __init__(self, texts: Texts, seed: int) -> None:
        self.texts, self.seed, self.steps, self.threshold = texts, seed, 0, math.nan
        torch.manual_seed(seed)
        self.model = self.made()
        self.moving = adam(self.model, self.rate)
        self.stream = self.batches()
        self.n_read = 0

    def made(self) -> nn.Module:
        """The model before it learns."""
        raise NotImplementedError

    def batches(self) -> Iterator[Arrays]:
        """What it reads, without end."""
        return batches(self.texts, ROWS, LENGTH, self.seed)

    def objective(self, batch: Sequence[Tensor], share: float) -> Tensor:
        """What it makes less, at this share of its time."""
        raise NotImplementedError

    def bits(self, text: str) -> float:
        """That it needs for a text."""
        raise NotImplementedError

    def arrays(self) -> dict[str, Tensor]:
        """What cutting needs."""
        raise NotImplementedError

    def step(self, share: float) -> None:
        """One step, at this share of its time."""
        slow_down(self.moving, min(1.0, (self.steps + 1) / _WARM_UP, max(0.0, 1 - share) / _COOL_DOWN))
        batch = [torch.from_numpy(array) for array in next(self.stream)]
        go(self.moving, self.objective(batch, share))
        self.steps, self.n_read = self.steps + 1, self.n_read + batch[0].numel()

    def weights(self) -> bytes:
        """The same as a file."""
        return save({name: array.contiguous() for name, array in self.arrays().items()})

    def cut(self) -> Callable[[str], Chunks]:
        """Cuts a text as the lane of what is learnt will."""
        arrays = {name: array.numpy() for name, array in self.arrays().items()}
        return learnt_cut(self.family, Trunk(arrays), self.threshold)

    def kept(self) -> bytes:
        """All that is needed to go on."""
        file = io.BytesIO()
        torch.save({**self.more(), "model": self.model.state_dict(), **self._learning()}, file)
        return file.getvalue()

    def _learning(self) -> dict[str, Any]:
        return {
            "moving": [one.state_dict() for one in self.moving],
            "steps": self.steps,
            "n_read": self.n_read,
            "random": torch.get_rng_state(),
            "threshold": self.threshold,
        }

    def more(self) -> dict[str, Any]:
        """What a subclass has beside its model."""
        return {}

    def go_on(self, kept: bytes) -> None:
        """Be as whoever gave `kept` was."""
        state = torch.load(io.BytesIO(kept), weights_only=True)
        self.model.load_state_dict(state["model"])
        for one, its in zip(self.moving, state["moving"], strict=True):
            one.load_state_dict(its)
        for _ in range(state["steps"] - self.steps):
            next(self.stream)
        self.steps, self.n_read, self.threshold = state["steps"], state["n_read"], state["threshold"]
        torch.set_rng_state(state["random"])


class HNetLearner(Learner):
    """H-Net of one stage."""

    family = "hnet"

    def made(self) -> nn.Module:
        self.threshold = 0.5
        return hnet.TorchHNet()

    def objective(self, batch: Sequence[Tensor], share: float) -> Tensor:
        assert isinstance(self.model, hnet.TorchHNet)
        if share >= _HELD_AT and self.threshold == 0.5:
            self.threshold = self._met()
        self._set()
        symbols, rows = batch
        logits, p, b = self.model(symbols[:, :-1], rows[:, :-1])
        return next_byte_loss(logits, symbols[:, 1:]) + hnet.RATIO_WEIGHT * ratio_loss(p, b, hnet.RATIO)

    def _met(self) -> float:
        """The threshold over which one byte in `RATIO` lies."""
        assert isinstance(self.model, hnet.TorchHNet)
        found, stream = [], batches(self.texts, ROWS, LENGTH, self.seed + 1)
        with torch.no_grad():
            for _ in range(20):
                symbols, rows = (torch.from_numpy(array) for array in next(stream))
                found.append(self.model(symbols, rows)[1].flatten())
        return float(torch.cat(found).quantile(1 - 1 / hnet.RATIO))

    def _set(self) -> None:
        """The model holds what cuts as soon as there is a threshold of its own."""
        assert isinstance(self.model, hnet.TorchHNet)
        if self.threshold not in {0.5, self.model.threshold}:
            self.model.hold_router(self.threshold)

    def bits(self, text: str) -> float:
        self._set()
        return text_bits(lambda symbols, rows: self.model(symbols, rows)[0], text)

    def arrays(self) -> dict[str, Tensor]:
        assert isinstance(self.model, hnet.TorchHNet)
        return hnet.router_of(self.model)


class MagnetLearner(Learner):
    """MAGNET with a prior for each script that the text has."""

    family = "magnet"
    over: Tensor | None = None

    def made(self) -> nn.Module:
        self.priors = magnet.priors_by_script(self.texts)
        return magnet.TorchMagnet(self.priors)

    def batches(self) -> Iterator[Arrays]:
        return batches_with_scripts(self.texts, ROWS, LENGTH, self.seed)

    def objective(self, batch: Sequence[Tensor], share: float) -> Tensor:
        symbols, rows, scripts = batch
        self.over = None
        logits, p, _ = self.model(
            symbols[:, :-1], rows[:, :-1], scripts[:, :-1], share=magnet.share_of_slope(self.steps)
        )
        prior = magnet.prior_loss(p, scripts[:, :-1], self.priors)
        return next_byte_loss(logits, symbols[:, 1:]) + magnet.PRIOR_WEIGHT * prior

    def _over(self) -> Tensor:
        assert isinstance(self.model, magnet.TorchMagnet)
        if self.over is None:
            random = torch.get_rng_state()
            self.over = magnet.thresholds(self.model, self.texts, 20)
            torch.set_rng_state(random)
        return self.over

    def bits(self, text: str) -> float:
        assert isinstance(self.model, magnet.TorchMagnet)
        return magnet.magnet_bits(self.model, self._over(), text)

    def arrays(self) -> dict[str, Tensor]:
        assert isinstance(self.model, magnet.TorchMagnet)
        return magnet.predictors_of(self.model, self._over())


class EntropyLearner(Learner):
    """A byte model, whose entropy cuts."""

    family = "entropy"
    rate = RATE

    def made(self) -> nn.Module:
        return byte_model.TorchByteModel()

    def objective(self, batch: Sequence[Tensor], share: float) -> Tensor:
        symbols, rows = batch
        return next_byte_loss(self.model(symbols[:, :-1], rows[:, :-1]), symbols[:, 1:])

    def bits(self, text: str) -> float:
        return text_bits(self.model, text)

    def arrays(self) -> dict[str, Tensor]:
        assert isinstance(self.model, byte_model.TorchByteModel)
        return byte_model.byte_model_arrays(self.model)

    def cut(self) -> Callable[[str], Chunks]:
        """The threshold is that over which one byte in so many of the text lies."""
        found, stream = [], batches(self.texts, ROWS, LENGTH, self.seed + 1)
        with torch.no_grad():
            for _ in range(6):
                symbols, rows = (torch.from_numpy(array) for array in next(stream))
                nats = self.model(symbols, rows).log_softmax(-1)
                found.append(-(nats.exp() * nats).sum(-1).flatten() / math.log(2))
        self.threshold = float(torch.cat(found).quantile(1 - 1 / _BYTES_PER_PATCH))
        return super().cut()


LEARNERS: Mapping[str, type[Learner]] = {one.family: one for one in (HNetLearner, MagnetLearner, EntropyLearner)}
