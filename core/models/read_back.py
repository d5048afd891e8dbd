"""A folder that was written, read as one who loads it with transformers does: it cuts, scores and ends texts alike."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from core.common.errors import UserError, shown
from core.counting.calibration import calibration_lines
from core.models.checkpoint import whole_weights
from core.models.language_model import LanguageModel
from core.models.load import loading, open_model
from core.models.matrices_apart import are_held
from core.models.memory import weight_bytes
from core.models.score import score
from core.tokenizers.tokenizer import PLAIN

_ALIKE = 1e-6  # relative; the same weights on the same device in the same format give the same bits
_PROMPTS = 3
_PROMPT_TOKENS, _WRITTEN_TOKENS = 8, 24
_ROUNDINGS = 256  # by which logits differ between one token at a time and all at once


def read_back(model: LanguageModel, folder: Path, texts: Sequence[str]) -> float:
    """Bits per byte that the folder gives to texts.

    Raises:
        UserError: it cuts a text otherwise than the model in memory, gives it other bits, or goes on from its
            beginning otherwise, as by not ending where the model ends.
    """
    _same_cut(model, folder, texts)
    again = open_model(str(folder), _device(model), model.numbers)
    bits, before = score(again, texts).bits_per_byte, score(model, texts).bits_per_byte
    same = bits == before or abs(bits - before) <= _ALIKE * abs(before) or (bits != bits and before != before)  # noqa: PLR0124
    if not same:
        raise UserError(
            f"What was read back gives {bits:.6f} bits per byte where the model gives {before:.6f}. Nothing was "
            "written; report this model, it holds something that its own save_pretrained does not write."
        )
    if getattr(again.module, "generation_config", None) is not None and not again.fetched:  # which reads all per token
        for text in texts[:_PROMPTS]:
            _same_writing(model, again, text)
    return bits


def _device(model: LanguageModel) -> str:
    """What to ask for to have another model where this one is, whose matrices may have grown since it was placed."""
    if model.placement is None or model.placement.spread is None:
        return str(model.device)
    return model.placement.again(max(0, weight_bytes(model.module, model.dtype) - model.placement.n_bytes))


def same_matrices(model: LanguageModel, folder: Path) -> None:
    """Do nothing if a folder holds the matrices of a model and cuts as it does; nothing else of it is read.

    Raises:
        UserError: it does not.
    """
    _same_cut(model, folder, calibration_lines())
    if not are_held(model, folder, whole_weights(folder, folder.name)):
        raise UserError(
            "The matrices that were read back are not those that were written. Nothing was written; report this "
            "model, its files are of a form that is not known here."
        )


def _same_cut(model: LanguageModel, folder: Path, texts: Sequence[str]) -> None:
    from transformers import AutoTokenizer

    load: object = AutoTokenizer.from_pretrained
    tokenizer = load(folder, trust_remote_code=False, local_files_only=True)  # type: ignore[operator]
    special = [spelling for spelling, _ in model.tokenizer.info.specials if spelling]
    for text, wanted in zip(texts, model.tokenizer.encode_many(list(texts)), strict=True):
        if any(spelling in text for spelling in special):  # AutoTokenizer reads those as what they spell
            continue
        found = tokenizer(text, add_special_tokens=False)["input_ids"]
        if list(found) != wanted.tolist():
            raise UserError(
                f"AutoTokenizer would cut {shown(text, 40)} otherwise than {model.tokenizer.info.label}. Nothing was "
                "written."
            )


@torch.no_grad()
def _same_writing(model: LanguageModel, again: LanguageModel, text: str) -> None:
    """Do nothing if `generate` of the folder writes what the model finds likeliest, and ends where that is the end.

    Raises:
        UserError: it does not.
    """
    lead = [] if model.bos is None else [model.bos]
    prompt = [*lead, *model.tokenizer.encode(text, PLAIN).ids.tolist()[:_PROMPT_TOKENS]]
    room = _WRITTEN_TOKENS if model.max_tokens is None else min(_WRITTEN_TOKENS, model.max_tokens - len(prompt))
    if not prompt or room < 1:
        return
    try:
        written = _generated(again, prompt, room)
    except UserError:
        if _generates(model, prompt):
            raise
        return  # transformers writes nothing with this architecture, whatever its tokenizer
    logits = model.logits(torch.tensor([[*prompt, *written]], device=model.device))[0, len(prompt) - 1 : -1].float()
    logits[:, model.unwritten] = -torch.inf
    near = _ROUNDINGS * torch.finfo(model.dtype).eps * float(logits[logits.isfinite()].abs().amax())
    chosen = logits.gather(1, torch.tensor(written, device=logits.device)[:, None])[:, 0]
    likeliest, ends = bool((chosen >= logits.amax(1) - near).all()), {model.special_ids.get("eos"), *model.other_ends}
    ended = next((n for n, i in enumerate(written, 1) if i in ends), room)
    if logits.isfinite().any(1).all() and not (likeliest and len(written) == ended):
        raise UserError(
            f"What was read back goes on from {shown(text, 40)} otherwise than the model: it writes {len(written)} "
            f"tokens where the model ends after {ended}, or other ones. Nothing was written; report this model, its "
            "settings for generation do not fit it."
        )


def _generates(model: LanguageModel, prompt: list[int]) -> bool:
    """Whether transformers writes anything with the model in memory."""
    try:
        return bool(_generated(model, prompt, 1))
    except UserError:
        return False


def _generated(model: LanguageModel, prompt: list[int], n_tokens: int) -> list[int]:
    """Ids that transformers writes after a prompt by the model's own settings, but greedily, the end included."""
    ids = torch.tensor([prompt], device=model.device)
    plain: dict[str, Any] = {"do_sample": False, "num_beams": 1, "repetition_penalty": 1.0, "max_new_tokens": n_tokens}
    with loading(model.name, model.device):
        out = model.module.generate(ids, attention_mask=torch.ones_like(ids), **plain)
    return [int(i) for i in out[0, len(prompt) :]]
