"""What a toy learns, and how its texts are cut."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

Exercise = tuple[str, str]  # a question, and its answer
Draw = Callable[[np.random.Generator, int], list[Exercise]]

SPECIALS: Mapping[str, str] = {"pad": "<pad>", "bos": "<s>", "eos": "</s>"}


@dataclass(frozen=True)
class Diet:
    """How much a toy learns.

    Args:
        steps: of training.
        exercises: in each of them.
        seed: of its weights and of what it reads.
    """

    steps: int
    exercises: int = 256
    seed: int = 0


def tokenizer_of(words: Sequence[str], cut: str) -> Tokenizer:
    """A tokenizer whose tokens are the words, behind the special ones.

    Args:
        cut: a regular expression; what it matches is a token, and so is what lies between.

    >>> tokenizer_of(["1", "12", "+"], r"\\d{1,2}").encode("12+1").tokens
    ['12', '+', '1']
    """
    ids = {word: i for i, word in enumerate([*SPECIALS.values(), *words])}
    made = Tokenizer(models.WordLevel(ids, unk_token=SPECIALS["pad"]))
    made.pre_tokenizer = pre_tokenizers.Split(Regex(cut), "isolated")
    made.decoder = decoders.Fuse()
    made.add_special_tokens([AddedToken(spelling, special=True) for spelling in SPECIALS.values()])
    return made
