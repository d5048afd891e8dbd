"""What a pickle of tensors is found to say, as a process tells it."""

import math
from dataclasses import dataclass

SECONDS = 20.0
MEMORY_MB = 512


@dataclass(frozen=True)
class TorchTensor:
    """A tensor of a file that torch.save wrote.

    Args:
        name: in the mapping that was saved.
        storage: class of torch that its numbers are of.
        key: the entry of the zip that holds them.
        offset: of its first number there.
        steps: numbers from one to the next along each side.
    """

    name: str
    storage: str
    key: str
    offset: int
    shape: tuple[int, ...]
    steps: tuple[int, ...]

    @property
    def n_numbers(self) -> int:
        """In it."""
        return math.prod(self.shape)

    @property
    def in_order(self) -> bool:
        """Whether its numbers lie one behind the other, row by row."""
        wanted = [math.prod(self.shape[n + 1 :]) for n in range(len(self.shape))]
        return all(side == 1 or step == want for side, step, want in zip(self.shape, self.steps, wanted, strict=True))


@dataclass(frozen=True)
class TorchTensors:
    """All of them.

    Args:
        refused: what the pickle names that is no part of a tensor; empty if there is none.
    """

    tensors: tuple[TorchTensor, ...] = ()
    refused: str = ""
