"""The parts of a model that cuts while it learns: a body that reads bytes, blocks over chunks, and what reads on."""

import torch
from torch import Tensor, nn

from core.segmenters.build.torch_trunk import TorchBlock, TorchTrunk, torch_normed
from core.segmenters.trunk import START

WIDTH, INNER, GRAM_WIDTH = 96, 128, 16
READING, MIDDLE = 2, 3  # blocks
STEPS, ROWS, LENGTH, SEED = 240, 8, 256, 11


class ChunkedModel(nn.Module):
    """The parts; each kind says where chunks are and how their states come back to the bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = TorchTrunk(WIDTH, INNER, READING, GRAM_WIDTH)
        self.middle = nn.ModuleList(TorchBlock(WIDTH, INNER, dilation) for dilation in (1, 3, 9)[:MIDDLE])
        self.after = TorchBlock(WIDTH, INNER, 1)
        self.head = nn.Parameter(torch.zeros(WIDTH, START))

    def over_chunks(self, chunks: Tensor) -> Tensor:
        """States (B, J, D) of chunks, each of it and those before."""
        for block in self.middle:
            chunks = block(chunks)
        return torch_normed(chunks)

    def read_on(self, states: Tensor) -> Tensor:
        """Logits of the next byte."""
        logits: Tensor = torch_normed(self.after(states)) @ self.head
        return logits


def next_byte_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Nats per byte; a start symbol is not foretold."""
    wanted = torch.where(targets == START, -100, targets).flatten()
    return nn.functional.cross_entropy(logits.flatten(0, 1), wanted, ignore_index=-100)


def progress(name: str, loss: Tensor, b: Tensor) -> str:
    """How far a model is, in words."""
    bits, chunk = float(loss.detach()) / 0.6931, 1 / max(1e-3, float(b.detach().float().mean()))
    return f"{name}: {bits:.3f} bits per byte, {chunk:.2f} bytes per chunk"
