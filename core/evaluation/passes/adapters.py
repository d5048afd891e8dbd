"""Low-rank adapters for the linear layers of a model, for training that keeps few numbers per layer.

Each weight W becomes W + B A / rank times `STRENGTH`, with A random and B zero, so that the model starts unchanged.

Source: LoRA, arXiv 2106.09685.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

STRENGTH = 2.0  # alpha / rank in the paper's terms


class Adapter(nn.Module):
    """What is added to a weight.

    Args:
        weight: (m, n); the adapter has its device.
        rank: of what is added, at most the smaller of m and n.
        generator: of the random half; on the CPU, so that all devices start alike.
    """

    def __init__(self, weight: Tensor, rank: int, generator: torch.Generator) -> None:
        super().__init__()
        m, n = weight.shape
        rank = min(rank, m, n)
        down = torch.randn(rank, n, generator=generator) / math.sqrt(n)
        self.down = nn.Parameter(down.to(weight.device))
        self.up = nn.Parameter(torch.zeros(m, rank, device=weight.device))

    def forward(self, weight: Tensor) -> Tensor:
        """The weight with what is added."""
        return weight + STRENGTH * self.up @ self.down


@contextmanager
def adapted(module: Any, rank: int, seed: int) -> Iterator[list[nn.Parameter]]:
    """Parameters of an adapter on every matrix but embedding and head; merged into the weights at the end.

    >>> class Two(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.inside, self.head = nn.Linear(3, 2), nn.Linear(2, 5)
    ...     def get_output_embeddings(self):
    ...         return self.head
    >>> two = Two()
    >>> with adapted(two, 1, 0) as parameters:
    ...     [tuple(parameter.shape) for parameter in parameters]
    [(1, 3), (2, 1)]
    >>> parametrize.is_parametrized(two.inside)
    False
    """
    generator = torch.Generator().manual_seed(seed)
    layers = list(_layers(module))
    adapters = [Adapter(layer.weight, rank, generator) for layer in layers]
    for layer, adapter in zip(layers, adapters, strict=True):
        parametrize.register_parametrization(layer, "weight", adapter)
    try:
        yield [parameter for adapter in adapters for parameter in adapter.parameters()]
    finally:
        for layer in layers:
            parametrize.remove_parametrizations(layer, "weight", leave_parametrized=True)


def _layers(module: Any) -> Iterator[Any]:
    """Modules with a matrix that multiplies states: linear layers, and the transposed ones of GPT-2."""
    head = module.get_output_embeddings()
    for layer in module.modules():
        weight = getattr(layer, "weight", None)
        looked_up = isinstance(layer, nn.Embedding) or layer is head
        if isinstance(weight, nn.Parameter) and weight.ndim == 2 and not looked_up:
            yield layer
