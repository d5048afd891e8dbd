"""Sums put to a language model, which writes what it finds most probable; reading this file loads torch."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

import torch

from core.common.errors import UserError
from core.common.numbers import count
from core.common.progress import report
from core.models.device import out_of_memory
from core.models.generation import greedily
from core.models.language_model import LanguageModel
from core.probes.sums.addition import Addition
from core.probes.sums.answers import Answers, SumsAsked
from core.probes.sums.prompts import WRITTEN, bare, n_written, number_in, prompt
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.special_roles import special_ids
from core.tokenizers.tokenizer import PLAIN

_AT_ONCE = 32  # prompts of equal length


def asked_in_styles(model: LanguageModel, sums: Sequence[Addition]) -> SumsAsked:
    """What a model says to sums written plainly, and with commas.

    Raises:
        UserError: memory does not suffice, or it looks back on too little.
    """
    found = [
        Answers(
            f"{model.spec} {way}",
            f"{model.name}, {way}",
            prompt(sums[0], way),
            _said(model, sums, partial(prompt, written=way), f"Asking, {way}"),
        )
        for way in WRITTEN
    ]
    return SumsAsked(_numbers(sums), tuple(found))


def asked_bare(model: LanguageModel, sums: Sequence[Addition], key: str, label: str) -> SumsAsked:
    """What an adder says to sums."""
    return SumsAsked(_numbers(sums), (Answers(key, label, bare(sums[0]), _said(model, sums, bare, "Asking")),))


def _numbers(sums: Sequence[Addition]) -> tuple[tuple[int, int], ...]:
    return tuple((one.a, one.b) for one in sums)


def _said(
    model: LanguageModel, sums: Sequence[Addition], written: Callable[[Addition], str], stage: str
) -> tuple[int | None, ...]:
    lead = [] if model.bos is None else [model.bos]
    prompts = [[*lead, *model.tokenizer.encode(written(one), PLAIN).ids.tolist()] for one in sums]
    if model.max_tokens is not None and (longest := max(map(len, prompts)) + n_written(sums)) > model.max_tokens:
        raise UserError(
            f"{model.name} looks back on {count(model.max_tokens)} tokens; to be asked sums it needs {count(longest)}."
        )
    alike = defaultdict[int, list[int]](list)
    for n, ids in enumerate(prompts):
        alike[len(ids)].append(n)
    said: dict[int, int | None] = {}
    for places in alike.values():
        for start in range(0, len(places), _AT_ONCE):
            some = places[start : start + _AT_ONCE]
            texts = _continued(model, [prompts[n] for n in some], n_written([sums[n] for n in some]))
            said |= zip(some, map(number_in, texts), strict=True)
            report(len(said), len(sums), stage)
    return tuple(said[n] for n in range(len(sums)))


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
