"""A model that is asked again and again what follows contexts that share their beginnings."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.common.errors import UserError
from core.common.numbers import count
from core.evaluation.passes.byte_marginals import Ids
from core.models.device import out_of_memory
from core.models.language_model import LanguageModel

_CHUNK = 512  # tokens read in one go
_REMEMBERED = 16  # answers: naive, healed and exact ask the same contexts


class ContextReader:
    """What a model says comes next, behind the start token of a text.

    Keys and values of the last context are kept, so that one which goes on from it, or parts from it in its last
    tokens, costs those alone. Architectures whose state cannot be taken back read each context from its beginning.

    Args:
        model: with a token for the start of a text.
        ahead: tokens behind that one, before every context.
    """

    def __init__(self, model: LanguageModel, ahead: Ids = ()) -> None:
        self.n_calls = 0  # contexts that the model was asked about
        self._model = model
        self._lead = [*([] if model.bos is None else [model.bos]), *ahead]
        self._cache: Any = None
        self._read: list[int] = []
        self._known: dict[Ids, NDArray[np.float64]] = {}

    def __call__(self, contexts: Sequence[Ids]) -> NDArray[np.float64]:
        """Log-probabilities of the next token, float64 (C, V).

        Raises:
            UserError: a context is longer than the model looks back, or memory does not suffice.
        """
        return np.stack([self._one(tuple(ids)) for ids in contexts])

    def _one(self, ids: Ids) -> NDArray[np.float64]:
        if ids not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.pop(next(iter(self._known)))
            self._known[ids] = self._asked([*self._lead, *ids])
        return self._known[ids]

    @torch.no_grad()
    def _asked(self, ids: list[int]) -> NDArray[np.float64]:
        model = self._model
        if model.max_tokens is not None and len(ids) > model.max_tokens:
            raise UserError(
                f"{model.name} looks back on {count(model.max_tokens)} tokens, and there are {count(len(ids))} by now. "
                "Give a shorter prompt."
            )
        try:
            states = self._states(ids)
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            what = f"{model.device} ran out of memory while {model.name} read {count(len(ids))} tokens"
            raise UserError(f"{what}. Give a shorter prompt.") from None
        self.n_calls += 1
        logits = states if model.halves is None else model.halves.logits(states)
        found: NDArray[np.float64] = logits.reshape(-1).double().log_softmax(0).cpu().numpy()
        return found

    def _states(self, ids: list[int]) -> torch.Tensor:
        """At the last token: what the head reads, or logits where it cannot be taken off."""
        model = self._model
        at = self._back_to(ids)
        while True:
            part = torch.tensor([ids[at : at + _CHUNK]], device=model.device)
            if model.halves is None:
                out = model.module(part, cache=self._cache, use_cache=True)
                last = out.logits[:, -1]
            else:
                out = model.halves.body(part, cache=self._cache, use_cache=True)
                last = out.last_hidden_state[:, -1]
            self._cache = getattr(out, "cache", None)
            at += part.shape[1]
            if at >= len(ids):
                break
        self._read = ids
        if not getattr(self._cache, "is_croppable", False):
            self._cache, self._read = None, []
        return torch.as_tensor(last)

    def _back_to(self, ids: list[int]) -> int:
        """How many tokens of a context are in the cache, after taking out what it does not share."""
        shared = 0
        for mine, theirs in zip(ids[:-1], self._read, strict=False):
            if mine != theirs:
                break
            shared += 1
        too_many = len(self._read) - shared
        self._read = []
        if self._cache is not None and shared and too_many:
            try:
                self._cache.crop(-too_many)
            except RuntimeError:  # a sliding window has let go of what would be needed
                shared = 0
        if not shared:
            self._cache = None
        return shared
