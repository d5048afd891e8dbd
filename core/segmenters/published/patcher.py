"""The patcher of a BLT with numpy: a small transformer over bytes, and how uncertain it is of each.

Source: Pagnoni et al. 2024, Byte Latent Transformer; layers and rule as in transformers' BltPatcher.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.segmenters.byte_model import log_softmax
from core.segmenters.published.attention import attended
from core.segmenters.published.mamba2 import silu
from core.segmenters.published.patcher_layout import OFFSET, PatcherShape
from core.segmenters.trunk import Floats

BEGIN = 1  # the id with which transformers' tokenizer begins a text


@dataclass(frozen=True, eq=False)
class Patcher:
    """A patcher.

    Args:
        arrays: by their names in it, float32.
    """

    shape: PatcherShape
    arrays: Mapping[str, Floats]

    def entropies_nats(self, text: bytes) -> Floats:
        """How uncertain each byte of a text is before it is read, in nats: float32 (N,)."""
        ids = np.concatenate([[BEGIN], np.frombuffer(text, np.uint8).astype(np.intp) + OFFSET])[:-1]
        x = self.arrays["embed_tokens.weight"][ids]
        for n in range(self.shape.layers):
            at = f"layers.{n}."
            x = x + self._attention(self._normed(x, f"{at}input_layernorm.weight"), f"{at}self_attn.")
            x = x + self._pair(self._normed(x, f"{at}post_attention_layernorm.weight"), f"{at}mlp.")
        nats = log_softmax(self._through(self._normed(x, "norm.weight"), "lm_head"))
        found: Floats = -(np.exp(nats) * nats).sum(-1)
        return found

    def _attention(self, x: Floats, at: str) -> Floats:
        heads, width = self.shape.heads, x.shape[1]
        queries, keys, values = (
            self._through(x, f"{at}{one}_proj").reshape(len(x), -1, width // heads).swapaxes(0, 1) for one in "qkv"
        )  # (H, N, P), of keys and values perhaps fewer
        shared = heads // len(keys)
        keys, values = (np.repeat(each, shared, 0) for each in (self._turned(keys), values))
        seen = attended(self._turned(queries), keys, values, self.shape.back - 1)
        return self._through(seen, f"{at}o_proj")

    def _turned(self, x: Floats) -> Floats:
        """Neighbouring numbers of each place turned by it as pairs, (H, N, P)."""
        n, width = x.shape[1:]
        angles = np.arange(n)[:, None] * self.shape.theta ** (-np.arange(0, width, 2) / width)  # (N, P / 2)
        cos, sin = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)
        a, b = x[..., ::2], x[..., 1::2]
        return np.stack([a * cos - b * sin, b * cos + a * sin], -1).reshape(x.shape)

    def _pair(self, x: Floats, at: str) -> Floats:
        gate, up = self._through(x, f"{at}gate_proj"), self._through(x, f"{at}up_proj")
        return self._through(silu(gate) * up, f"{at}down_proj")

    def _through(self, x: Floats, name: str) -> Floats:
        found: Floats = x @ self.arrays[f"{name}.weight"].T
        return found

    def _normed(self, x: Floats, name: str) -> Floats:
        size = np.sqrt(np.mean(x * x, -1, keepdims=True) + np.float32(self.shape.eps))
        found: Floats = x / size * self.arrays[name]
        return found
