"""Languages are found by what people call them."""

import csv
import random
import string

import pytest

from core.text.language_search import find, fold, matching, near
from core.text.languages import FOLDER, flores_languages, language

ALL = list(flores_languages())


with (FOLDER / "names.tsv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file, delimiter="\t"))


def _names(kind: str, source: str = "") -> list[tuple[str, str]]:
    """Code, with or without script, and text."""
    return [(row["code"], row["name"]) for row in ROWS if row["kind"] == kind and row["source"].startswith(source)]


def test_every_name_of_flores_finds_its_language() -> None:
    named = _names("name", "FLORES-200")
    assert len(named) == len(ALL) == 204
    assert [code for code, name in named if code not in find(ALL, name)] == []


def test_every_code_of_iso_639_finds_its_languages_and_no_name_with_its_letters_in_it() -> None:
    """Codes of a macrolanguage, such as fa, lead to its varieties in FLORES."""
    codes = _names("code")
    assert {code for code, _ in codes} == {code[:3] for code in ALL}
    owners: dict[str, set[str]] = {}
    words: dict[str, set[str]] = {}
    for code, text in codes:
        owners.setdefault(text, set()).add(code)
    for code, name in [*_names("name"), *((code, language(code).label) for code in ALL)]:
        for word in fold(name).split():
            words.setdefault(word, set()).add(code[:3])
    for text, languages in owners.items():
        found = {code[:3] for code in find(ALL, text)}
        assert languages <= found <= languages | words.get(text, set()), text


@pytest.mark.parametrize(
    ("code", "iso"),
    [
        ("hin_Deva", "hi hin"),
        ("jav_Latn", "jv jav jw"),
        ("deu_Latn", "de ger deu"),
        ("fra_Latn", "fr fre fra"),
        ("ell_Grek", "el gre ell"),
        ("pes_Arab", "fa per fas pes"),
        ("hrv_Latn", "hr scr hbs sh"),
        ("zho_Hans", "zh chi zho cmn zh-Hans"),
        ("nld_Latn", "nl dut nld"),
        ("mya_Mymr", "my bur mya"),
        ("bod_Tibt", "bo tib bod"),
        ("heb_Hebr", "he heb iw"),
        ("mri_Latn", "mi mao mri"),
        ("azj_Latn", "az aze azj"),
        ("kas_Deva", "ks kas ks_Deva"),
    ],
)
def test_codes_of_all_parts_of_the_standard(code: str, iso: str) -> None:
    for text in iso.split():
        assert code in find(ALL, text), text
        assert code in find(ALL, text.upper()), text


COMMON = {
    **{"Tagalog": "tgl", "Filipino": "tgl", "Pilipino": "tgl", "Farsi": "pes", "Persian": "pes", "Dari": "prs"},
    **{"Mandarin": "zho", "Putonghua": "zho", "Standard Arabic": "arb", "MSA": "arb", "Sorani": "ckb"},
    **{"Kurmanji": "kmr", "Meitei": "mni", "Manipuri": "mni", "Oriya": "ory", "Odia": "ory", "Uyghur": "uig"},
    **{"Uighur": "uig", "Castilian": "spa", "Halh": "khk", "Khalkha": "khk", "Tosk": "als", "Burmese": "mya"},
    **{"Myanmar": "mya", "Bengali": "ben", "Bangla": "ben", "Panjabi": "pan", "Sinhalese": "sin", "Cambodian": "khm"},
    **{"Siamese": "tha", "Flemish": "nld", "Kirghiz": "kir", "Pashto": "pbt", "Pushto": "pbt", "Yue": "yue"},
    **{"Cantonese": "yue", "Darija": "ary", "Ashanti": "twi", "Fulani": "fuv", "Chichewa": "nya", "Chewa": "nya"},
    **{"Sepedi": "nso", "Sesotho": "sot", "Setswana": "tsn", "Swazi": "ssw", "Kiswahili": "swh", "Moldovan": "ron"},
    **{"Haitian": "hat", "Azeri": "azj", "Luganda": "lug", "Ilocano": "ilo", "Jingpho": "kac", "Lushai": "lus"},
    **{"Cape Verdean Creole": "kea", "Tuareg": "taq", "Quechua": "quy", "Aymara": "ayr", "Yiddish": "ydd"},
    **{"Irish Gaelic": "gle", "Valencian": "cat", "Nihongo": "jpn", "Deutsch": "deu", "Oromo": "gaz"},
    **{"Malagasy": "plt", "Byelorussian": "bel", "Bahasa Indonesia": "ind", "Bahasa Melayu": "zsm", "Gujarati": "guj"},
}


def test_sixty_common_and_old_names() -> None:
    assert len(COMMON) >= 60
    found = {name: find(ALL, name)[:2] for name in COMMON}
    wrong = {name: found[name] for name, code in COMMON.items() if code not in {one[:3] for one in found[name]}}
    assert wrong == {}
    assert {name for name, code in COMMON.items() if code not in {one[:3] for one in find(ALL, name)}} == set()


MORE = {
    **{"Palestinian": "ajp", "Jordanian": "ajp", "Syrian": "apc", "Lebanese": "apc", "Iraqi": "acm", "Yemeni": "acq"},
    **{
        "Tunisian": "aeb",
        "Moroccan": "ary",
        "Egyptian": "arz",
        "Brazilian": "por",
        "American": "eng",
        "British": "eng",
    },
    **{"Bhutanese": "dzo", "Jordanian Arabic": "ajp", "Erse": "gle", "Oromiffa": "gaz", "Amarigna": "amh"},
    **{"Canarese": "kan", "Koshur": "kas", "Gruzinian": "kat", "Genoese": "lij", "Te reo": "mri", "Visayan": "ceb"},
    **{"Shangaan": "tso", "Axomiya": "asm", "Bechuana": "tsn", "Cape Dutch": "afr", "Annamese": "vie", "ekk": "est"},
    **{"gug": "grn", "粤语": "yue", "汉语": "zho", "國語": "zho", "संस्कृतम्": "san", "ភាសាខ្មែរ": "khm", "ภาษาไทย": "tha"},
    **{"آذربایجان": "azb", "isiZulu": "zul", "chiShona": "sna", "Telegu": "tel", "Malyalam": "mal", "Gujrati": "guj"},
    **{"Ukranian": "ukr", "Rusian": "rus", "Portugese": "por", "Czeck": "ces", "Santhali": "sat", "Tigrigna": "tir"},
    **{"Youruba": "yor", "Tagolog": "tgl", "Belorussian": "bel", "Roumanian": "ron", "Sanscrit": "san", "Uzbeg": "uzn"},
    **{"Deutch": "deu", "Hellenic": "ell", "Lettish": "lvs", "Friulian": "fur", "Bamanankan": "bam"},
    **{"Burman": "mya", "Riksmål": "nob", "Bokmaal": "nob", "Persian Dari": "prs", "Imazighen": "tzm"},
    **{
        "Flemish": "nld",
        "Moldovan": "ron",
        "Kirghiz": "kir",
        "Letzeburgesch": "ltz",
        "Euskara": "eus",
        "Gaelige": "gle",
    },
    **{"elliniki": "ell", "Kreyòl ayisyen": "hat", "Jinghpaw": "kac", "Cantonse": "yue", "Taiwanese Mandarin": "zho"},
    **{"ms": "zsm", "lv": "lvs", "no": "nob", "sq": "als", "iw": "heb", "ji": "ydd", "in": "ind", "twi": "twi"},
}


@pytest.mark.parametrize(("name", "code"), MORE.items())
def test_names_of_places_own_names_and_misspellings_lead_to_one_language_first(name: str, code: str) -> None:
    assert find(ALL, name)[:1] and find(ALL, name)[0][:3] == code, find(ALL, name)


TAGS = {"zh-TW": "zho_Hant", "zh_CN": "zho_Hans", "pt-BR": "por_Latn", "en-us": "eng_Latn", "sr-RS": "srp_Cyrl"}


@pytest.mark.parametrize(("tag", "code"), [*TAGS.items(), ("Traditional Chinese", "zho_Hant"), ("zh-HK", "zho_Hant")])
def test_tags_of_locales_and_turned_words_lead_to_the_script_they_mean(tag: str, code: str) -> None:
    assert find(ALL, tag)[0] == code


@pytest.mark.parametrize("name", ["Tulu", "Aragonese", "Tongan", "Aramaic", "Konkani", "Greenlandic"])
def test_a_language_that_the_text_lacks_is_no_misspelling_of_another(name: str) -> None:
    """Tulu was taken for Zulu."""
    assert find(ALL, name) == []


def test_of_two_scripts_the_usual_one_comes_first() -> None:
    usual = {"Acehnese": "Latn", "Banjar": "Latn", "Minangkabau": "Latn", "Kashmiri": "Arab", "Kanuri": "Latn"}
    assert {name: find(ALL, name)[0][-4:] for name in usual} == usual
    assert find(ALL, "zh")[0] == "zho_Hans"


def test_own_names_with_marks_and_without() -> None:
    for code, one in flores_languages().items():
        assert not one.own_name or code in find(ALL, one.own_name), one.own_name
        assert not one.own_name or code in find(ALL, fold(one.own_name)), one.own_name
    own = {"espanol": "spa", "Tieng Viet": "vie", "turkce": "tur", "francais": "fra", "cestina": "ces", "日本語": "jpn"}
    assert {name: find(ALL, name)[0][:3] for name in own} == own


def test_a_hundred_misspelt_names_find_their_language() -> None:
    """One letter too much, too few, wrong or swapped, in any name of five letters or more."""
    chance = random.Random(13)
    names = [(code, name) for code, name in _names("name") if len(name) > 4 and name.isascii() and name.isalpha()]
    for code, name in chance.sample(names, 100):
        typed = _misspelt(fold(name), chance)
        assert code[:3] in {one[:3] for one in find(ALL, typed)}, (code, name, typed, find(ALL, typed))


def _misspelt(name: str, chance: random.Random) -> str:
    n, letter = chance.randrange(1, len(name) - 1), chance.choice(string.ascii_lowercase)
    swapped = name[:n] + name[n + 1] + name[n] + name[n + 2 :]
    return chance.choice(
        [name[:n] + name[n + 1 :], name[:n] + letter + name[n:], name[:n] + letter + name[n + 1 :], swapped]
    )


def test_whole_words_come_before_fragments() -> None:
    assert find(ALL, "hi") == ["hin_Deva"]
    assert find(ALL, "Lao") == ["lao_Laoo"]
    assert set(find(ALL, "Norwegian")) == {"nob_Latn", "nno_Latn"}
    assert "khm_Khmr" in find(ALL, "hmer")


def test_a_script_counts_when_it_is_asked_for_or_no_language_has_the_name() -> None:
    bengali = {code for code in ALL if code.endswith("_Beng")}
    assert find(ALL, "Bengali") == ["ben_Beng"]
    assert set(find(ALL, "in Bengali script")) == set(find(ALL, "Bengali script")) == bengali
    assert {code for code in ALL if code.endswith("_Cyrl")} == set(find(ALL, "Cyrillic"))
    assert set(find(ALL, "in Arabic letters")) == {code for code in ALL if code.endswith("_Arab")}
    for words, script in (("in Cyrillic", "Cyrl"), ("Ge'ez", "Ethi"), ("Kanji", "Jpan")):
        assert set(find(ALL, words)) == {code for code in ALL if code.endswith(script)}, words


def test_what_the_search_box_names_as_examples_is_found() -> None:
    assert find(ALL, "Thai") == ["tha_Thai"]
    assert {"zul_Latn", "swh_Latn", "lug_Latn"} <= set(find(ALL, "Bantu"))
    assert {"tam_Taml", "tel_Telu"} <= set(find(ALL, "Dravidian"))
    assert "tha_Thai" in find(ALL, "South-eastern Asia")


def test_languages_of_other_corpora_are_found_by_their_labels() -> None:
    assert find(["pt-BR", "notes"], "portuguese") == ["pt-BR"]
    assert matching(["en", "fr"], "") == [0, 1]
    assert matching(["en", "fr"], "french, nothing at all") == [1]


def test_what_is_like_nothing_finds_nothing() -> None:
    assert find(ALL, "xqzxqz") == near(ALL, "") == []
    assert len(near(ALL, "x" * 100_000)) == 0
