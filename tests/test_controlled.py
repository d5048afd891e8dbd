"""The shipped family where tokenizers open, in the atlas, and what Premium says of it."""

import numpy as np
import pytest

from components.premium.controlled import badge_text, unseen, what_they_know
from components.premium.texts import COUNTED
from core.common.errors import UnknownName
from core.common.numbers import THIN
from core.corpora.corpus import open_corpus
from core.counting.table import Counted
from core.premium.atlas import atlas_tokenizers, shipped_atlas
from core.premium.atlas.udhr import shipped_udhr
from core.premium.atlas.wanted import CONTROLLED
from core.tokenizers.catalog import offered, open_tokenizer
from core.training.family import CODE, CORPUS, LANGUAGES, SHIPPED, SIZES, controlled_names, shipped_family, shipped_one
from core.training.keep import kept
from tests.datafolder import needs_data
from tests.pages import opened

ARTICLE = (
    "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience and "
    "should act towards one another in a spirit of brotherhood."
)


def controlled() -> dict[str, Counted]:
    """Those of the atlas, by key."""
    return {key: one for key, one in atlas_tokenizers().items() if one.family == CONTROLLED}


def test_one_text_and_one_seed_made_all_in_three_sizes() -> None:
    _, found = shipped_family()
    assert {(one.recipe.trainer, one.n_vocabulary) for one in found.made} == set(controlled_names().values())
    recipes = [one.recipe for one in found.made]
    assert len({(each.files, each.seed, each.options.heldout, each.options.normaliser) for each in recipes}) == 1
    assert [each.name for each in recipes[0].files] == [*(f"{CORPUS} {code}" for code in LANGUAGES), CODE]
    assert {each.trainer for each in recipes if each.parallel} == {"parity"}
    assert all(each.params["global_merges"] > 0 for each in recipes if each.parallel), "by which code is weighed"


@pytest.mark.parametrize("name", ["superbpe-4096", "wordpiece-4096"])
def test_it_opens_by_name_as_the_same_tokenizer_that_is_kept(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", f"{tmp_path}")
    found, other = open_tokenizer(f"controlled:{name}"), open_tokenizer(kept(shipped_one(*controlled_names()[name])))
    assert found.info.fingerprint == other.info.fingerprint
    assert found.segment(ARTICLE).ids.tolist() == other.segment(ARTICLE).ids.tolist()
    assert dict(offered())[f"controlled:{name}"] == found.info.label
    with pytest.raises(
        UnknownName, match=r"tokenizer of the shipped family 'superbpe-400'\. Did you mean superbpe-4096"
    ):
        open_tokenizer("controlled:superbpe-400")


def test_the_atlas_has_all_trainers_in_one_size_and_counts_the_files_that_ship() -> None:
    known, udhr = controlled(), shipped_udhr()
    assert list(known) == [f"controlled-{key}" for key in SHIPPED]
    english = udhr.language("eng_Latn")
    for key, one in known.items():
        tokenizer = open_tokenizer(one.spec)
        assert one.fingerprint == tokenizer.info.fingerprint and one.n_vocabulary == SIZES[1], key
        row = list(atlas_tokenizers()).index(key)
        assert udhr.tokens[row, english, 1] == tokenizer.count([ARTICLE]).tokens[0], key


@needs_data
def test_their_counts_are_of_what_opens() -> None:
    sentences = open_corpus("flores200#dev").sentences["tha_Thai"][:40]
    for key in ("parity", "pathpiece", "lib"):
        table = shipped_atlas([f"controlled-{key}"])
        truth = open_tokenizer(f"controlled:{key}-16384").count(sentences)
        assert np.array_equal(truth.tokens, table.tokens[0, table.language("tha_Thai"), : len(sentences)])


def test_parity_is_the_fairest_and_languages_that_none_saw_cost_more() -> None:
    """On devtest, of which no sentence was trained on."""
    keys = list(controlled())
    table = shipped_atlas(keys).select(part="devtest")
    seen = [table.language(code) for code in LANGUAGES]
    sums = table.tokens[:, seen].sum(-1, dtype=np.int64)
    assert keys[int((sums.max(1) / sums.min(1)).argmin())] == "controlled-parity"
    bpe = keys.index("controlled-bpe")
    per_byte = table.tokens[bpe].sum(-1) / table.n_bytes.sum(-1)
    assert per_byte[seen].max() < per_byte[table.language("kor_Hang")]


def test_what_they_were_made_of_is_said() -> None:
    one = next(iter(controlled().values()))
    assert badge_text([one], 1) == f"All controlled: one text, 16{THIN}384 entries, only the trainer differs"
    assert badge_text([one], 3).startswith("1 of 3 controlled: ")
    assert "choose *Devtest*" in what_they_know("", "") and "choose *Devtest*" in what_they_know("", "dev")
    assert "Devtest" not in what_they_know("", "devtest") and "Devtest" not in what_they_know("sample", "")
    assert not unseen(one, "tha_Thai") and unseen(one, "kor_Hang") == "; not a language of the text it was made of"
    assert not unseen(atlas_tokenizers()["gpt-2"], "kor_Hang")


def test_premium_shows_them_by_a_button_and_their_languages_by_another() -> None:
    app = opened("premium")
    assert not [one for one in app.markdown if "controlled:" in one.value], "none is chosen"
    next(one for one in app.button if one.label == "Controlled").click().run()
    assert app.session_state[COUNTED] == list(controlled()) and not app.exception
    assert any("All controlled: one text" in one.value for one in app.markdown)
    app.button(key="controlled_languages").click().run()
    assert app.text_input(key="find").value == ", ".join(LANGUAGES) and app.button(key="controlled_languages").disabled
