"""Matrices as they are given: refused where they cannot belong to a tokenizer, and brought to its size."""

import torch
from torch import Tensor

from core.common.errors import UserError
from core.common.numbers import count
from core.models.matrices import Matrices
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.tokenizer import LocalTokenizer

# A model may lack rows for a few tokens added to its tokenizer later (Gemma 3 does); more is another tokenizer.
MAX_SHARE_WITHOUT_ROW = 0.01


def check(matrices: Matrices, tokenizer: LocalTokenizer, whose: str) -> None:
    """Do nothing if matrices have the shapes of a causal model's, and a row per token.

    Args:
        whose: they are, to begin a sentence with.

    Raises:
        UserError: they have not; says what is wrong.
    """
    _check_shape(matrices, whose)
    _check_size(matrices, tokenizer, whose)


def fitted(rows: Tensor, size: int, device: torch.device) -> Tensor:
    """The first `size` rows in float32; unusable and missing ones are zero."""
    kept = rows[:size].to(device, torch.float32)
    broken = ~torch.isfinite(kept).all(1)
    if not broken.any() and len(kept) == size:
        return kept
    whole = torch.zeros(size, rows.shape[1], device=device)
    whole[: len(kept)] = torch.where(broken[:, None], 0.0, kept)
    return whole


def _check_shape(matrices: Matrices, whose: str) -> None:
    for name, rows in (("input", matrices.input), ("output", matrices.head)):
        if rows.ndim != 2 or not rows.numel():
            raise UserError(
                f"{whose} has no {name} matrix with a row per token: its shape is {tuple(rows.shape)}. "
                "Choose a causal language model with input and output embeddings."
            )
    if len(matrices.head) != matrices.n_rows:
        raise UserError(
            f"{whose} has {count(matrices.n_rows)} input rows and {count(len(matrices.head))} output rows; both must "
            "be as many. Its checkpoint is incomplete or of another kind."
        )
    if matrices.bias is not None and tuple(matrices.bias.shape) != (matrices.n_rows,):
        raise UserError(
            f"{whose} has a head bias of shape {tuple(matrices.bias.shape)} for {count(matrices.n_rows)} rows. "
            "Its checkpoint is incomplete or of another kind."
        )


def _check_size(matrices: Matrices, tokenizer: LocalTokenizer, whose: str) -> None:
    size = len(vocabulary_of(tokenizer))
    if size - matrices.n_rows > size * MAX_SHARE_WITHOUT_ROW:
        raise UserError(
            f"{whose} has {count(matrices.n_rows)} rows, but its tokenizer {tokenizer.info.label} has {count(size)} "
            "tokens. They do not belong together: choose the tokenizer that the model was trained with."
        )
