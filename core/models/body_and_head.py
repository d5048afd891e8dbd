"""A model as two halves, its body and its head, so that logits can be had for a few positions at a time.

The head is more than a matrix: architectures scale, soft-cap or shift its logits, each in its own `forward`. So the
second half is the model itself with a stand-in for its body, which hands on hidden states that are already there.
"""

import copy
from typing import Any

import torch
from torch import Tensor, nn


class Halves:
    """Body and head of a transformers model, which must have passed `splits`."""

    def __init__(self, module: Any) -> None:
        prefix = module.base_model_prefix
        self.body = getattr(module, prefix)
        self._given = _Given()
        self._tail = copy.copy(module)
        self._tail._modules = {**module._modules, prefix: self._given}
        # That of a spread model is bound to the whole, whose parts move by themselves.
        vars(self._tail).pop("forward", None)

    def logits(self, states: Tensor) -> Tensor:
        """Logits for hidden states that the body returned, (…, D) -> (N, V), whatever rows they were at."""
        self._given.states = states.reshape(1, -1, states.shape[-1])  # (1, N, D)
        try:
            ids = torch.zeros(self._given.states.shape[:2], dtype=torch.long, device=states.device)
            found: Tensor = self._tail(ids, use_cache=False).logits[0]
            return found
        finally:
            self._given.states = None


class _Given(nn.Module):
    """Stands where a body was, and returns the states it was given."""

    states: Tensor | None = None

    @property
    def decoder(self) -> "_Given":
        """Itself, for OPT, whose head calls a part of the body by this name."""
        return self

    def forward(self, *_: object, **__: object) -> Any:
        from transformers.modeling_outputs import BaseModelOutputWithPastAndCrossAttentions

        return BaseModelOutputWithPastAndCrossAttentions(last_hidden_state=self.states)


def splits(module: Any, ids: Tensor) -> bool:
    """Whether body and head, one after the other, give the logits of the whole on these ids, int64 (B, T)."""
    prefix = getattr(module, "base_model_prefix", "")
    if not prefix or prefix not in getattr(module, "_modules", {}):
        return False
    halves = Halves(module)
    whole = module(ids, use_cache=False).logits
    try:
        states = halves.body(ids, use_cache=False).last_hidden_state
        parts = halves.logits(states).reshape(whole.shape)
    except (AttributeError, TypeError, RuntimeError, ValueError):
        return False
    scale = float(whole.abs().nan_to_num(0.0, 0.0, 0.0).max())
    return bool(torch.allclose(parts, whole, rtol=0.0, atol=1e-3 * scale + 1e-30, equal_nan=True))
