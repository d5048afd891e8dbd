"""Which languages are spoken where, and the outlines that the map is drawn with."""

from math import isnan

import pytest

from core.text.languages import flores_languages
from core.text.territories import centres, outlines, spoken_in, territories

_WITH_THEIR_STATE = frozenset("BQ BV CC CX GF GI GP MQ RE SJ TK TV UM YT".split())  # noqa: SIM905


@pytest.mark.parametrize(
    ("territory", "first"),
    [
        ("TH", "tha_Thai"),
        ("CN", "zho_Hans"),
        ("TW", "zho_Hant"),
        ("JP", "jpn_Jpan"),
        ("KR", "kor_Hang"),
        ("NE", "hau_Latn"),
        ("AF", "prs_Arab"),
        ("IR", "pes_Arab"),
        ("XK", "als_Latn"),
    ],
)
def test_the_main_language_of_a_country(territory: str, first: str) -> None:
    assert spoken_in(territory)[0].code == first


def test_shares_are_shares_and_descend_and_the_uncounted_come_last() -> None:
    for territory in territories():
        shares = [one.share for one in spoken_in(territory)]
        counted = [share for share in shares if not isnan(share)]
        assert all(0 <= share <= 1 for share in counted), territory
        assert counted == sorted(counted, reverse=True)
        assert not any(map(isnan, shares[: len(counted)]))


def test_every_language_with_a_territory_is_spoken_somewhere() -> None:
    spoken = {one.code for territory in territories() for one in spoken_in(territory)}
    assert spoken >= {code for code, one in flores_languages().items() if one.territories}


def test_outlines_are_closed_rings_within_the_world() -> None:
    for feature in outlines()["features"]:
        for polygon in feature["geometry"]["coordinates"]:
            for ring in polygon:
                assert len(ring) >= 4 and ring[0] == ring[-1], feature["id"]
                assert all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in ring)


def test_nearly_every_country_has_an_outline() -> None:
    """Small dependencies that Natural Earth counts with their state have none; the table of the map has them."""
    assert set(territories()) - set(centres()) <= _WITH_THEIR_STATE
