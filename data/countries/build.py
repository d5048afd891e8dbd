"""Builds `countries.geojson`, the outlines that the world map is drawn with, from Natural Earth.

    python data/countries/build.py FOLDER

`FOLDER` is the unpacked npm package world-atlas 2.0.2, which holds Natural Earth 4.1 as TopoJSON. Countries come from
the small scale (1:110 m); those that it leaves out, most of them islands, from the medium scale (1:50 m). Needs babel
2.18.0 for the two-letter codes.
"""

import json
import sys
from pathlib import Path
from typing import Any

from babel.core import get_global

HERE = Path(__file__).parent
CODES_BY_NAME = {"Kosovo": "XK"}  # which has no number in ISO 3166
LEFT_OUT = {"AQ"}  # nobody's first language
SMALL = (1, 0.1)  # digits of a degree, and least step: a third of a pixel of the map
MEDIUM = (2, 0.04)

Point = tuple[float, float]


def main(folder: Path) -> None:
    """Write the file."""
    small = features(folder / "countries-110m.json", *SMALL)
    medium = features(folder / "countries-50m.json", *MEDIUM)
    found = {**medium, **small}
    rows = [found[code] for code in sorted(found) if code not in LEFT_OUT]
    text = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    (HERE / "countries.geojson").write_text(
        f'{{"type":"FeatureCollection","features":[\n{text}\n]}}\n', encoding="utf-8"
    )


def features(path: Path, digits: int, min_step: float) -> dict[str, dict[str, Any]]:
    """Countries by two-letter code, or by name where they have none."""
    topology = json.loads(path.read_text(encoding="utf-8"))
    arcs = [absolute(arc, topology["transform"]) for arc in topology["arcs"]]
    found = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        name = geometry["properties"]["name"]
        code = CODES_BY_NAME.get(name) or get_global("territory_aliases").get(geometry.get("id"), [name])[0]
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        rings = [[ring(arcs, part, digits, min_step) for part in polygon] for polygon in polygons]
        found[code] = {
            "type": "Feature",
            "id": code,
            "properties": {"name": name},
            "geometry": {"type": "MultiPolygon", "coordinates": rings},
        }
    return found


def absolute(arc: list[list[int]], transform: dict[str, list[float]]) -> list[Point]:
    """Points of an arc in degrees, from the steps that TopoJSON stores."""
    x = y = 0
    points = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        longitude, latitude = (
            n * scale + start
            for n, scale, start in zip((x, y), transform["scale"], transform["translate"], strict=True)
        )
        points.append((longitude, latitude))
    return points


def ring(arcs: list[list[Point]], part: list[int], digits: int, min_step: float) -> list[Point]:
    """A closed ring of several arcs end to end; a negative number is an arc backwards."""
    points: list[Point] = []
    for n in part:
        points += (arcs[n] if n >= 0 else arcs[~n][::-1])[bool(points) :]
    kept = points[:1]
    for point in points[1:-1]:
        if max(abs(point[0] - kept[-1][0]), abs(point[1] - kept[-1][1])) >= min_step:
            kept.append(point)
    if len(kept) < 3:  # a ring smaller than a step
        kept = points[:-1]
    return [(round(x, digits), round(y, digits)) for x, y in (*kept, kept[0])]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
