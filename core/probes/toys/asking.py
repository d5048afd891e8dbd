"""Questions put to a model, whose answer is a number that it writes; reading this file loads torch."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import torch

from core.common.errors import UserError
from core.common.numbers import count
from core.common.progress import report
from core.models.device import out_of_memory
from core.models.generation import greedily
from core.models.language_model import LanguageModel
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.special_roles import special_ids
from core.tokenizers.tokenizer import PLAIN

_AT_ONCE = 32  # prompts of equal length


def numbers_said(
    model: LanguageModel,
    prompts: Sequence[str],
    n_tokens: Sequence[int],
    read: Callable[[str], int | None],
    stage: str,
) -> tuple[int | None, ...]:
    """The number that the most probable continuation of each prompt says; None where it says none.

    Args:
        n_tokens: that the answer to each takes at most.
        read: gives the number that a continuation says.
        stage: for the progress.

    Raises:
        UserError: memory does not suffice, or the model looks back on too little.
    """
    lead = [] if model.bos is None else [model.bos]
    cut = [[*lead, *model.tokenizer.encode(one, PLAIN).ids.tolist()] for one in prompts]
    if model.max_tokens is not None and (longest := max(map(len, cut)) + max(n_tokens)) > model.max_tokens:
        raise UserError(
            f"{model.name} looks back on {count(model.max_tokens)} tokens; to be asked it needs {count(longest)}."
        )
    alike = defaultdict[int, list[int]](list)
    for n, ids in enumerate(cut):
        alike[len(ids)].append(n)
    said: dict[int, int | None] = {}
    for places in alike.values():
        for start in range(0, len(places), _AT_ONCE):
            some = places[start : start + _AT_ONCE]
            texts = _continued(model, [cut[n] for n in some], max(n_tokens[n] for n in some))
            said |= zip(some, map(read, texts), strict=True)
            report(len(said), len(prompts), stage)
    return tuple(said[n] for n in range(len(prompts)))


def _continued(model: LanguageModel, prompts: Sequence[Sequence[int]], n_tokens: int) -> list[str]:
    """What is written after prompts of equal length, as far as the text is not ended."""
    ids = torch.tensor(prompts, device=model.device)
    try:
        written, _ = greedily(model, ids, n_tokens)
    except RuntimeError as error:
        if not out_of_memory(error):
            raise
        raise UserError(
            f"{model.device} ran out of memory while {model.name} was asked. Pick a smaller model."
        ) from None
    pieces, silent = vocabulary_of(model.tokenizer).pieces, special_ids(model.tokenizer)
    return [
        b"".join(pieces[i] for i in row if i < len(pieces) and i not in silent).decode(errors="replace")
        for row in written.tolist()
    ]
