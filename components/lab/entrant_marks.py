"""How each model looks in every picture: a method by shape and colour, controls grey, anchors by ink."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.io import from_json

from components.widgets.colours import OKABE_ITO
from core.lab.outcome import Outcome

_SHAPES = ("circle", "square", "diamond", "triangle-up", "triangle-down", "pentagon", "hexagon2", "star-square")
_CONTROL_SHAPES = ("x-thin-open", "cross-thin-open", "asterisk-open", "hash-open")
_INK = {False: "#1a2230", True: "#e7ebf2"}
_GREY = {False: "#6b7280", True: "#9aa3b2"}


@dataclass(frozen=True)
class Mark:
    """A colour and a plotly symbol."""

    colour: str
    symbol: str


def marks(outcomes: Sequence[Outcome], dark: bool) -> dict[str, Mark]:
    """A mark per entrant: eight colours, and shapes that shift once they are used up."""
    found: dict[str, Mark] = {}
    n_methods = n_controls = 0
    for outcome in outcomes:
        name = outcome.entrant
        if name in found:
            continue
        if outcome.role == "method":
            shift = n_methods // len(OKABE_ITO)
            colour = OKABE_ITO[:7][n_methods % 7]
            found[name] = Mark(colour, _SHAPES[(n_methods + shift) % len(_SHAPES)])
            n_methods += 1
        elif outcome.role == "control":
            found[name] = Mark(_GREY[dark], _CONTROL_SHAPES[n_controls % len(_CONTROL_SHAPES)])
            n_controls += 1
        else:
            found[name] = Mark(_INK[dark], "line-ns-open" if outcome.role == "original" else "star")
    return found


def in_light(figure: go.Figure) -> go.Figure:
    """A copy with the marks of the light theme, as print is."""
    drawn = figure.to_json()
    for colours in (_INK, _GREY):
        drawn = drawn.replace(colours[True], colours[False])
    return from_json(drawn)
