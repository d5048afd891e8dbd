"""What is worked out of a SentencePiece normaliser is what the library says, byte by byte."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.tokenizers.backends.sentencepiece import SentencePieceTokenizer, _run_lengths
from core.tokenizers.backends.spm_charsmap import CharacterMap
from core.tokenizers.catalog import open_path
from core.tokenizers.tokenizer import LocalTokenizer
from tests.datafolder import TOKENIZERS, flores, needs_data
from tests.test_backend_sentencepiece import HARD, MODELS, tokenizer_of

REAL = ("xlnet.model", "albert_fixture.model", "laser_50k.model", "compoundpiece_baseline/de.model")
# Marks in several orders, Hangul letters, ligatures, what becomes nothing, and what begins or ends with a space.
PARTS = [*"aeqAßİ 한각①½ﬁﷺ㍿´¨Å.(-☃😀", *"\u0301\u0323\u0307\u1112\u1161\u11ab\u0958\u200b\u200d\ufeff\ufffd\0\t\n"]
TEXTS = st.lists(st.sampled_from([*PARTS, "  ", "\u3000", "e\u0301", "<sep>", "▁"]), max_size=30).map("".join)


def library_says(tokenizer: SentencePieceTokenizer, text: str) -> tuple[bytes, list[int]]:
    normal, origins = tokenizer._processor.normalize(text.encode(), with_offsets=True)
    return normal, origins


def check(tokenizer: SentencePieceTokenizer, text: str) -> bool:
    """Is it followed here? Then it is right."""
    normal, origins = library_says(tokenizer, text)
    found = tokenizer._origins(text, text.encode()) if tokenizer._origins and normal else None
    if found is None:
        return not normal  # nothing to lead back
    assert found.origins.tolist() == origins
    if found.runs is not None:
        assert found.runs.tolist() == _run_lengths(normal, tokenizer._strange).tolist()
    return True


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=80, deadline=None)
@given(text=TEXTS)
def test_origins_are_the_library_s(name: str, text: str) -> None:
    check(tokenizer_of(name), text)


@pytest.mark.parametrize("name", MODELS)
def test_hard_texts_lead_back_as_the_library_says(name: str) -> None:
    followed = [check(tokenizer_of(name), text) for text in HARD]
    if "suffix" not in name:
        assert sum(followed) >= len(HARD) - 3, "nearly all of them without asking the library for a list"


def real(name: str) -> LocalTokenizer:
    return open_path(f"test:{name}", TOKENIZERS / "sentencepiece" / name)


@needs_data
@pytest.mark.parametrize("name", REAL)
def test_origins_of_real_models_on_lines_in_all_scripts(name: str) -> None:
    tokenizer = real(name)
    assert isinstance(tokenizer, SentencePieceTokenizer)
    lines = [lines[0] for lines in flores().values()]
    followed = [check(tokenizer, text) for text in (*lines, "\n".join(lines), " \n".join(lines) + "\n\n")]
    assert all(followed)


def test_rules_for_one_character_and_for_several_are_found() -> None:
    charsmap = CharacterMap(tokenizer_of("unigram")._model.normalizer_spec.precompiled_charsmap)
    assert charsmap.single()["½"] == "1\u20442" and "a" not in charsmap.single()
    assert charsmap.longest("e\u0301x") == (2, "é") and charsmap.longest("①") == (1, "1")
    assert charsmap.longest("ab") is None
    first, later = charsmap.joined()
    assert {"e", "\u1112"} <= first and {"\u0301", "\u1161"} <= later and "e" not in later


def test_a_map_whose_keys_cannot_be_followed_leaves_origins_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.tokenizers.backends.spm_charsmap.LONGEST", 1)
    with pytest.raises(ValueError, match="more than 1"):
        CharacterMap(tokenizer_of("unigram")._model.normalizer_spec.precompiled_charsmap).joined()
    plain = tokenizer_of("unigram")
    fresh = SentencePieceTokenizer(plain._model, plain.info)
    assert fresh._origins is None
    assert not check(fresh, "e\u0301 ½")
