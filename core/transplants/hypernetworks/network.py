"""The network itself, its parts named as in ZeTT's checkpoints: an encoder as RoBERTa's reads a spelling, and what it
has at the first place becomes the rows.

Source: Minixhofer, Ponti and Vulić 2024, Zero-Shot Tokenizer Transfer; the layout restated from its checkpoints.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.transplants.hypernetworks.shape import NetworkShape

_PLACES = 514  # of RoBERTa's table; spellings are shorter
_EPS, _EPS_PROJECTED = 1e-5, 1e-6


class Predicting(nn.Module):
    """A hypernetwork of a given shape, its weights drawn; in float32."""

    def __init__(self, layout: NetworkShape) -> None:
        super().__init__()
        self.layout = layout
        hidden, width = layout.hidden, layout.width
        n_read = 2 * width if layout.both else width
        self.model = _Encoder(layout)
        self.input_projection = nn.Sequential(nn.Linear(n_read, hidden), _Projected(layout))
        n_made = n_read if layout.single else width
        self.output_projection = nn.Sequential(_Projected(layout), nn.Linear(hidden, n_made))
        if layout.both and not layout.single:
            self.output_projection_out = nn.Sequential(_Projected(layout), nn.Linear(hidden, width))
        if layout.rescaled:
            self.in_scaler, self.scaler = _Scaled(n_read), _Scaled(width)
            if layout.both:
                self.out_scaler = _Scaled(width)
        if layout.bias:
            self.bias_projection = nn.Linear(hidden, 1)
        if layout.languages:
            self.lang_embeddings = nn.Embedding(len(layout.languages), hidden)

    def forward(self, read: Tensor, inside: Tensor, language: int | None = None) -> tuple[Tensor, ...]:
        """The predicted rows of each side, (n, D) each, and what it says of a bias, (n,).

        Args:
            read: rows of the old tokens that spell each token, those of the head behind those of the input,
                (n, L, D or 2 D).
            inside: which of them are of the spelling, bool (n, L); the others are padding.
            language: that the tokens are for, a place in `NetworkShape.languages`.
        """
        layout = self.layout
        scaled = self.in_scaler(read) if layout.rescaled else read
        places, seen = self.input_projection(scaled), inside
        places = self.model.embeddings.placed(places)
        if layout.languages:
            told = self.lang_embeddings.weight[language or 0].expand(len(read), 1, -1)
            places, seen = torch.cat([places, told], 1), torch.cat([inside, inside.new_ones(len(read), 1)], 1)
        first = self.model(places, seen)[:, 0]
        rows = self.output_projection(first)
        if layout.both:
            made = list(rows.chunk(2, -1)) if layout.single else [rows, self.output_projection_out(first)]
        else:
            made = [rows]
        if layout.rescaled:
            scalers = [self.scaler, self.out_scaler] if layout.both else [self.scaler]
            made = [scaler(one) for scaler, one in zip(scalers, made, strict=True)]
        if layout.beyond_mean:
            kept = inside[:, :, None].to(read)
            mean = (read * kept).sum(1) / kept.sum(1).clamp(min=1)
            made = [one + part for one, part in zip(made, mean.chunk(len(made), -1), strict=True)]
        bias = self.bias_projection(first)[:, 0] if layout.bias else first.new_zeros(len(first))
        return (*made, bias)


class _Scaled(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.ones(1, width), requires_grad=False)
        self.b = nn.Parameter(torch.zeros(1, width), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        scaled: Tensor = self.w * x + self.b
        return scaled


class _Projected(nn.Module):
    """Two layers beside what goes in, and a norm over both."""

    def __init__(self, layout: NetworkShape) -> None:
        super().__init__()
        self.dense1 = nn.Linear(layout.hidden, layout.middle)
        self.dense2 = nn.Linear(layout.middle, layout.hidden)
        self.ln = nn.LayerNorm(layout.hidden, eps=_EPS_PROJECTED)

    def forward(self, x: Tensor) -> Tensor:
        beside = F.gelu(self.dense2(F.gelu(self.dense1(x), approximate="tanh")), approximate="tanh")
        normed: Tensor = self.ln(x + beside)
        return normed


class _Encoder(nn.Module):
    def __init__(self, layout: NetworkShape) -> None:
        super().__init__()
        self.embeddings = _PlacedPieces(layout)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList(_Layer(layout) for _ in range(layout.layers))

    def forward(self, places: Tensor, seen: Tensor) -> Tensor:
        states: Tensor = self.embeddings.LayerNorm(places)
        for layer in self.encoder.layer:  # type: ignore[union-attr]  # a ModuleList, which nn.Module hides
            states = layer(states, seen)
        return states


class _PlacedPieces(nn.Module):
    def __init__(self, layout: NetworkShape) -> None:
        super().__init__()
        self.position_embeddings = nn.Embedding(_PLACES, layout.hidden)
        self.token_type_embeddings = nn.Embedding(1, layout.hidden)
        self.LayerNorm = nn.LayerNorm(layout.hidden, eps=_EPS)

    def placed(self, x: Tensor) -> Tensor:
        """With what says where each stands, (n, L, H)."""
        found: Tensor = x + self.position_embeddings.weight[: x.shape[1]] + self.token_type_embeddings.weight[0]
        return found


class _Layer(nn.Module):
    """A layer of RoBERTa: attention and two layers, each beside what goes in and normed."""

    def __init__(self, layout: NetworkShape) -> None:
        super().__init__()
        hidden, middle = layout.hidden, layout.middle
        self.heads = layout.heads
        asked = nn.ModuleDict({name: nn.Linear(hidden, hidden) for name in ("query", "key", "value")})
        self.attention = nn.ModuleDict({"self": asked, "output": _beside(hidden, hidden)})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(hidden, middle)})
        self.output = _beside(middle, hidden)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        query, key, value = (
            part(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.attention["self"].children()
        )  # (n, heads, L, H / heads)
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=seen[:, None, None])
        x = _normed(self.attention["output"], mixed.transpose(1, 2).flatten(2), x)
        return _normed(self.output, F.gelu(self.intermediate["dense"](x)), x)


def _beside(width: int, hidden: int) -> nn.ModuleDict:
    return nn.ModuleDict({"dense": nn.Linear(width, hidden), "LayerNorm": nn.LayerNorm(hidden, eps=_EPS)})


def _normed(parts: nn.Module, x: Tensor, beside: Tensor) -> Tensor:
    assert isinstance(parts, nn.ModuleDict)
    found: Tensor = parts["LayerNorm"](parts["dense"](x) + beside)
    return found
