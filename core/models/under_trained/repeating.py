"""Whether a model can say a token back: the probability it gives to it where everything asks for it."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from core.common.errors import UserError
from core.common.progress import report
from core.models.device import out_of_memory
from core.models.generation import greedily
from core.models.language_model import LanguageModel
from core.models.under_trained.prompts import N_WRITTEN, GappedIds
from core.vocabulary.entries import Ids

_BATCH_TOKENS = {"cuda": 16_384, "mps": 4_096, "cpu": 2_048}
_MOST_AT_ONCE = 64
SETTLED = 0.9  # a token to which a prompt gives more is strongly rejected, whatever other prompts give it


def repetition(model: LanguageModel, prompts: Sequence[GappedIds], tokens: Ids) -> NDArray[np.float64]:
    """The highest probability that a model gives to each token while it goes on with each prompt.

    It writes three tokens greedily, since some models begin an answer with a space or a quotation mark. Prompts of a
    kind have equal lengths, so that those of many tokens run together without padding. Those that show the token most
    densely come first, and a token that one settles is not asked for again: that saves most of the work.

    Args:
        tokens: ids, int64 (n,).

    Returns:
        0 to 1, float64 (n, prompts); NaN where another prompt had settled it.

    Raises:
        UserError: the device has no memory for it.
    """
    found = np.full((len(tokens), len(prompts)), np.nan)
    left, n_done = np.arange(len(tokens)), 0
    order = sorted(range(len(prompts)), key=lambda n: -len(prompts[n].gaps) / len(prompts[n].ids))
    for place, column in enumerate(order):
        total = n_done + len(left) * sum(len(prompts[n].ids) for n in order[place:])
        for some in _batches(left, len(prompts[column].ids), model):
            found[some, column] = _highest(model, prompts[column], tokens[some])
            n_done += len(some) * len(prompts[column].ids)
            report(n_done, total, "Asking for each token")
        left = left[found[left, column] <= SETTLED]
    return found


def _batches(places: Ids, n_ids: int, model: LanguageModel) -> Iterator[Ids]:
    """Places of tokens whose prompts of so many ids run together."""
    size = max(1, min(_MOST_AT_ONCE, _BATCH_TOKENS[model.device.type] // n_ids))
    for start in range(0, len(places), size):
        yield places[start : start + size]


def _highest(model: LanguageModel, prompt: GappedIds, tokens: Ids) -> NDArray[np.float64]:
    """For tokens that are asked for together, float64 (n,)."""
    ids = torch.tensor(np.stack([prompt.filled(int(token)) for token in tokens]), device=model.device)  # (n, T)
    try:
        written, logits = greedily(model, ids, N_WRITTEN)
    except RuntimeError as error:
        if out_of_memory(error):
            raise UserError(
                f"{model.device} ran out of memory while {model.name} was asked to repeat tokens. Free some, or pick "
                "a smaller model."
            ) from None
        raise
    targets = torch.tensor(tokens, device=model.device)[:, None]  # (n, 1)
    steps = [step.float().log_softmax(1).gather(1, targets)[:, 0].exp() for step in logits]
    said = torch.stack(steps, 1).double().cpu().numpy()  # (n, steps)
    return np.asarray(np.where(_still_writing(model, written)[:, : said.shape[1]], said, 0.0).max(1))


def _still_writing(model: LanguageModel, written: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each step comes before the text was ended, or ends it, (n, steps)."""
    ended = written == model.special_ids.get("eos", -1)
    return np.asarray(np.cumsum(ended, 1) - ended == 0)
