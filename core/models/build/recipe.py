"""What the shipped models are: one body, three vocabularies, one diet."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """One model.

    Args:
        name: of its folder.
        kind: of its tokenizer, "bpe" (on bytes) or "unigram" (with byte fallback).
        n_vocabulary: special tokens included.
        english: share of English in the text that the tokenizer is made from.
        tied: whether head and input share their rows.
        steps: of training; the tokens of the larger vocabulary hold more text, so it needs fewer.
        seed: of its weights; what it reads is the same for all, as far as it gets.
        purpose: what it is for, one sentence.
    """

    name: str
    kind: str
    n_vocabulary: int
    english: float
    tied: bool
    steps: int
    seed: int
    purpose: str


RECIPES = (
    Recipe(
        "tiny-english", "bpe", 3072, 0.9, False, 440, 1,
        "The base: a model whose tokenizer is short of everything but English, as most models' were.",
    ),
    Recipe(
        "tiny-world", "bpe", 6144, 0.15, False, 350, 2,
        "The donor: a tokenizer shared out between twelve languages, with the rows of a model trained on it.",
    ),
    Recipe(
        "tiny-unigram", "unigram", 4096, 0.15, True, 440, 3,
        "The odd one: SentencePiece's way to cut, bytes for what is rare, and one matrix for both ends.",
    ),
)  # fmt: skip

WIDTH, MLP, LAYERS, HEADS, POSITIONS = 192, 448, 4, 6, 512
ROWS_PER_STEP = 6  # of POSITIONS tokens each
SHORT = 308  # steps, the first, in which rows are cut in two: attention over 512 tokens takes long
WARM_UP = 16  # steps
COOL_DOWN = 0.432  # of the steps, the last, in which the learning rate falls to nothing
RATE_MATRICES, RATE_ROWS = 0.02, 4e-3  # Muon for matrices between layers, Adam for the rest
DIET_SEED = 20
