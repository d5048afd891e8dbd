"""Whether a model can say a token back: the probability it gives to it where everything asks for it."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.common.errors import UserError
from core.common.progress import report
from core.models.device import out_of_memory
from core.models.language_model import LanguageModel
from core.models.under_trained.prompts import N_WRITTEN, GappedIds
from core.vocabulary.entries import Ids

_BATCH_TOKENS = {"cuda": 16_384, "mps": 4_096, "cpu": 2_048}
_MOST_AT_ONCE = 64


def repetition(model: LanguageModel, prompts: Sequence[GappedIds], tokens: Ids) -> NDArray[np.float64]:
    """The highest probability that a model gives to each token while it goes on with each prompt.

    It writes three tokens greedily, since some models begin an answer with a space or a quotation mark. Prompts of a
    kind have equal lengths, so that those of many tokens run together without padding.

    Args:
        tokens: ids, int64 (n,).

    Returns:
        0 to 1, float64 (n, prompts).

    Raises:
        UserError: the device has no memory for it.
    """
    found = np.zeros((len(tokens), len(prompts)))
    total, done = len(tokens) * sum(len(prompt.ids) for prompt in prompts), 0
    for column, prompt in enumerate(prompts):
        size = max(1, min(_MOST_AT_ONCE, _BATCH_TOKENS[model.device.type] // len(prompt.ids)))
        for start in range(0, len(tokens), size):
            batch = tokens[start : start + size]
            found[start : start + size, column] = _highest(model, prompt, batch)
            done += len(batch) * len(prompt.ids)
            report(done, total, "Asking for each token")
    return found


def _highest(model: LanguageModel, prompt: GappedIds, tokens: Ids) -> NDArray[np.float64]:
    """For tokens that are asked for together, float64 (n,)."""
    ids = torch.tensor(np.stack([prompt.filled(int(token)) for token in tokens]), device=model.device)  # (n, T)
    try:
        written, logits = _continued(model, ids)
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


@torch.no_grad()
def _continued(model: LanguageModel, ids: Tensor) -> tuple[NDArray[np.int64], Sequence[Tensor]]:
    """What is written after each prompt, (n, steps), and the logits of each step, (n, V)."""
    end = model.special_ids.get("eos")
    out = model.module.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=N_WRITTEN,
        do_sample=False,
        num_beams=1,
        return_dict_in_generate=True,
        output_logits=True,
        eos_token_id=end,
        pad_token_id=model.special_ids.get("pad", 0 if end is None else end),
    )
    return out.sequences[:, ids.shape[1] :].cpu().numpy(), out.logits


def _still_writing(model: LanguageModel, written: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each step comes before the text was ended, or ends it, (n, steps)."""
    ended = written == model.special_ids.get("eos", -1)
    return np.asarray(np.cumsum(ended, 1) - ended == 0)
