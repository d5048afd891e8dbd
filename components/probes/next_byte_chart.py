"""The next byte in three answers beside each other, and the covers of the prompt as a tree."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from unicodedata import category

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from components.charts.chart import Chart, finish
from components.widgets.chips import piece_shown, visible
from core.probes.bytes.found import CoverBundle, NextByte, Token

_END, _ROOT = 256, "root"
_TREE_HEIGHT = 280
_MOST_OF_EACH, _MOST = 5, 10
_COLOURS = {"naive": "#c9cfd8", "healed": "#86b6e3", "exact": "#0b5394"}
_DARK = {"naive": "#5c6675", "healed": "#4d86bd", "exact": "#9fd0ff"}
_WORDS = {
    "naive": "just asked (naive)",
    "healed": "last token taken back (healed)",
    "exact": "all ways added up (exact)",
}


def begun_character(prompt: bytes) -> bytes:
    """The bytes of a character that a prompt ends in the middle of; empty where it ends between two.

    >>> begun_character("aل".encode()[:-1]), begun_character(b"a")
    (b'\\xd9', b'')
    """
    return prompt[len(prompt.decode(errors="ignore").encode()) :][-3:]


def byte_shown(byte: int, begun: bytes = b"") -> str:
    """A byte as people read it: the character that it is, or that it completes.

    Args:
        begun: bytes of that character which are there.

    >>> byte_shown(97), byte_shown(32), byte_shown(10), byte_shown(0xE4), byte_shown(256)
    ('a', '␣', '⏎', '0xE4', 'the end')
    >>> byte_shown(0x84, b"\\xd9"), byte_shown(97, b"\\xd9"), byte_shown(0x8D, b"\\xe0\\xa5")
    ('ل', 'a', '◌्')
    """
    if byte == _END:
        return "the end"
    for piece in (begun + bytes([byte]), bytes([byte])):
        with suppress(UnicodeDecodeError):
            character = piece.decode()
            return f"◌{character}" if category(character).startswith("M") else visible(character)
    return f"0x{byte:02X}"


def ways(found: NextByte) -> dict[str, NDArray[np.float64]]:
    """The answers that there are, by name."""
    given = {"naive": found.naive, "healed": found.healed, "exact": found.exact}
    return {name: p for name, p in given.items() if p is not None}


def next_byte_chart(found: NextByte, begun: bytes, dark: bool, height: int = 330, most: int = _MOST) -> Chart:
    """A group of bars per byte, those that any of the answers finds likely.

    Args:
        begun: the bytes of a character that the prompt ends in the middle of.
    """
    there, bytes_shown = ways(found), _likely(found, most)
    labels = [byte_shown(byte, begun) for byte in bytes_shown]
    colours = _DARK if dark else _COLOURS
    figure = go.Figure([_bars(name, p[bytes_shown], labels, colours[name]) for name, p in there.items()])
    finish(
        figure,
        height,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"l": 4, "r": 4, "t": 40, "b": 4},
        barmode="group",
        xaxis={"title": "next byte", "type": "category", "automargin": True},
        yaxis={"title": "probability", "tickformat": ".0%", "range": [0, 1.02], "automargin": True},
    )
    best = {name: byte_shown(int(p.argmax()), begun) for name, p in there.items()}
    return Chart(
        "next_byte",
        figure,
        f"{found.model}: most likely next byte " + ", ".join(f"{name} {byte}" for name, byte in best.items()) + ".",
        lambda: byte_table(found, begun),
    )


def _bars(name: str, values: NDArray[np.float64], labels: Sequence[str], colour: str) -> go.Bar:
    return go.Bar(
        name=_WORDS[name],
        x=list(labels),
        y=values,
        marker={"color": colour},
        hovertemplate=f"%{{x}}: %{{y:.2%}} {name}<extra></extra>",
    )


def _likely(found: NextByte, most: int) -> list[int]:
    """The most likely bytes of each answer, by the exact one."""
    seen = {int(byte) for p in ways(found).values() for byte in np.argsort(-p, kind="stable")[:_MOST_OF_EACH]}
    best = sorted(seen, key=lambda byte: -max(float(p[byte]) for p in ways(found).values()))[:most]
    return sorted(best, key=lambda byte: -float(found.exact[byte]))


def byte_table(found: NextByte, begun: bytes) -> pd.DataFrame:
    """A row per byte, and one for the end."""
    names = [byte_shown(byte, begun) for byte in range(_END + 1)]
    columns = {name.capitalize(): p for name, p in ways(found).items()}
    return pd.DataFrame({"Byte": range(_END + 1), "Written": names, **columns}).sort_values("Exact", ascending=False)


@dataclass(frozen=True)
class _Node:
    """A part of the tree.

    Args:
        mass: share of all covers.
        rest: what of it no child has.
    """

    id: str
    parent: str
    label: str
    mass: float
    rest: float


def cover_tree(found: NextByte, dark: bool) -> Chart:
    """The covers of the prompt: contexts as high as their mass, behind each the tokens that go on from it."""
    nodes = [*_nodes(found.covers)]
    figure = go.Figure(
        go.Icicle(
            ids=[node.id for node in nodes],
            parents=[node.parent for node in nodes],
            labels=[node.label for node in nodes],
            values=[node.rest for node in nodes],
            customdata=[node.mass for node in nodes],
            branchvalues="remainder",
            texttemplate="%{label}\u200e %{customdata:.1%}",
            hovertemplate="%{label}\u200e: %{customdata:.3%} of the covers<extra></extra>",
            marker={"colors": [_shade(node, dark) for node in nodes], "line": {"width": 1}},
            tiling={"orientation": "h", "pad": 2},
            textfont={"color": "#f0f2f6" if dark else "#1f2430"},
            sort=True,
        )
    )
    finish(figure, _TREE_HEIGHT)
    top = found.covers[0] if found.covers else None
    alt = f"{len(found.covers)} ways lead to the end of the prompt; the first has {top.mass:.1%}." if top else ""
    return Chart("covers", figure, alt, lambda: cover_table(found.covers))


def _shade(node: _Node, dark: bool) -> str:
    level = node.id.count(".") + (node.id != _ROOT)
    return (("#39424f", "#2d4a68", "#27384c") if dark else ("#e3e7ec", "#cfe1f3", "#eaf2fa"))[level]


def _nodes(covers: Sequence[CoverBundle]) -> Iterator[_Node]:
    yield _Node(_ROOT, "", "the prompt", 1.0, max(0.0, 1.0 - sum(one.mass for one in covers)))
    for n, one in enumerate(covers):
        yield _Node(f"{n}", _ROOT, _context(one), one.mass, max(0.0, one.mass - sum(mass for _, mass in one.next)))
        for k, (token, mass) in enumerate(one.next):
            yield _Node(f"{n}.{k}", f"{n}", _token(token), mass, mass)


def _context(one: CoverBundle) -> str:
    """The last tokens before the one under way, and what of the prompt that has begun."""
    before = " | ".join(_token(token) for token in one.context) or "from the start"
    return f"{before} | {piece_shown(one.begun)}…" if one.begun else f"{before} |"


def _token(token: Token | None) -> str:
    return "the end" if token is None else piece_shown(token.piece)


def cover_table(covers: Sequence[CoverBundle]) -> pd.DataFrame:
    """A row per context and token behind it."""
    rows = [
        {"Tokens so far": _context(one), "Share": one.mass, "Goes on with": _token(token), "Share of that": mass}
        for one in covers
        for token, mass in one.next
    ]
    return pd.DataFrame(rows)
