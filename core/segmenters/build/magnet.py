"""Trains MAGNET small: a predictor of boundaries for each script, each held to how often it may cut.

    p_t = sigmoid(MLP_s(h_t)), s the script of byte t; b_t from a Gumbel-sigmoid of temperature .5
    chunks end where b_t = 1; their means, behind a null chunk, are read by the middle
    y_t = middle(chunks before) + R h_t
    L = CE + w sum (n_s/n) CE(Bernoulli(prior_s), mean p_t of the n_s bytes of script s), over rows and scripts

Source: Ahia et al. 2024. Theirs is the negative log of Binomial(k; n_s, prior_s) / n_s, k the boundaries drawn. Its
slope in a logit is that of p (1 - p), so it fades where p is near 1: here 80 steps ended with a cut at every byte. The
cross entropy of mean p has its minimum at the same place, and a slope that does not fade. Ours too: the body and its
size; the script of each byte, where theirs is of the whole text; the share of the next byte's loss that reaches the
predictors; and no noise where it cuts, but a threshold for each script, over which lies the share that its prior says.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from core.segmenters.build.chunked import (
    CHUNKED_RATE,
    LENGTH,
    ROWS,
    SEED,
    WIDTH,
    ChunkedModel,
    next_byte_loss,
    progress,
    text_bits,
)
from core.segmenters.build.steps import train
from core.segmenters.build.text import CODE, batches_with_scripts
from core.segmenters.build.torch_trunk import adam
from core.segmenters.script_of_bytes import GROUPS, script_groups

STEPS = 500
LATIN_PRIOR = 0.2  # of bytes that end a chunk
_TEMPERATURE = 0.5
PRIOR_WEIGHT = 1.0  # of the priors
_TO_PREDICTORS = 0.1  # of the slope of the next byte's loss, which each boundary has by all bytes behind it
_WARM_UP = 50  # steps in which nothing but the priors reaches the predictors


class TorchMagnet(ChunkedModel):
    """With a predictor per script.

    Args:
        priors: share of bytes that end a chunk, by script.
    """

    def __init__(self, priors: Sequence[float]) -> None:
        super().__init__()
        self.priors = priors
        self.into = nn.Parameter(torch.randn(len(GROUPS), WIDTH, WIDTH) / WIDTH**0.5)
        self.out = nn.Parameter(torch.zeros(len(GROUPS), WIDTH))
        self.bias = nn.Parameter(torch.logit(torch.tensor(priors)))
        self.null = nn.Parameter(torch.zeros(WIDTH))
        self.past = nn.Parameter(torch.eye(WIDTH))

    def logit(self, states: Tensor, scripts: Tensor) -> Tensor:
        """Of p, (B, T)."""
        inner = torch.zeros(*scripts.shape, WIDTH)
        for n in range(len(GROUPS)):
            here = scripts == n
            inner[here] = states[here] @ self.into[n]
        return (nn.functional.silu(inner) * self.out[scripts]).sum(-1) + self.bias[scripts]

    def forward(
        self, symbols: Tensor, rows: Tensor, scripts: Tensor, *, thresholds: Tensor | None = None, share: float = 0.0
    ) -> tuple[Tensor, Tensor, Tensor]:
        """(logits of the next byte, p, b).

        Args:
            thresholds: by script, over which p cuts; None draws.
            share: of the slope of what follows from b that reaches p.
        """
        states = self.trunk(symbols, rows)
        logit = self.logit(states, scripts)
        p = torch.sigmoid(logit)
        if thresholds is None:
            soft = torch.sigmoid((logit + torch.logit(torch.rand(logit.shape).clamp(1e-6, 1 - 1e-6))) / _TEMPERATURE)
            b = (soft > 0.5).float() + share * (soft - soft.detach())
        else:
            b = (p > thresholds[scripts]).float()
        chunk = b.cumsum(1) - b
        away = chunk[:, :, None] - torch.arange(int(chunk.detach().max()) + 1)
        inside = torch.where(away.detach().abs() < 0.5, 1 - away, 0.0)
        means = inside.transpose(1, 2) @ states / (inside.sum(1)[..., None] + 1e-6)
        chunks = self.over_chunks(torch.cat([self.null.expand(len(b), 1, -1), means], 1))
        return self.read_on(inside @ chunks[:, :-1] + states @ self.past), p, b


def prior_loss(p: Tensor, scripts: Tensor, priors: Sequence[float]) -> Tensor:
    """How far the mean p of each script in each row, (B, T), is from its prior: cross entropy in nats, by bytes."""
    found = torch.zeros(())
    for n, prior in enumerate(priors):
        here = (scripts == n).float()
        size = here.sum(1)
        mean = ((p * here).sum(1) / size.clamp(1)).clamp(1e-6, 1 - 1e-6)
        found = found - (size * (prior * torch.log(mean) + (1 - prior) * torch.log1p(-mean))).sum()
    return found / scripts.numel()


def priors_by_script(texts: Mapping[str, Sequence[str]]) -> list[float]:
    """Priors at which the same sentences have as many chunks in each script.

    Of texts that are not the same sentences it is the bytes of a line that are made even. A script that no text is in
    has Latin's, and so have all where none is in Latin.
    """
    size: dict[int, list[float]] = {}
    for name, lines in texts.items():
        if name != CODE:
            script = int(np.bincount(script_groups(lines[0])).argmax())
            size.setdefault(script, []).append(sum(len(line.encode()) for line in lines) / len(lines))
    mean = {script: sum(each) / len(each) for script, each in size.items()}
    latin = mean.get(0)
    return [
        LATIN_PRIOR if latin is None or n not in mean else round(min(0.9, LATIN_PRIOR * latin / mean[n]), 3)
        for n in range(len(GROUPS))
    ]


def share_of_slope(step: int) -> float:
    """Share of the slope of the next byte's loss that reaches the predictors."""
    return _TO_PREDICTORS if step >= _WARM_UP else 0.0


def train_magnet(
    texts: Mapping[str, Sequence[str]], priors: Sequence[float], steps: int = STEPS, seed: int = SEED
) -> TorchMagnet:
    """The trained model."""
    torch.manual_seed(seed)
    model = TorchMagnet(priors)

    def objective(step: int, batch: Sequence[Tensor]) -> tuple[Tensor, str]:
        symbols, rows, scripts = batch
        logits, p, b = model(symbols[:, :-1], rows[:, :-1], scripts[:, :-1], share=share_of_slope(step))
        loss = next_byte_loss(logits, symbols[:, 1:])
        return loss + PRIOR_WEIGHT * prior_loss(p, scripts[:, :-1], priors), progress("MAGNET", loss, b)

    train(adam(model, CHUNKED_RATE), batches_with_scripts(texts, ROWS, LENGTH, seed), steps, objective)
    return model


def thresholds(model: TorchMagnet, texts: Mapping[str, Sequence[str]], n_batches: int = 100) -> Tensor:
    """For each script the p over which as many bytes of its languages lie as its prior says, of text like that it
    learnt from, without code where there is more: (S,)."""
    found: list[list[Tensor]] = [[] for _ in GROUPS]
    languages = {name: lines for name, lines in texts.items() if name != CODE} or texts
    stream = batches_with_scripts(languages, ROWS, LENGTH, SEED + 1)
    with torch.no_grad():
        for _ in range(n_batches):
            symbols, rows, scripts = (torch.from_numpy(array) for array in next(stream))
            p = torch.sigmoid(model.logit(model.trunk(symbols, rows), scripts))
            for n in range(len(GROUPS)):
                found[n].append(p[scripts == n])
    return torch.stack([_quantile(torch.cat(each), 1 - model.priors[n]) for n, each in enumerate(found)])


def _quantile(p: Tensor, share: float) -> Tensor:
    """Of none, one that half of what is sure is over: a script that the text lacks."""
    return p.quantile(share) if len(p) else torch.tensor(0.5)


def magnet_bits(model: TorchMagnet, over: Tensor, text: str) -> float:
    """Bits that the model needs for a text, cut by these thresholds."""
    groups = script_groups(text)
    scripts = torch.from_numpy(np.concatenate([groups[:1], groups])[None, :-1])
    return text_bits(lambda symbols, rows: model(symbols, rows, scripts, thresholds=over)[0], text)


def predictors_of(model: TorchMagnet, over: Tensor) -> dict[str, Tensor]:
    """What boundaries need, in float16 but for the thresholds."""
    parts = {**dict(model.trunk.named_parameters()), "into": model.into, "out": model.out, "bias": model.bias}
    return {name: array.detach().half() for name, array in parts.items()} | {"thresholds": over}
