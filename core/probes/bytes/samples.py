"""What a model writes when it is left to draw its next tokens."""

from collections.abc import Sequence

import torch
from transformers import GenerationConfig

from core.common.errors import UserError
from core.common.numbers import count
from core.models.device import out_of_memory
from core.models.language_model import LanguageModel


def sampled(
    model: LanguageModel, prompt: Sequence[int], n: int, n_tokens: int, temperature: float, seed: int
) -> list[tuple[int, ...]]:
    """Ids that go on from a prompt, without it, drawn from all that the model gives a probability to.

    Args:
        prompt: ids behind the start of a text.
        n: how many draws.
        n_tokens: of each, at most; fewer where the model ends its text.
        temperature: over 0; 1 draws as the model says, less is bolder.

    Raises:
        UserError: the model has nothing to begin with or looks back no further, or memory does not suffice.
    """
    begun = [*([] if model.bos is None else [model.bos]), *prompt]
    if not begun:
        raise UserError(f"{model.name} has no token to begin a text with. Give a prompt.")
    if model.max_tokens is not None and len(begun) + n_tokens > model.max_tokens:
        raise UserError(
            f"{model.name} looks back on {count(model.max_tokens)} tokens; {count(len(begun))} of the prompt and "
            f"{count(n_tokens)} are more. Ask for fewer tokens."
        )
    eos = model.special_ids.get("eos")
    config = GenerationConfig(  # type: ignore[no-untyped-call]
        do_sample=True,
        temperature=temperature,
        top_k=0,
        top_p=1.0,
        max_new_tokens=n_tokens,
        eos_token_id=eos,
        pad_token_id=0 if eos is None else eos,
    )
    torch.manual_seed(seed)
    given = torch.tensor([begun] * n, device=model.device)
    try:
        with torch.no_grad():
            found = model.module.generate(given, attention_mask=torch.ones_like(given), generation_config=config)
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        raise UserError(f"{model.device} ran out of memory. Ask for fewer samples or tokens at a time.") from None
    return [_up_to(row[len(begun) :].tolist(), eos) for row in found]


def _up_to(ids: Sequence[int], end: int | None) -> tuple[int, ...]:
    """
    >>> _up_to([1, 2, 0, 3], 0), _up_to([1], None)
    ((1, 2), (1,))
    """
    return tuple(ids if end is None or end not in ids else ids[: ids.index(end)])
