"""What a training reads in which step, said ahead: the same bytes for every tokenizer, each once before any twice."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from core.text.blocks import equal_blocks


def schedule(
    texts: Sequence[str], n_steps: int, batch_bytes: int, chunk_bytes: int, seed: int
) -> list[tuple[str, ...]]:
    """The texts of each step: chunks of them in random order, every byte once before any is read again.

    Args:
        texts: to train on, at least one of them not empty.
        batch_bytes: of a step, less at most three where a character would be cut.
        chunk_bytes: most of a text that is read at a time; a model looks back on no more.
        seed: of the order.

    >>> schedule(["abc", "defg"], 2, 4, 2, seed=0)
    [('de', 'a', 'b'), ('c', 'fg', 'f')]
    """
    left, steps = deque[str](), list[tuple[str, ...]]()
    rng = np.random.default_rng(seed)
    chunks = [chunk for text in texts for chunk in equal_blocks(text, chunk_bytes)]
    for _ in range(n_steps):
        batch, room = list[str](), batch_bytes
        while room:
            left = left or deque(chunks[n] for n in rng.permutation(len(chunks)).tolist())
            text = left.popleft()
            head = text.encode()[:room].decode(errors="ignore")
            if head != text:
                left.appendleft(text[len(head) :])
            batch += [head] if head else []
            room = room - len(head.encode()) if head == text else 0
        steps.append(tuple(batch))
    return steps
