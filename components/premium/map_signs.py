"""Signs on a map that print without hue: slanted lines where there is no number, triangles where it is below 1.

plotly hatches bars and areas, but not countries, so the lines are computed: each crosses the edges of an outline an
even number of times, and every second piece between crossings lies inside.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from math import ceil

import numpy as np
import plotly.graph_objects as go

from components.premium.cells import CLEARLY_LESS, LINES
from core.text.territories import centres, outlines

_BEND = 5.0  # degrees after which a line gets a point, since plotly draws it along a great circle between two
_SEEN = 0.2  # degrees; shorter pieces are specks
_EDGE = {"width": 1, "color": "rgb(0,50,64)"}  # of a triangle, which so is seen on any shade
Segment = tuple[tuple[float, float], ...]  # longitude and latitude of each point


def hatched_countries(ids: Iterable[str], step: float, dark: bool) -> go.Scattergeo:
    """Slanted lines over these outlines, `step` degrees of longitude apart; they take no hover and no click.

    >>> lines = hatched_countries(["CM"], 2.0, False)
    >>> len(lines.lon) == len(lines.lat) > 10, lines.hoverinfo
    (True, 'skip')
    """
    segments = [one for each in ids for one in _segments(each, step)]
    return go.Scattergeo(
        lon=[x for one in segments for x in (*(point[0] for point in one), None)],
        lat=[y for one in segments for y in (*(point[1] for point in one), None)],
        mode="lines",
        line={"width": 1, "color": LINES[dark]},
        hoverinfo="skip",
        showlegend=False,
    )


def cheaper_countries(codes: Sequence[str], premiums: Sequence[float]) -> go.Scattergeo:
    """A triangle in each country that costs less than the base: in grey, ½ and 2 look alike.

    >>> list(cheaper_countries(["BR", "FR"], [0.5, 2.0]).lon) == [centres()["BR"][0]]
    True
    """
    places = [
        centres()[code] for code, v in zip(codes, premiums, strict=True) if code in centres() and v < CLEARLY_LESS
    ]
    return go.Scattergeo(
        lon=[place[0] for place in places],
        lat=[place[1] for place in places],
        mode="markers",
        marker={"symbol": "triangle-down", "size": 6, "color": "white", "line": _EDGE},
        hoverinfo="skip",
        showlegend=False,
    )


@cache
def _by_id() -> dict[str, list[list[np.ndarray]]]:
    """Polygons of each outline, each its rings, (points, 2)."""
    return {
        feature["id"]: [[np.asarray(ring) for ring in polygon] for polygon in feature["geometry"]["coordinates"]]
        for feature in outlines()["features"]
    }


@cache
def _segments(feature: str, step: float) -> tuple[Segment, ...]:
    """Those of an outline; none in a piece that lies on both edges of the map, whose edges run across all of it."""
    return tuple(one for rings in _by_id()[feature] if np.ptp(rings[0][:, 0]) < 180 for one in _inside(rings, step))


def _inside(rings: Sequence[np.ndarray], step: float) -> list[Segment]:
    """Pieces of the lines x - y = n * step that lie inside a polygon."""
    start = np.concatenate([ring[:-1] for ring in rings])
    end = np.concatenate([ring[1:] for ring in rings])
    (u, v), (to_u, to_v) = ((each[:, 0] - each[:, 1], each[:, 0] + each[:, 1]) for each in (start, end))
    found = []
    for c in np.arange(ceil(u.min() / step), u.max() / step) * step:
        crossed = (u <= c) != (to_u <= c)
        at = v[crossed] + (c - u[crossed]) / (to_u - u)[crossed] * (to_v - v)[crossed]
        found += [_points(c, low, high) for low, high in np.sort(at).reshape(-1, 2) if high - low > _SEEN]
    return found


def _points(c: float, low: float, high: float) -> Segment:
    along = np.linspace(low, high, max(1, ceil((high - low) / (2 * _BEND))) + 1)
    return tuple((round(float(c + s) / 2, 2), round(float(s - c) / 2, 2)) for s in along)
