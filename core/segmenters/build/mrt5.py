"""Trains a small MrT5: a gate behind the first blocks deletes bytes, and what is kept must suffice to write the text.

    G_t = k sigmoid(-(w · norm(h_t) + b)),  k = -30;  b = 1 at first
    attention to byte t gets G_t added to its logits, and its softmax one more term of 1; t is deleted where G_t < k/2
    L = CE + α mean G;  p = .9 p + .1 k_p e,  i += k_i e,  α = p + i,  e = share to delete - share deleted

Source: Kallini et al. 2025, MrT5. Their task is to restore spans that were taken out, with k_p = .5, k_i = 1e-5, no
wait and α >= 0; so controlled, a model of this size deletes everything and does not come back. Here it writes the same
text again, deletes nothing for the first steps, k_p = .2 and k_i = 2e-5, α may be negative and moves w and b alone, at
a third of the rate of the rest. In so few steps the gates then come down, in an order that they have learnt, but not to
k/2: so the gate is held after most of them, with a threshold up to which half of the bytes of its text lie, and what
reads goes on to learn without what is deleted. Ours too: the body, which looks back only, its size, and that attention
prefers what is near.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.common.progress import report
from core.models.build.optimisers import go, share_of_rate, slow_down
from core.segmenters.build.chunked import CHUNKED_RATE, HEADS, INNER, LENGTH, READING, ROWS, WIDTH, next_byte_loss
from core.segmenters.build.text import batches
from core.segmenters.build.torch_trunk import TorchBlock, TorchTrunk, torch_normed
from core.segmenters.trunk import START, gram_rows, symbols_of

STEPS, WAIT, HELD_STEPS = 260, 100, 70  # in all, before the gate has to delete, and when it learns no more
SEED = 3
SCALE = -30.0  # k
TO_DELETE = 0.5  # of the bytes
_PROPORTIONAL, _INTEGRAL = 0.2, 2e-5
_GATE_RATE = CHUNKED_RATE / 3
_LOOKED_AT = 10  # batches that the threshold is found on
How = Literal["all", "gated", "kept"]


class Controller:
    """Weight of the gates in the loss, from how far deletion is from its aim."""

    def __init__(self) -> None:
        self._p = self._i = 0.0

    def weight(self, deleted: float) -> float:
        """α after a step that deleted this share.

        >>> controller = Controller()
        >>> round(controller.weight(0.0), 6), controller.weight(1.0) < 0
        (0.01001, True)
        """
        error = TO_DELETE - deleted
        self._p = 0.9 * self._p + 0.1 * _PROPORTIONAL * error
        self._i += _INTEGRAL * error
        return self._p + self._i


class GatedLook(nn.Module):
    """Attention whose logits have a gate for each byte looked at, and whose softmax has one more term of 1."""

    def __init__(self) -> None:
        super().__init__()
        self.read = nn.Parameter(torch.randn(WIDTH, 2 * WIDTH) / WIDTH**0.5)
        self.asking = nn.Parameter(torch.randn(WIDTH, WIDTH) / WIDTH**0.5)
        self.near = nn.Parameter(torch.tensor([2.0, 1.0, 0.5, 0.25]))  # lost by each head for a byte of distance
        self.out = nn.Parameter(torch.zeros(WIDTH, WIDTH))

    def forward(self, x: Tensor, at: Tensor, gates: Tensor) -> Tensor:
        """What (B, T, D) becomes that looks at (B, T, D) through gates (B, T)."""
        shape = (*x.shape[:2], HEADS, -1)
        asking = (torch_normed(x) @ self.asking).reshape(shape).transpose(1, 2)
        keys, values = (part.reshape(shape).transpose(1, 2) for part in (torch_normed(at) @ self.read).chunk(2, -1))
        places = torch.arange(x.shape[1])
        far = (places[:, None] - places).abs() * self.near[:, None, None]
        logits = asking @ keys.transpose(2, 3) / keys.shape[-1] ** 0.5 - far + gates[:, None, None, :]
        shares = nn.functional.pad(logits, (0, 1)).softmax(-1)[..., :-1]
        seen: Tensor = x + (shares @ values).transpose(1, 2).flatten(2) @ self.out
        return seen


class TorchMrT5(nn.Module):
    """A body that reads bytes, a gate, a block over what is kept, and what writes the text from it."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = TorchTrunk(WIDTH, INNER, READING, 0)
        self.w = nn.Parameter(torch.randn(WIDTH) * 0.1)
        self.b = nn.Parameter(torch.ones(1))
        self.around = GatedLook()
        self.written = nn.Parameter(torch.randn(START + 1, WIDTH) * 0.5)
        self.before = TorchBlock(WIDTH, INNER, 1)
        self.back = GatedLook()
        self.after = TorchBlock(WIDTH, INNER, 1)
        self.head = nn.Parameter(torch.zeros(WIDTH, START))
        self.threshold = SCALE / 2

    def gates(self, states: Tensor) -> Tensor:
        """G of states (B, T, D), (B, T)."""
        return SCALE * torch.sigmoid(-(states @ self.w + self.b))

    def forward(self, symbols: Tensor, rows: Tensor, how: How) -> tuple[Tensor, Tensor]:
        """(logits of each byte from those before it and from what is kept, gates whose slope ends at w and b).

        Args:
            symbols: (B, T + 1); what is read are all but the first.
            how: all bytes are looked at, or each through its gate, or those that are kept.
        """
        states = self.trunk(symbols, rows)[:, 1:]
        gates = self.gates(states)
        shut = {
            "all": torch.zeros_like(gates),
            "gated": gates,
            "kept": torch.where(gates <= self.threshold, -torch.inf, 0.0),
        }[how]
        kept = self.around(states, states, shut)
        x = self.before(self.written[symbols[:, :-1]])
        return torch_normed(self.after(self.back(x, kept, shut))) @ self.head, self.gates(states.detach())

    def hold_gate(self, threshold: float) -> None:
        """What deletes learns no more, and deletes up to this gate."""
        self.threshold = threshold
        for part in (*self.trunk.parameters(), self.w, self.b):
            part.requires_grad_(False)


def deleted(gates: Tensor) -> float:
    """Share of the bytes that gates delete, at half of k."""
    return float((gates < SCALE / 2).float().mean())


def train_mrt5(texts: Mapping[str, Sequence[str]], steps: int = STEPS, seed: int = SEED) -> TorchMrT5:
    """The trained model."""
    torch.manual_seed(seed)
    model, controller, weight = TorchMrT5(), Controller(), 0.0
    moving, stream = _adam(model), batches(texts, ROWS, LENGTH, seed)
    held = False
    for step in range(steps):
        slow_down(moving, share_of_rate(step, steps, 20, 0.3))
        if not held and step >= steps - HELD_STEPS:
            model.hold_gate(met_threshold(model, [next(stream)[0] for _ in range(_LOOKED_AT)]))
            held = True
        symbols, rows = (torch.from_numpy(array) for array in next(stream))
        logits, gates = model(symbols, rows, "kept" if held else "gated" if step >= WAIT else "all")
        loss = next_byte_loss(logits, symbols[:, 1:])
        go(moving, loss + (0.0 if held else weight) * gates.mean())
        share = deleted(gates)
        if step >= WAIT:
            weight = controller.weight(share)
        report(step + 1, steps, f"MrT5: {float(loss.detach()) / 0.6931:.3f} bits per byte, {share:.2f} deleted")
    return model


def _adam(model: TorchMrT5) -> list[torch.optim.Optimizer]:
    """Adam, slower for the gate: at the full rate all its logits passed 0 before the controller heard of it."""
    gate = [model.w, model.b]
    rest = [array for array in model.parameters() if not any(array is one for one in gate)]
    groups = [{"params": rest, "lr": CHUNKED_RATE}, {"params": gate, "lr": _GATE_RATE}]
    made = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.0)
    for group in made.param_groups:
        group["usual_lr"] = group["lr"]
    return [made]


def met_threshold(model: TorchMrT5, several: Sequence[NDArray[np.int64]]) -> float:
    """The gate up to which as many bytes of these symbols lie as are to be deleted."""
    with torch.no_grad():
        found = [
            model.gates(model.trunk(torch.from_numpy(symbols), torch.from_numpy(gram_rows(symbols))))[:, 1:].flatten()
            for symbols in several
        ]
    return float(torch.cat(found).quantile(TO_DELETE))


def mrt5_bits(model: TorchMrT5, text: str) -> float:
    """Bits that the model needs to write a text again from what it keeps of it, piece by piece."""
    data, total = text.encode(), 0.0
    for start in range(0, len(data), LENGTH):
        symbols = symbols_of(data[start : start + LENGTH])[None]
        with torch.no_grad():
            logits, _ = model(torch.from_numpy(symbols), torch.from_numpy(gram_rows(symbols)), "kept")
            nats = float(next_byte_loss(logits, torch.from_numpy(symbols[:, 1:])))
        total += nats * (symbols.shape[1] - 1) / math.log(2)
    return total


def gate_of(model: TorchMrT5) -> dict[str, Tensor]:
    """What the gate needs, in float16 but for the threshold."""
    parts = {**dict(model.trunk.named_parameters()), "w": model.w, "b": model.b}
    threshold = torch.tensor([model.threshold])
    return {name: array.detach().half() for name, array in parts.items()} | {"threshold": threshold}
