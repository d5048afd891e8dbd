"""Which languages are spoken where, and the outlines that the map is drawn with."""

import csv
from math import isnan

import pytest

from core.common.data_folders import DATA
from core.text.languages import flores_languages
from core.text.territories import centres, first_or_official, outlines, spoken_in, territories

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


@pytest.mark.parametrize(
    ("territory", "first"),
    [
        ("PH", "tgl_Latn"),
        ("ET", "amh_Ethi"),
        ("BE", "nld_Latn"),
        ("ZA", "zul_Latn"),
        ("SD", "arb_Arab"),
        ("SS", "arb_Arab"),
        ("NG", "hau_Latn"),
        ("KZ", "kaz_Cyrl"),
        ("BJ", "fon_Latn"),
        ("US", "eng_Latn"),
        ("GB", "eng_Latn"),
        ("IE", "eng_Latn"),
        ("FR", "fra_Latn"),
        ("AO", "por_Latn"),
        ("BO", "spa_Latn"),
        ("RU", "rus_Cyrl"),
    ],
)
def test_the_first_or_official_language_of_a_country(territory: str, first: str) -> None:
    assert first_or_official(territory)[0].code == first


def test_a_language_that_many_learn_is_first_only_where_it_is_official_and_most_have_it() -> None:
    for territory in territories():
        for one in first_or_official(territory)[:1]:
            if one.code == "eng_Latn" and not isnan(one.share):
                assert one.official and one.first >= 0.44, territory
    for territory in ("LR", "JM", "SL", "MW", "BW", "SG", "TZ", "PG"):  # most have learned their English
        assert "eng_Latn" not in [one.code for one in first_or_official(territory)], territory
        assert "eng_Latn" in [one.code for one in spoken_in(territory)], territory


@pytest.mark.parametrize(
    ("territory", "learned"), [("GW", "por_Latn"), ("GL", "dan_Latn"), ("RE", "tam_Taml"), ("TK", "smo_Latn")]
)
def test_a_country_whose_own_language_the_text_lacks_has_none(territory: str, learned: str) -> None:
    """Kriol, Greenlandic, Réunion Creole and Tokelauan are first there, and not in FLORES-200."""
    assert first_or_official(territory) == ()
    assert learned in [one.code for one in spoken_in(territory)]


def test_a_language_that_the_factbook_names_behind_another_is_not_the_first_of_a_country() -> None:
    with (DATA / "languages" / "first.tsv").open(encoding="utf-8", newline="") as file:
        behind = [row for row in csv.DictReader(file, delimiter="\t") if not row["percent"]]
    assert ("GW", "por") in [(row["territory"], row["language"]) for row in behind]
    for row in behind:
        found = first_or_official(row["territory"])
        assert row["language"] not in [one.code[:3] for one in found], row["territory"]


def test_official_languages_are_those_of_cldr() -> None:
    official = {one.code for one in spoken_in("CH") if one.official}
    assert {"deu_Latn", "fra_Latn", "ita_Latn"} <= official and "eng_Latn" not in official


def test_of_two_languages_that_cldr_counts_as_one_the_local_one_counts() -> None:
    assert "prs_Arab" not in [one.code for one in spoken_in("IR")]
    assert {"prs_Arab", "pes_Arab"} <= {one.code for one in spoken_in("AF")}
