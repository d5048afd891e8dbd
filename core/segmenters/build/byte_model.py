"""Trains the small byte model: how likely each next byte is, for entropy patches and windows of equal information."""

from collections.abc import Mapping, Sequence

import torch
from torch import nn

from core.segmenters.build.chunked import next_byte_loss
from core.segmenters.build.steps import train
from core.segmenters.build.text import batches
from core.segmenters.build.torch_trunk import TorchTrunk, adam
from core.segmenters.trunk import START

WIDTH, INNER, BLOCKS, GRAM_WIDTH = 128, 160, 4, 32
STEPS, ROWS, LENGTH, SEED = 700, 16, 256, 7


class TorchByteModel(nn.Module):
    """The body and a head of 256 bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = TorchTrunk(WIDTH, INNER, BLOCKS, GRAM_WIDTH)
        self.head = nn.Parameter(torch.zeros(WIDTH, START))

    def forward(self, symbols: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """Logits of the next byte, (B, T, 256)."""
        logits: torch.Tensor = self.trunk(symbols, rows) @ self.head
        return logits


def train_byte_model(texts: Mapping[str, Sequence[str]], steps: int = STEPS) -> dict[str, torch.Tensor]:
    """Its weights by name, in float16; the same text and number of threads give the same."""
    torch.manual_seed(SEED)
    model = TorchByteModel()

    def objective(step: int, batch: Sequence[torch.Tensor]) -> tuple[torch.Tensor, str]:
        symbols, rows = batch
        loss = next_byte_loss(model(symbols[:, :-1], rows[:, :-1]), symbols[:, 1:])
        return loss, f"byte model: {float(loss.detach()) / 0.6931:.3f} bits per byte"

    train(adam(model), batches(texts, ROWS, LENGTH, SEED), steps, objective)
    return byte_model_arrays(model)


def byte_model_arrays(model: TorchByteModel) -> dict[str, torch.Tensor]:
    """Its weights by name, in float16."""
    return {name.removeprefix("trunk."): p.detach().half() for name, p in model.named_parameters()}
