"""Premiums on another text beside those on FLORES-200: what is compared, and with which error."""

from dataclasses import replace

import numpy as np
import pytest

from core.corpora.corpus import Corpus
from core.premium.atlas import atlas_tokenizers, shipped_atlas
from core.premium.atlas.udhr import in_flores, shipped_udhr
from core.premium.premium import premiums, resample
from core.premium.second_text import TokenizerPremiums, departures, same_language
from core.tokenizers.catalog import open_tokenizer
from tests.tables import table


def drawn(factor: float, n: int, seed: int, **changes: object) -> TokenizerPremiums:
    """Languages a, b and c, of which c costs this much."""
    chance = np.random.default_rng(seed)
    base = chance.integers(20, 60, n)
    made = table(np.stack([base, 2 * base, chance.poisson(factor * base)])[None], **changes)
    return TokenizerPremiums(premiums(made, "a", resampled=resample(made)), 0, made.n_drawn)


SAME = {code: code for code in "abc"}


def test_a_premium_that_departs_is_told_apart_and_the_base_is_none() -> None:
    found = departures(drawn(3.0, 300, 0), drawn(2.0, 300, 1), SAME)
    assert np.isnan(found.ratio[0]) and found.ratio[1] == pytest.approx(1) and found.n == 2
    assert found.ratio[2] == pytest.approx(1.5, rel=0.02) and found.distinct.tolist() == [False, False, True]


def test_texts_of_one_kind_seldom_depart() -> None:
    found = [departures(drawn(2.0, 60, n), drawn(2.0, 300, n + 1_000), SAME) for n in range(200)]
    errors = [bool(each.adjusted[2] < 0.05) for each in found]
    assert np.mean(errors) <= 0.06
    held = [float(each.low[2]) <= 1 <= float(each.high[2]) for each in found]
    assert 0.92 <= np.mean(held) <= 0.98


def test_the_error_is_that_of_both_texts_and_the_smaller_sample_counts() -> None:
    here, flores = drawn(2.0, 40, 0), drawn(2.0, 300, 1)
    found = departures(here, flores, SAME)
    assert found.error[2] == pytest.approx(np.hypot(here.error[2], flores.error[2]))
    assert found.degrees[2] == 39 and here.error[2] > flores.error[2]


def test_a_language_that_flores_lacks_is_left_out() -> None:
    here = drawn(2.0, 40, 0)
    named = replace(here, found=replace(here.found, base="x", languages=("x", "y", "z")))
    found = departures(named, drawn(2.0, 300, 1), {"x": "a", "z": "c"})
    assert np.isnan(found.ratio[1]) and found.n == 1


# what ships


def test_what_ships_of_the_declaration_is_of_the_tokenizers_that_ship() -> None:
    found = shipped_udhr()
    assert [one.fingerprint for one in found.tokenizers] == [one.fingerprint for one in atlas_tokenizers().values()]
    assert set(found.languages) <= set(shipped_atlas(["gpt-2"]).languages) and len(found.languages) > 150
    rows = {key: n for n, key in enumerate(atlas_tokenizers())}
    assert (found.tokens[rows["utf8-bytes"]] == found.n_bytes).all()
    assert (found.tokens[rows["characters"]] == found.n_characters).all()
    assert ((found.tokens > 0) == found.present).all(), "a gap in the text is one for every tokenizer"


def test_the_declaration_costs_what_a_tokenizer_makes_of_it() -> None:
    """Article 1 in English as everybody knows it, counted by tokenizers that are at hand."""
    found = shipped_udhr()
    english = found.language("eng_Latn")
    text = (
        "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience "
        "and should act towards one another in a spirit of brotherhood."
    )
    assert found.n_bytes[english, 1] == len(text.encode())
    for key, spec in (("qwen", "packaged:qwen3"), ("mistral-v1", "mistral:v1")):
        row = list(atlas_tokenizers()).index(key)
        assert found.tokens[row, english, 1] == open_tokenizer(spec).count([text]).tokens[0], key


def test_one_translation_a_language_is_counted() -> None:
    full, short = ("Alle Menschen sind frei.", "Und gleich."), ("Alle Menschen sind frei.", "")
    text = Corpus(
        "x", "X", {"deu_1901": short, "deu_1996": full, "por_BR": full, "por_PT": full, "eng": full, "zzz": full}
    )
    assert in_flores(text) == {"deu_Latn": "deu_1996", "eng_Latn": "eng", "por_Latn": "por_BR"}


@pytest.mark.parametrize(
    ("code", "sentence", "flores"),
    [
        ("de", "Alle Menschen sind frei.", "deu_Latn"),
        ("pt-BR", "Todos os homens nascem livres.", "por_Latn"),
        ("zh_CN", "人人生而自由", "zho_Hans"),
        ("zh_TW", "人人生而自由", "zho_Hant"),
        ("zh", "人人生而自由", None),
        ("sr", "Сва људска бића рађају се слободна.", "srp_Cyrl"),
        ("sr", "Sva ljudska bića rađaju se slobodna.", None),
    ],
)
def test_codes_of_two_letters_are_the_language_in_the_script_of_the_text(
    code: str, sentence: str, flores: str | None
) -> None:
    assert same_language(code, [sentence]) == flores
