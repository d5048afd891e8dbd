"""The map of characters by their pictures: the file is as its card says, alike pictures lie near, in each script."""

import re
from pathlib import Path

import numpy as np
import pytest

from core.common.errors import UnreadableFile
from core.common.numbers import count
from core.segmenters import glyphs as module
from core.segmenters.build.glyph_facts import SETS, card, drawn_alike, ranks, told_in_sets, told_of_letters
from core.segmenters.glyphs import FILE, PLANE, SIDE, glyphs, nearest_likeness, pixels_of, why_outside
from core.segmenters.lane import open_segmenter
from core.tokenizers.catalog import open_tokenizer

CARD = (FILE.parent / "README.md").read_text(encoding="utf-8")
SCRIPTS = {
    "Latin": "aZé",
    "Cyrillic": "жЯ",
    "Greek": "λΩ",
    "Arabic": "عه",
    "Hebrew": "א",
    "Devanagari": "कि",
    "Thai": "กิ",
    "Han": "你",
    "Kana": "あア",
    "Hangul": "한",
    "digits": "3٣३",
    "signs": "☀ ",
}


def test_the_map_is_whole_and_a_vector_follows_from_a_picture() -> None:
    one = glyphs()
    assert (np.diff(one.points.astype(int)) > 0).all()
    assert one.vectors.shape == (len(one.points), 64)
    assert np.allclose(np.linalg.norm(one.vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(one.axes.T @ one.axes, np.eye(64), atol=1e-5)
    by_hand = (one.picture("λ").reshape(-1) - one.mean) @ one.axes
    assert np.allclose(one.vectors[one.place("λ")], by_hand / np.linalg.norm(by_hand), atol=1e-5)


def test_mean_axes_and_shares_of_variance_are_those_of_the_pictures() -> None:
    one = glyphs()
    pixels = pixels_of(one.pictures)
    assert np.allclose(pixels.mean(0), one.mean, atol=1e-6)
    some = pixels[::10].astype(np.float64) - one.mean
    along = ((some @ one.axes) ** 2).mean(0) / (some**2).sum(1).mean()  # of a tenth of them
    assert np.allclose(along, one.variance, atol=0.005)
    assert (np.diff(one.variance) <= 0).all()


def test_the_card_has_the_figures_of_the_file() -> None:
    one = glyphs()
    shares = np.cumsum(one.variance)
    assert f"64 have {shares[63]:.1%}" in CARD and f"2 have {shares[1]:.1%}" in CARD
    assert f"{count(drawn_alike(one))} characters have the very picture" in CARD
    for told in (told_in_sets(SETS), told_of_letters(one)):
        found = ranks(one, told)
        assert f"| {count(found.n)} | {found.first:.0%} | {found.ten:.0%} | {found.hundred:.0%} |" in CARD
    assert ranks(one, told_in_sets(SETS)).ten == 1


@pytest.mark.slow
def test_the_card_is_what_the_map_makes_it() -> None:
    assert card(glyphs()) == CARD


def test_what_is_confused_lies_near_far_oftener_than_by_chance() -> None:
    """Of each fifth pair of the whole list; by chance ten of 55 thousand."""
    found = ranks(glyphs(), glyphs().confusables[::5])
    assert found.n > 700
    assert found.ten > 0.25


ALIKE = [("а", "a"), ("Ο", "O"), ("٣", "۳"), ("و", "ﻭ"), (" ", "\u00a0"), ("é", "ê")]


@pytest.mark.parametrize(("left", "right"), ALIKE)
def test_alike_pictures_are_near_and_unlike_ones_far(left: str, right: str) -> None:
    one = glyphs()
    near = [other.character for other in one.look_alikes(left, 12)]
    assert right in near
    assert "龍" not in near


def test_the_same_picture_has_likeness_one_and_stands_first_by_code_point() -> None:
    one = glyphs()
    near = one.look_alikes("O", 6)
    assert [other.likeness for other in near] == sorted((other.likeness for other in near), reverse=True)
    same = [other for other in near if other.likeness == 1]
    assert [other.character for other in same] == ["Ο", "О", "Օ", "Ჿ", "ꓳ"]
    assert [other.listed for other in same] == [True, True, True, False, True]
    assert one.same_picture(list("OxОхΟ")) == [["O", "О", "Ο"], ["x", "х"]]


@pytest.mark.parametrize("characters", SCRIPTS.values(), ids=SCRIPTS)
def test_each_script_is_in_the_map_and_the_likeness_that_ships_is_that_of_its_vectors(characters: str) -> None:
    one = glyphs()
    for character, nearest in zip(characters, one.nearest(list(characters)), strict=True):
        assert one.look_alikes(character, 1) == [nearest]
        assert nearest_likeness()[ord(character)] == pytest.approx(nearest.likeness, abs=0.0006)
        assert one.picture(character).any() == (character != " ")


def test_characters_outside_say_why() -> None:
    outside = {"🙂": "beyond U+FFFF", "\n": "a control", "\u200d": "a format", "\u0378": "not assigned"}
    outside |= {"\ue000": "in private use", "\ufe0f": "drawn with"}
    for character, why in outside.items():
        assert glyphs().place(character) is None
        assert why_outside(character).startswith(why)
        assert ord(character) >= PLANE or np.isnan(nearest_likeness()[ord(character)])


def test_places_of_one_of_two_and_of_all() -> None:
    one = glyphs()
    alone, share = one.placed(["a"])
    assert alone.tolist() == [[0, 0]] and np.isnan(share)
    same, share = one.placed(["a", "а"])
    assert np.allclose(same[0], same[1]) and np.isnan(share)
    share = one.placed(["a", "b", "你"])[1]
    assert share == pytest.approx(1)
    among, part = one.placed(["a", "b", "你"], among_all=True)
    assert np.allclose(among, one.vectors[[one.place(c) for c in "ab你"]][:, :2])
    assert 0 < part < 1
    own = one.placed(list("abcdefgh"))[1]
    assert own > one.placed(list("abcdefgh"), among_all=True)[1]  # PCA: no two axes have more


def test_a_chunk_is_a_code_point_and_its_bytes_have_its_likeness() -> None:
    lane = open_segmenter("code-points")
    text = "aé你🙂\n"
    cut = lane.chunks(text)
    assert cut.starts.tolist() == [0, 1, 3, 6, 10]
    assert cut.values is not None
    table = nearest_likeness()
    wanted = [table[ord("a")], *[table[ord("é")]] * 2, *[table[ord("你")]] * 3, *[np.nan] * 5]
    assert np.array_equal(cut.values, np.array(wanted, np.float32), equal_nan=True)
    assert open_tokenizer("learned:code-points").segment(text).n_tokens == len(text)


def test_a_count_reads_no_map(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.segmenters.families.code_points.nearest_likeness", lambda: pytest.fail("read"))
    assert open_segmenter("code-points").count(["né", "", "a"]).tokens.tolist() == [2, 0, 1]


def test_a_damaged_map_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    glyphs.cache_clear()
    nearest_likeness.cache_clear()
    whole = FILE.read_bytes()
    try:
        for data in (b"", b"no archive", whole[: len(whole) // 2], whole[:5000] + b"\0" * 500 + whole[5500:]):
            broken = tmp_path / "glyphs.npz"
            broken.write_bytes(data)
            monkeypatch.setattr(module, "FILE", broken)
            with pytest.raises(UnreadableFile, match=r"The map of characters, data/glyphs/glyphs\.npz, is missing"):
                glyphs()
        monkeypatch.setattr(module, "FILE", tmp_path / "absent.npz")
        with pytest.raises(UnreadableFile, match="missing or damaged"):
            open_segmenter("code-points").chunks("a")
        np.savez(tmp_path / "short.npz", **{name: np.zeros(3) for name in module.Glyphs.__dataclass_fields__})
        monkeypatch.setattr(module, "FILE", tmp_path / "short.npz")
        with pytest.raises(UnreadableFile):
            glyphs()
    finally:
        glyphs.cache_clear()
        nearest_likeness.cache_clear()


def test_its_licence_lies_beside_the_pictures() -> None:
    assert "SIL OPEN FONT LICENSE" in (FILE.parent / "OFL.txt").read_text(encoding="utf-8")
    assert re.search(r"GNU Unifont 15\.0\.01", CARD)
    assert FILE.stat().st_size < 1_000_000
    assert pixels_of(glyphs().pictures[:1]).shape == (1, SIDE**2)
