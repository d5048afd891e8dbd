"""Facts about languages: complete for FLORES-200, honest elsewhere."""

import zipfile

from core.text.languages import flores_languages, is_language_code, language
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
