"""Published counts reproduce to the token, and the shipped atlas is what counting gives."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from core.common.errors import UnknownName
from core.corpora.corpus import Corpus, open_corpus
from core.corpora.sources.flores200 import read
from core.counting.corpus import count_corpus
from core.counting.engine import CannotCount, Counter
from core.counting.engines import gigatoken
from core.counting.table import CountTable
from core.premium.atlas import FOLDER, atlas_provenance, atlas_tokenizers, shipped_atlas
from core.premium.atlas.build import build
from core.premium.atlas.folder import AtlasEntry, AtlasFolder
from core.premium.atlas.wanted import WANTED
from core.premium.published import COLUMN_BY_KEY, petrov, reproduction
from core.text.languages import flores_languages
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import LocalTokenizer, Tokenizer
from tests.datafolder import DATA, TOKENIZERS, needs_data

pytestmark = pytest.mark.usefixtures("no_trial")

PLACES = {
    "GPT-2": "gpt2_style/gpt2",
    "r50k_base": "tiktoken/r50k_base.tiktoken",
    "p50k_base": "tiktoken/p50k_base.tiktoken",
    "cl100k_base": "tiktoken/cl100k_base.tiktoken",
    "LLAMA": "sentencepiece/llama2.model",
    "RoBERTa": "gpt2_style/roberta",
    "Qwen": "tiktoken/qwen.tiktoken",
    "ByT5": "builtin:utf8-bytes",
    "UTF-32": "builtin:characters",
}
QUICK = ("LLAMA", "ByT5", "UTF-32")


@pytest.fixture(scope="module")
def flores200() -> Corpus:
    return read(DATA / "parallel", "flores200")


@needs_data
@pytest.mark.parametrize(
    "column", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in PLACES]
)
def test_published_counts_reproduce_on_204_of_204(
    column: str, flores200: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path))
    place = PLACES[column]
    tokenizer = open_tokenizer(place if ":" in place else f"file:{TOKENIZERS / place}")
    count = counter(tokenizer)
    codes = flores200.languages
    counted = [int(n) for start in range(0, 204, 12) for n in joined(count, flores200, codes[start : start + 12])]
    published = petrov().column(column)
    assert len(codes) == 204
    assert dict(zip(codes, counted, strict=True)) == {code: published[code] for code in codes}


def counter(tokenizer: Tokenizer) -> Counter:
    """gigatoken's, where it knows the tokenizer; which engine is chosen for one is asked in test_fastest_engine.py."""
    assert isinstance(tokenizer, LocalTokenizer)
    try:
        return gigatoken.ENGINE.build(tokenizer)
    except CannotCount:
        return tokenizer.count


def joined(count: Counter, corpus: Corpus, codes: tuple[str, ...]) -> list[int]:
    tokens: list[int] = count([corpus.joined(code) for code in codes]).tokens.tolist()
    return tokens


def test_the_shipped_counts_reproduce_them_too() -> None:
    keys = [key for key in atlas_tokenizers() if key in COLUMN_BY_KEY]
    found = reproduction(shipped_atlas(keys), {key: n for n, key in enumerate(keys)})
    exact = {one.column: one.n_equal for one in found if one.column != "XLM-RoBERTa"}
    assert len(exact) >= 7 and set(exact.values()) == {204}


def test_a_wrong_count_is_noticed() -> None:
    table = shipped_atlas(["gpt-2"])
    table.joined[0, 3] += 1
    (found,) = reproduction(table, {"gpt-2": 0})
    assert found.n_equal == 203 and found.unequal == (table.languages[3],)


# the shipped atlas


def test_the_atlas_holds_all_languages_in_twenty_nine_megabytes() -> None:
    table = shipped_atlas()
    assert len(table.tokenizers) >= 55 and set(table.languages) == set(flores_languages())
    assert table.tokens.shape[2] == 2009 and table.parts == (("dev", 997), ("devtest", 2009))
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 29 * 2**20
    assert table.present.all()


def test_no_two_tokenizers_of_the_atlas_count_the_same() -> None:
    table = shipped_atlas()
    digests = {hashlib.sha256(counts.tobytes()).hexdigest() for counts in table.tokens}
    assert len(digests) == len(table.tokenizers)


def test_every_tokenizer_says_where_it_comes_from() -> None:
    for key, one in atlas_tokenizers().items():
        assert one.label and one.family and one.reference and one.opens, key
        assert one.file.startswith(("builtin:", "mistral:", "controlled:")) or "sha256" in one.file, key
        assert not any(str(DATA) in text for text in (*one.opens, one.file, one.spec))
    assert atlas_provenance().versions and len(atlas_provenance().date) == 10


def test_parts_add_up() -> None:
    table = shipped_atlas(["cl100k"])
    halves = [table.select(part=part).tokens.sum() for part in ("dev", "devtest")]
    assert sum(halves) == table.tokens.sum()


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(UnknownName, match="Did you mean gpt-2"):
        shipped_atlas(["gpt2"])


@needs_data
def test_the_corpus_here_is_the_corpus_of_the_atlas(flores200: Corpus) -> None:
    assert flores200.fingerprint == atlas_provenance().corpus


@needs_data
def test_making_part_of_the_atlas_again_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))
    corpus = open_corpus("sample").only(["eng_Latn", "deu_Latn", "tha_Thai"])
    wanted = [one for one in WANTED if one.key in ("utf8-bytes", "characters", "mistral-v1", "mistral-v3")]
    one, two = tmp_path / "one", tmp_path / "two"
    build(corpus, wanted, DATA, one, "2026-01-01")
    build(corpus, wanted, DATA, two, "2026-01-01")
    build(corpus, wanted, DATA, one, "2027-01-01")  # nothing changed, so neither does the date
    names = sorted(path.name for path in one.iterdir())
    assert names == ["characters.parquet", "index.json", "mistral-v1.parquet", "utf8-bytes.parquet"]
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in names)


def test_a_run_that_is_stopped_leaves_an_atlas_of_all_that_was_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))
    corpus, out = open_corpus("sample").only(["eng_Latn", "tha_Thai"]), tmp_path / "out"
    wanted = {one.key: one for one in WANTED if one.key in ("utf8-bytes", "characters", "graphemes", "mistral-v1")}
    build(corpus, [wanted["utf8-bytes"], wanted["mistral-v1"]], tmp_path, out, "2026-01-01")
    (out / "mistral-v1.parquet").write_bytes(b"stays until its turn")

    def stopped(tokenizer: Tokenizer, corpus: Corpus) -> CountTable:
        if tokenizer.info.label == "Grapheme clusters":
            raise KeyboardInterrupt
        return count_corpus(tokenizer, corpus)

    monkeypatch.setattr("core.premium.atlas.build.count_corpus", stopped)
    with pytest.raises(KeyboardInterrupt):
        build(corpus, list(wanted.values()), tmp_path, out, "2027-01-01")
    assert keys_of(out) == ["utf8-bytes", "characters", "mistral-v1"]
    assert (out / "mistral-v1.parquet").read_bytes() == b"stays until its turn"
    monkeypatch.undo()
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))
    build(corpus, list(wanted.values()), tmp_path, out, "2027-01-01")
    again = tmp_path / "again"
    build(corpus, list(wanted.values()), tmp_path, again, "2027-01-01")
    names = {path.name for path in out.iterdir()}
    assert keys_of(out) == list(wanted) and names == {"index.json", *(f"{key}.parquet" for key in wanted)}
    assert all((out / name).read_bytes() == (again / name).read_bytes() for name in names)


def test_what_stands_there_of_another_text_or_by_other_libraries_does_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))
    keys, sample, utf8 = ["one", "other"], open_corpus("sample"), open_tokenizer("builtin:utf8-bytes")
    for key, code in zip(keys, ("eng_Latn", "tha_Thai"), strict=True):
        table = count_corpus(utf8, sample.only([code]))
        AtlasFolder(tmp_path, sample.only([code]), keys, "2026-01-01").put(AtlasEntry(key, table.tokenizers[0], table))
        assert keys_of(tmp_path) == [key]
    monkeypatch.setattr("core.premium.atlas.folder.version", lambda name: "0")
    AtlasFolder(tmp_path, sample.only(["tha_Thai"]), keys, "2026-01-01").put(
        AtlasEntry("one", table.tokenizers[0], table)
    )
    assert keys_of(tmp_path) == ["one"]


def keys_of(folder: Path) -> list[str]:
    return [row["key"] for row in json.loads((folder / "index.json").read_text(encoding="utf-8"))["tokenizers"]]


@needs_data
def test_adding_takes_what_ships_as_it_is(flores200: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    monkeypatch.setattr("core.premium.atlas.build.count_corpus", lambda *_: counted.append(1))
    wanted = [one for one in WANTED if one.key in ("utf8-bytes", "characters", "mistral-v1", "qwen-3.6")]
    build(flores200, wanted, DATA, tmp_path, "2026-01-01", add=True)
    assert counted == []
    for one in wanted:
        name = f"{one.key}.parquet"
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()
    monkeypatch.setattr("core.premium.atlas.folder.version", lambda name: "0")
    with pytest.raises(AttributeError):  # it would count, and the stand-in gives no table
        build(flores200, wanted, DATA, tmp_path, "2026-01-01", add=True)
    assert counted == [1]


def test_the_newest_generations_are_there_and_say_what_was_opened() -> None:
    known = atlas_tokenizers()
    for key in ("qwen-3.6", "deepseek-v4", "gemma-3", "gemma-2", "command-r", "claude-2", "jurassic-2", "whisper"):
        assert "sha256" in known[key].file, key
        assert known[key].spec in known[key].opens
    years = [one.year for one in known.values() if one.year and one.family != "One language"]
    assert years[:3] == [2026, 2026, 2025], "newest first"


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("key", ["cl100k", "llama-2", "bert-multilingual", "rwkv", "graphemes"])
def test_the_shipped_counts_are_those_of_the_reference(
    key: str, flores200: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path))
    one = next(w for w in WANTED if w.key == key)
    tokenizer = open_tokenizer(one.spec or f"file:{TOKENIZERS / one.place}")
    table = shipped_atlas([key])
    for row in range(0, 204, 9):
        truth = tokenizer.count(flores200.sentences[table.languages[row]])
        assert np.array_equal(truth.tokens, table.tokens[0, row]) and np.array_equal(
            truth.unknown, table.unknown[0, row]
        )


def test_the_sample_can_be_counted_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path))
    found = count_corpus(open_tokenizer("mistral:v1"), open_corpus("sample"))
    assert found.tokens.min() > 0 and not found.unknown.any()
