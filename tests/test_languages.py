"""Facts about languages: complete for FLORES-200, honest elsewhere."""

import csv
import zipfile

from babel.core import get_global

from core.text.languages import FOLDER, flores_languages, is_language_code, language, region_by_territory
from tests.datafolder import DATA, needs_data


def test_every_flores_code_has_name_and_script() -> None:
    languages = flores_languages().values()
    assert len(languages) == 204
    assert all(one.name and one.script_name and one.script == one.code[4:] for one in languages)


def test_labels_tell_all_apart() -> None:
    labels = [one.label for one in flores_languages().values()]
    assert len(set(labels)) == 204


def test_territories_lie_in_a_region() -> None:
    for one in flores_languages().values():
        assert (one.region and one.subregion) or one.code == "epo_Latn", one


def test_families_of_languages_everyone_knows() -> None:
    known = {
        **{"fin_Latn": "Uralic", "eus_Latn": "Isolate", "tur_Latn": "Turkic", "hin_Deva": "Indo-European"},
        **{"vie_Latn": "Austroasiatic", "tha_Thai": "Tai-Kadai", "mlt_Latn": "Afro-Asiatic", "kat_Geor": "Kartvelian"},
    }
    assert {code: language(code).family for code in known} == known


def test_a_code_nobody_knows_is_its_own_name() -> None:
    assert language("zz-made-up").name == "zz-made-up"
    assert language("").name == ""
    assert not is_language_code("notes")


def test_codes_of_cldr_resolve_without_the_table() -> None:
    assert language("pt-BR").territory == "BR"
    assert language("sr_Latn").script_name == "Latin"


@needs_data
def test_the_table_has_the_codes_of_the_corpus() -> None:
    with zipfile.ZipFile(DATA / "parallel" / "flores200_dev.zip") as archive:
        assert {name.removesuffix(".dev") for name in archive.namelist()} == set(flores_languages())


def _speaker_rows() -> list[dict[str, str]]:
    with (FOLDER / "speakers.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_no_variety_has_the_number_of_its_macrolanguage() -> None:
    """A figure is a language's own only if the source gives it for the code of the corpus; Filipino is Tagalog's."""
    for row in _speaker_rows():
        code = {"tgl": "fil"}.get(row["language"], row["language"])
        own = row["counted"] == code != "apc"  # which ISO 639-3 has had for all of Levantine Arabic since 2023
        assert (row["scope"] == "own") == own, row
    for code in ("arb_Arab", "swh_Latn", "kmr_Latn", "plt_Latn", "zsm_Latn", "gaz_Latn", "lvs_Latn", "apc_Arab"):
        assert language(code).speakers is None and language(code).speakers_said.startswith("with all of "), code


def test_every_figure_says_source_and_year() -> None:
    assert {(row["source"], row["year"]) for row in _speaker_rows()} == {("LinguaMeta", "2024"), ("CLDR 48", "2025")}
    assert all(one.speaker_counts for one in flores_languages().values())


def test_sources_that_differ_twofold_are_both_said_and_said_to_disagree() -> None:
    assert language("nob_Latn").speakers_said.startswith(
        "10\u202f501\u202f500 (LinguaMeta, 2024), 5\u202f510\u202f000 (CLDR 48, 2025): the sources disagree"
    )
    assert "with all of Persian (fas): 82\u202f000\u202f000 (LinguaMeta, 2024)" in language("pes_Arab").speakers_said


@needs_data
def test_figures_are_those_of_linguameta() -> None:
    with (DATA / "meta" / "linguameta.tsv").open(encoding="utf-8", newline="") as file:
        source = {row["iso_639_3_code"]: row for row in csv.DictReader(file, delimiter="\t")}
    shown = [row for row in _speaker_rows() if row["source"] == "LinguaMeta"]
    assert len(shown) > 200
    assert [r for r in shown if source[r["counted"]]["estimated_number_of_speakers"] != r["speakers"]] == []


def test_countries_are_those_of_today_with_their_present_codes() -> None:
    withdrawn = {"SUN", "FXX", "ZAR", "YUG", "SCG", "ANT", "BUR", "TMP", "CSK", "DDR"}
    with (FOLDER / "flores200.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            assert row["alpha3"] not in withdrawn and bool(row["alpha3"]) == bool(row["territory"]), row
            assert not row["alpha3"] or get_global("territory_aliases")[row["alpha3"]] == [row["territory"]]
            assert set(row["territories"].split()) <= set(region_by_territory()), row
