"""Sentences that come in articles: what is resampled, that intervals then cover, and where groups come from."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.coverage import coverage, texts
from components.premium.provenance import what_is_drawn
from core.common.data_folders import BESIDE
from core.common.errors import UserError
from core.corpora.articles import FILE, articles
from core.corpora.corpus import group_column, grouped_spec, open_corpus, parse_corpus
from core.counting.job import as_output, counted
from core.metrics.base import Ratio
from core.metrics.intervals import intervals
from core.premium.atlas import FOLDER, shipped_atlas
from core.premium.atlas.article_file import write_articles
from core.premium.differences import languages_under
from core.premium.error_growth import error_growth
from core.premium.premium import premiums, resample
from core.stats.grouped_items import group_sums, numbered
from tests.tables import table

GROUPS = numbered([n // 3 for n in range(90)])


def made(**changes: object) -> object:
    return table(np.random.default_rng(3).integers(1, 60, (2, 3, 90)), **changes)


# coverage


def test_intervals_of_articles_hold_the_truth_as_often_as_they_say_and_tests_err_as_often() -> None:
    simulated = texts(n_articles=120, n_texts=800, seed=1)
    found = coverage(simulated, draws=400)
    assert 0.93 <= found.intervals <= 0.97
    assert 0.03 <= found.errors <= 0.07


def test_intervals_of_sentences_from_articles_hold_it_too_seldom() -> None:
    simulated = replace(texts(n_articles=120, n_texts=400, seed=1), groups=())
    found = coverage(simulated, draws=200)
    assert found.intervals < 0.91 and found.errors > 0.08


# what is drawn


def test_groups_of_one_sentence_give_the_same_bits_as_none() -> None:
    plain, alone = made(), made(groups=tuple(range(90)), grouped_by="article")
    one, two = (premiums(each, "a", resampled=resample(each, 100)) for each in (plain, alone))
    assert np.array_equal(one.low, two.low) and np.array_equal(one.high, two.high)
    assert alone.drawn == "sentences" and alone.n_drawn == 90


def test_an_interval_is_of_whole_groups_drawn() -> None:
    grouped = made(groups=GROUPS, grouped_by="article")
    found = premiums(grouped, "a", resampled=resample(grouped, 100, seed=5))
    chance = np.random.default_rng(5)
    drawn = np.stack([np.bincount(chance.integers(0, 30, 30), minlength=30) for _ in range(100)])
    sums = grouped.tokens.reshape(2, 3, 30, 3).sum(3) @ drawn.T
    expected = np.percentile(sums / sums[:, [0]], [2.5, 97.5], axis=2)
    assert np.allclose([found.low, found.high], expected)


def test_the_order_in_which_groups_stand_does_not_matter() -> None:
    shuffled = np.random.default_rng(1).permutation(90)
    counts = np.random.default_rng(3).integers(1, 60, (1, 2, 90))
    grouped = group_sums(counts, np.array(GROUPS))
    assert np.array_equal(grouped, group_sums(counts[..., shuffled], np.array(GROUPS)[shuffled]))


def test_a_missing_sentence_leaves_the_rest_of_its_group() -> None:
    counts = np.random.default_rng(3).integers(5, 60, (1, 2, 90))
    sizes = np.full((2, 90), 9, np.uint16)
    sizes[1, 4] = 0
    counts[0, 1, 4] = 0
    gap = table(counts, n_bytes=sizes, groups=GROUPS, grouped_by="article")
    found = premiums(gap, "a", resampled=resample(gap, 200))
    rest = [n for n in range(90) if n != 4]
    without = table(
        counts[..., rest], n_bytes=sizes[:, rest], groups=tuple(GROUPS[n] for n in rest), grouped_by="article"
    )
    same = premiums(without, "a", resampled=resample(without, 200))
    assert found.low[0, 1] == same.low[0, 1] and found.high[0, 1] == same.high[0, 1]
    assert languages_under(gap, 0).adjusted[0, 1] == pytest.approx(languages_under(without, 0).adjusted[0, 1])


def test_fewer_than_ten_groups_have_no_interval_and_no_test() -> None:
    few = made(groups=numbered([n // 15 for n in range(90)]), grouped_by="document")
    found = premiums(few, "a", resampled=resample(few, 100))
    assert found.no_interval == "An interval needs at least 10 documents in every language, and there are 6."
    with pytest.raises(UserError, match="at least 10 documents"):
        languages_under(few, 0)
    ratio = Ratio(np.full(90, 6), np.full(90, 3), "")
    assert np.isnan(intervals([ratio], groups=few.drawn_together)[0]).all()
    assert intervals([ratio], groups=np.array(GROUPS))[0] == (2.0, 2.0)


def test_errors_grow_by_the_root_of_the_size_where_sentences_of_a_group_are_the_same() -> None:
    once = np.random.default_rng(0).integers(5, 60, (1, 2, 300))
    thrice = table(np.repeat(once, 3, axis=2), groups=numbered([n // 3 for n in range(900)]), grouped_by="article")
    assert error_growth(thrice, "a", "line", [0])[0, 1] == pytest.approx(np.sqrt(3), rel=0.01)
    assert np.isnan(error_growth(thrice, "a", "line", [0])[0, 0])


# where groups come from


def test_the_atlas_and_its_parts_know_their_articles() -> None:
    atlas = shipped_atlas(["gpt-2"])
    assert (atlas.n_drawn, atlas.drawn) == (562, "articles")
    assert [atlas.select(part=part).n_drawn for part in ("dev", "devtest")] == [281, 281]
    assert atlas.groups == articles(["dev", "devtest"])


@pytest.mark.skipif(not (BESIDE / "parallel").is_dir(), reason="no FLORES-200 beside the repository")
def test_the_shipped_articles_are_those_of_the_metadata(tmp_path: Path) -> None:
    assert write_articles(BESIDE / "parallel", tmp_path) == 562
    assert (tmp_path / FILE).read_bytes() == (FOLDER / FILE).read_bytes()


SHAPES = {
    "wide.csv": "doc,eng_Latn,deu_Latn\na,One,Eins\nb,Two,Zwei\na,Three,Drei\n",
    "wide.tsv": "eng_Latn\tdeu_Latn\tdoc\nOne\tEins\ta\nTwo\tZwei\tb\nThree\tDrei\ta\n",
    "long.csv": "lang,id,text,doc\nen,1,One,a\nen,2,Two,b\nen,3,Three,a\nde,1,Eins,a\nde,2,Zwei,\nde,3,Drei,a\n",
    "plain.csv": "lang,text,doc\nen,One,a\nen,Two,b\nen,Three,a\nde,Eins,a\nde,Zwei,b\nde,Drei,a\n",
    "rows.jsonl": '{"en": "One", "de": "Eins", "doc": 7}\n'
    '{"en": "Two", "de": "Zwei"}\n{"en": "Three", "de": "Drei", "doc": 7}\n',
    "lists.jsonl": '{"code": "en", "sentences": ["One", "Two", "Three"], "doc": ["a", "b", "a"]}\n'
    '{"code": "de", "sentences": ["Eins", "Zwei", "Drei"]}\n',
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_column_of_a_table_groups_its_sentences(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(SHAPES[name])
    corpus = open_corpus(f"file:{path}?groups=doc")
    assert (corpus.groups, corpus.grouped_by, corpus.n_sentences) == ((0, 1, 0), "doc", 3)
    assert "doc" in corpus.columns and "doc" not in corpus.languages
    again = open_corpus(corpus.spec)
    assert (again.groups, again.fingerprint) == (corpus.groups, corpus.fingerprint)
    assert corpus.only(corpus.languages[:1]).groups == (0, 1, 0)


def test_a_column_with_a_usual_name_groups_unasked(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(SHAPES["wide.csv"].replace("doc", "Article"))
    corpus = open_corpus(f"file:{path}")
    assert (corpus.groups, corpus.grouped_by) == ((0, 1, 0), "Article")
    assert not any("passed over" in note for note in corpus.notes)


def test_what_does_not_group_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(SHAPES["long.csv"].replace("de,1,Eins,a", "de,1,Eins,c"))
    with pytest.raises(UserError, match="sentence '1' into two groups, 'a' and 'c'"):
        open_corpus(f"file:{path}?groups=doc")
    with pytest.raises(
        UserError, match="no column 'chapter' to group sentences by; it has 'lang', 'id', 'text', 'doc'"
    ):
        open_corpus(f"file:{path}?groups=chapter")
    with pytest.raises(UserError, match="no columns to group sentences by"):
        open_corpus("sample?groups=doc")
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "eng_Latn.txt").write_text("One\n")
    with pytest.raises(UserError, match="no table"):
        open_corpus(f"file:{tmp_path / 'x'}?groups=doc")


def test_a_spec_names_its_groups_beside_path_and_split() -> None:
    spec = grouped_spec("file:a b.csv#dev", "doc #1?")
    assert parse_corpus(spec) == ("file", "a b.csv", "dev") and group_column(spec) == "doc #1?"
    assert parse_corpus("file:what?.csv") == ("file", "what?.csv", "") and not group_column("file:what?.csv")


def test_a_stored_job_keeps_the_groups_of_its_text() -> None:
    grouped = made(groups=GROUPS, grouped_by="doc")
    again = counted(as_output(grouped))
    assert (again.groups, again.grouped_by, again.drawn) == (GROUPS, "doc", "groups")
    assert counted(as_output(made())).drawn == "sentences"


def test_the_page_says_what_is_drawn_and_how_much_errors_grow() -> None:
    atlas = shipped_atlas(["gpt-2"])
    said = what_is_drawn(atlas, error_growth(atlas, "eng_Latn", "line", [0]))
    assert "562 articles" in said and "1.2" in said and "203 cells" in said
    assert "each is **resampled** by itself" in what_is_drawn(made(), np.array([]))
