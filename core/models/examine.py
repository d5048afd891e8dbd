"""What a model that was loaded is found to be like before anything is measured with it."""

from collections.abc import Iterator

import torch
from torch import Tensor

from core.common.errors import UserError
from core.common.numbers import count
from core.models.architecture import first_line
from core.models.device import out_of_memory
from core.models.language_model import LanguageModel


def refuse_looking_ahead(model: LanguageModel) -> None:
    """Do nothing if a later token changes nothing before it.

    An encoder with a head loads as a decoder would; what tells them apart is whether a later token is seen.

    Raises:
        UserError: it does.
    """
    ids = torch.arange(1, 9, device=model.device).reshape(1, -1) % model.n_rows
    other = ids.clone()
    other[0, -1] = 0
    first, second = (_logits(model, i)[0, :-1].float() for i in (ids, other))
    scale = float(first.abs().nan_to_num(0, 0, 0).max())
    rounding = 1e-4 if model.dtype == torch.float32 else 2e-2
    if float((first - second).abs().nan_to_num(0, 0, 0).max()) > rounding * scale:
        raise UserError(
            f"{model.name} ({type(model.module).__name__}) looks ahead: what it says of a token depends on the tokens "
            "behind it, as in an encoder. Pick a decoder, such as GPT-2, Llama or Qwen."
        )


def _logits(model: LanguageModel, ids: Tensor) -> Tensor:
    """The first that are asked of a model.

    Raises:
        UserError: it gives none, or memory does not suffice.
    """
    try:
        return model.logits(ids)
    except Exception as error:  # a configuration that fits no text fails in as many ways as there are architectures
        if out_of_memory(error):
            raise UserError(
                f"{model.device} ran out of memory while {model.name} read eight tokens. Free some, or pick a smaller "
                "model."
            ) from None
        raise UserError(
            f"{model.name} ({type(model.module).__name__}) reads no text: {first_line(error)}. Its configuration does "
            "not fit its architecture; fetch or save it again."
        ) from None


def remarks(model: LanguageModel) -> Iterator[str]:
    """What is odd about a model's matrices."""
    matrices = model.matrices()
    for what, rows in (("input", matrices.input), ("output", matrices.output), ("bias", matrices.bias)):
        if rows is None:
            continue
        flat = rows.reshape(len(rows), -1)
        bad = int((~torch.isfinite(flat)).any(1).sum())
        if bad:
            who = "holds" if bad == 1 else "hold"
            broken = f"{count(bad)} of {count(len(rows))} rows"
            yield f"{broken} of the {what} {who} NaN or infinity: what uses that is undefined."
        zero = int((flat == 0).all(1).sum()) if what != "bias" else 0
        if zero:
            yield f"{count(zero)} of {count(len(rows))} rows of the {what} {'is' if zero == 1 else 'are'} zero."
    n_tokens = model.tokenizer.info.n_vocabulary or 0
    if n_tokens > model.n_rows:
        yield (
            f"The tokenizer has {count(n_tokens)} tokens and the model {count(model.n_rows)} rows: what has "
            "none is not scored."
        )
    if model.bos is None:
        yield "There is no token to begin a text with, so the first token of a text is not scored."
