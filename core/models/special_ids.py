"""Which id plays which part: beginning and end of a text, padding, unknown."""

from typing import Any

import numpy as np

from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import LocalTokenizer

ROLES = ("bos", "eos", "pad", "unk")
# The usual spellings, for tokenizers whose files do not name their padding token.
_PADDING = ("<pad>", "[PAD]", "<|pad|>", "<|finetune_right_pad_id|>", "<|padding|>")


def special_ids(tokenizer: LocalTokenizer, config: Any = None, n_rows: int | None = None) -> dict[str, int]:
    """Id by role, of those in `ROLES` that there are.

    A model's configuration says it first, since its ids are those it was trained with; then the tokenizer's files.

    Args:
        config: of a transformers model; None asks the tokenizer alone.
        n_rows: ids from here on have no embedding and are not used; None accepts all.
    """
    found = dict(_told_by(tokenizer))
    for role in ROLES:
        told = getattr(config, f"{role}_token_id", None)
        if isinstance(told, list | tuple):  # Llama 3 ends a turn with one id and a text with another
            told = told[0] if told else None
        if isinstance(told, int) and told >= 0:
            found[role] = told
    return {r: found[r] for r in ROLES if r in found and (n_rows is None or found[r] < n_rows)}


def _told_by(tokenizer: LocalTokenizer) -> dict[str, int]:
    ids = dict(tokenizer.info.specials)
    spellings = {"bos": (tokenizer.info.bos,), "eos": (tokenizer.info.eos,), "pad": _PADDING}
    found = {
        role: next(ids[spelling] for spelling in wanted if spelling in ids)
        for role, wanted in spellings.items()
        if any(spelling in ids for spelling in wanted)
    }
    if tokenizer.vocabulary is not None:
        unknown = np.flatnonzero(tokenizer.vocabulary.kinds == Kind.UNKNOWN)
        if len(unknown):
            found["unk"] = int(unknown[0])
    return found
