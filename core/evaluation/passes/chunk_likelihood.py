"""How far two models with different tokenizers are apart on the stretches of text that both cut off alike.

A chunk is what lies between two places where a token ends in both cuts. A model's log-probability of it is the sum over
its own tokens there,

    l(c) = sum of log p(token | all before),

and the models are apart by the binary divergence of these probabilities at a temperature t:

    L = mean over chunks of KL( p_old^(1/t) || p_new^(1/t) ),   p = exp l(c)
    KL(a || b) = a ln(a/b) + (1-a) ln((1-a)/(1-b))

It is zero, and has no gradient, where both give every chunk the same probability.

Source: Minixhofer, Ponti and Vulic 2025, approximate likelihood matching (ALM), whose loss is this plus the entropy of
the old model's probabilities, which does not move. Its corrections for what ends a chunk are left out. A text's first
chunk counts only where both models begin with a token: without one, a first token has no probability.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from core.models.language_model import LanguageModel
from core.models.read_together import ReadTogether, meetings, read_together

TEMPERATURE = 100.0
_SURE = -1e-6  # the largest logarithm of a tempered probability, so that the other side has a logarithm too


def likelihood_matching(
    teacher: LanguageModel, temperature: float = TEMPERATURE
) -> Callable[[LanguageModel, Sequence[str]], Tensor]:
    """A loss for `core.evaluation.passes.tuning.tune`: how far a model is from a teacher on chunks of some texts."""

    def loss(model: LanguageModel, texts: Sequence[str]) -> Tensor:
        old, new = read_together(teacher, texts), read_together(model, texts)
        met = meetings(old, new)
        said = met.row == met.row.roll(1)  # not a first chunk, which a model that begins with no token says nothing of
        said[:1] = False
        said |= bool(old.lead and new.lead)
        with torch.no_grad():
            wanted = chunks(token_log_probabilities(teacher, old), met.row, met.one)
        found = chunks(token_log_probabilities(model, new), met.row, met.other)
        return apart(wanted[said], found.to(wanted)[said], temperature)

    return loss


def token_log_probabilities(model: LanguageModel, read: ReadTogether) -> Tensor:
    """Of the id at each column given those before it; 0 at a begin token, at padding and where nothing is before."""
    logits = model.module(read.ids, use_cache=False).logits.float()
    targets = read.targets
    known = targets >= 0
    picked = logits.log_softmax(-1).gather(-1, targets.clamp(min=0)[..., None])[..., 0]
    return torch.nn.functional.pad(torch.where(known, picked, 0.0)[:, :-1], (1, 0))


def chunks(of_tokens: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Sums over chunks that end at these columns, each text's first beginning with the text, (M,).

    Args:
        of_tokens: (B, T).
        rows, columns: ascending in each row, int64 (M,).

    >>> chunks(torch.tensor([[0.0, -1.0, -2.0, -4.0]]), torch.tensor([0, 0]), torch.tensor([1, 3]))
    tensor([-1., -6.])
    """
    upto = of_tokens.cumsum(1)[rows, columns]
    before = torch.where(rows == rows.roll(1), upto.roll(1), 0.0)
    if len(before):
        before[0] = 0.0
    return upto - before


def apart(wanted: Tensor, found: Tensor, temperature: float) -> Tensor:
    """Mean divergence of tempered probabilities whose logarithms these are, a number; 0 where there are none.

    >>> apart(torch.tensor([-1.0, -2.0]), torch.tensor([-1.0, -2.0]), 100.0)
    tensor(0.)
    """
    if not len(wanted):
        return found.sum()
    a, b = ((each / temperature).clamp(max=_SURE) for each in (wanted, found))
    return (a.exp() * (a - b) - torch.expm1(a) * (_log_rest(a) - _log_rest(b))).mean()


def _log_rest(log_p: Tensor) -> Tensor:
    """log (1 - p)."""
    return torch.log(-torch.expm1(log_p))
