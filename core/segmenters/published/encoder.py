"""Encoders and routers of a published H-Net: p that a chunk starts, at each byte, and at each chunk of the stage
before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.segmenters.published.attention import AttentionShape, attention, gated_pair
from core.segmenters.published.layout import EMBEDDINGS, LayerShape, StageShape
from core.segmenters.published.mamba2 import mamba2, rms_norm
from core.segmenters.router import unlikeness
from core.segmenters.trunk import Floats

BEGIN = 254  # the byte with which published models begin a text
CUTS_OVER = 0.5


@dataclass(frozen=True, eq=False)
class Encoders:
    """All stages of one.

    Args:
        stages: from bytes on.
        arrays: by their published names, float32.
        attends: of each stage, what its attention layers need; None where it has none.
    """

    stages: Sequence[StageShape]
    arrays: Mapping[str, Floats]
    attends: Sequence[AttentionShape | None]

    def probabilities(self, text: bytes, stage: int) -> tuple[NDArray[np.int64], Floats]:
        """(first byte of each chunk of the stage before, p that one of this stage starts there), (J,) each.

        Of the first stage these are all bytes. Chunks of the stages before start where p is over a half.
        """
        symbols = np.concatenate([[BEGIN], np.frombuffer(text, np.uint8)]).astype(np.intp)
        x, at = self.arrays[EMBEDDINGS][symbols], np.arange(-1, len(text))
        for n in range(stage):
            states = self.encoded(x, n)
            p = self._routed(states, n)
            if n < stage - 1:
                chosen = p > CUTS_OVER
                x, at = states[chosen], at[chosen]
        return at[1:], p[1:]

    def encoded(self, x: Floats, n: int) -> Floats:
        """States of a stage's encoder, (T, D), of what the stage before gave."""
        stage = self.stages[n]
        if stage.wider:
            beside = np.broadcast_to(self.arrays[f"{stage.prefix}pad_dimension"], (len(x), stage.wider))
            x = np.concatenate([x, beside], 1)
        for layer in stage.layers:
            x = self._layer(x, layer, self.attends[n])
        return rms_norm(x) * self.arrays[f"{stage.prefix}encoder.rmsnorm.weight"]

    def _layer(self, x: Floats, layer: LayerShape, attends: AttentionShape | None) -> Floats:
        seen, mixer = self._normed(x, f"{layer.prefix}norm1.weight"), self._under(f"{layer.prefix}mixer.")
        if layer.mamba:
            x = x + mamba2(seen, mixer)
        else:
            assert attends is not None, "a stage with attention has its shape"
            x = x + attention(seen, mixer, attends)
        if layer.pair:
            seen = self._normed(x, f"{layer.prefix}norm2.weight")
            x = x + gated_pair(seen, self._under(f"{layer.prefix}mlp."))
        return x

    def _routed(self, states: Floats, n: int) -> Floats:
        """(1 - cos(Wq h_{t-1}, Wk h_t)) / 2, and 1 at the first: (T,)."""
        router = self._under(f"{self.stages[n].prefix}routing_module.")
        p = unlikeness(states, router["q_proj_layer.weight"].T, router["k_proj_layer.weight"].T)
        return np.concatenate([np.ones(1, np.float32), p])

    def _normed(self, x: Floats, name: str) -> Floats:
        return rms_norm(x) * self.arrays[name]

    def _under(self, prefix: str) -> dict[str, Floats]:
        return {name.removeprefix(prefix): array for name, array in self.arrays.items() if name.startswith(prefix)}
