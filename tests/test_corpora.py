"""Parallel text: what is read, what is refused, and that nothing is filled in."""

import io
import json
import struct
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.common.errors import TooLarge, UnknownName, UnreadableFile, UserError
from core.common.plain_text import lines
from core.corpora.beginning import beginning
from core.corpora.corpus import CORPORA, Corpus, open_corpus, parse_corpus
from core.corpora.sources import flores200
from core.corpora.sources.file import open_path
from core.corpora.submitted import corpus_files, submitted_corpus
from core.corpora.text_uploads import as_corpus, keep_text, text_path
from core.corpora.uploads import keep_corpus
from tests.datafolder import flores, needs_data

DEU = ("Guten Tag.", "Wie geht es?", "Danke.")
ENG = ("Good day.", "How are you?", "Thanks.")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))


def opened(path: Path, content: str | bytes) -> Corpus:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_path(path, f"file:{path}")


def zipped(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archives:
        for name, content in files.items():
            archives.writestr(name, content)
    return path


# shapes


def wide_csv() -> str:
    return "eng_Latn,deu_Latn\n" + "".join(f'"{a}","{b}"\n' for a, b in zip(ENG, DEU, strict=True))


def wide_tsv() -> str:
    return "id\teng_Latn\tdeu_Latn\n" + "".join(
        f"{n}\t{a}\t{b}\n" for n, (a, b) in enumerate(zip(ENG, DEU, strict=True))
    )


def long_csv() -> str:
    rows = [("deu_Latn", n, text) for n, text in enumerate(DEU)] + [("eng_Latn", n, text) for n, text in enumerate(ENG)]
    return "language,id,sentence\n" + "".join(f'{code},{n},"{text}"\n' for code, n, text in rows)


def listed_jsonl() -> str:
    rows = [{"code": "eng_Latn", "sentences": ENG}, {"code": "deu_Latn", "sentences": DEU}]
    return "\n".join(map(json.dumps, rows))


def wide_jsonl() -> str:
    return "\n".join(json.dumps({"eng_Latn": a, "deu_Latn": b}) for a, b in zip(ENG, DEU, strict=True))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", wide_csv()),
        ("b.csv", "\ufeff" + wide_csv().replace("\n", "\r\n")),
        ("a.tsv", wide_tsv()),
        ("long.csv", long_csv()),
        ("a.jsonl", listed_jsonl()),
        ("b.jsonl", wide_jsonl()),
    ],
)
def test_every_shape_of_table_gives_the_same_corpus(tmp_path: Path, name: str, content: str) -> None:
    corpus = opened(tmp_path / name, content)
    assert dict(corpus.sentences) == {"eng_Latn": ENG, "deu_Latn": DEU}


def test_parquet_and_archives_give_it_too(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(arrow.table({"eng_Latn": ENG, "deu_Latn": DEU}), tmp_path / "a.parquet")
    files = {f"{code}.txt": "\n".join(text).encode() for code, text in (("eng_Latn", ENG), ("deu_Latn", DEU))}
    zipped(tmp_path / "a.zip", files, zipfile.ZIP_LZMA)
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archives:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"x/{name}")
            entry.size = len(content)
            archives.addfile(entry, io.BytesIO(content))
    for name in ("a.parquet", "a.zip", "a.tar.gz"):
        corpus = open_corpus(f"file:{tmp_path / name}")
        assert dict(corpus.sentences) == {"eng_Latn": ENG, "deu_Latn": DEU}, name


def test_a_split_column_chooses_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("split,eng_Latn,deu_Latn\ndev,a b,c d\ntest,e f,g h\n")
    assert open_corpus(f"file:{path}#test").sentences["eng_Latn"] == ("e f",)


# gaps stay gaps


def test_a_missing_sentence_stays_missing_and_is_named(tmp_path: Path) -> None:
    corpus = opened(tmp_path / "a.csv", "eng_Latn,deu_Latn\nOne.,Eins.\nTwo.,\nThree.,  \n")
    assert corpus.sentences["deu_Latn"] == ("Eins.", "", "")
    assert corpus.present("deu_Latn").tolist() == [True, False, False]
    assert any("deu_Latn 2" in note for note in corpus.notes)


def test_a_numbered_sentence_that_a_language_lacks_does_not_shift_the_rest(tmp_path: Path) -> None:
    corpus = opened(tmp_path / "a.csv", "lang,id,text\nen,1,One\nen,2,Two\nen,3,Three\nde,1,Eins\nde,3,Drei\n")
    assert corpus.sentences["de"] == ("Eins", "", "Drei")


def test_a_language_with_another_number_of_lines_is_left_out_with_the_reason(tmp_path: Path) -> None:
    files = {"eng_Latn.txt": b"a\nb\n", "deu_Latn.txt": b"c\nd\n", "fra_Latn.txt": b"e\n", "ita_Latn.txt": b"\n\n"}
    corpus = open_path(zipped(tmp_path / "a.zip", files), "file:a.zip")
    assert corpus.languages == ("eng_Latn", "deu_Latn")
    assert {gap.language for gap in corpus.gaps} == {"fra_Latn", "ita_Latn"}
    with pytest.raises(UserError, match="1 line, while most languages have 2"):
        corpus.require("fra_Latn")


def test_a_pair_of_languages_as_opus_packs_it_is_read(tmp_path: Path) -> None:
    files = {"README": b"about", "LICENSE": b"CC", "Tatoeba.de-en.xml": b"<links/>"}
    files |= {"Tatoeba.de-en.de": b"Hallo\nJa\n", "Tatoeba.de-en.en": b"Hello\nYes\n"}
    corpus = open_path(zipped(tmp_path / "de-en.txt.zip", files), "file:de-en.txt.zip")
    assert dict(corpus.sentences) == {"de": ("Hallo", "Ja"), "en": ("Hello", "Yes")} and not corpus.gaps


def test_two_languages_of_different_length_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="same number of lines: eng_Latn has 2, deu_Latn has 1"):
        open_path(zipped(tmp_path / "a.zip", {"eng_Latn.txt": b"a\nb", "deu_Latn.txt": b"c"}), "file:a.zip")


def test_english_filler_is_noticed(tmp_path: Path) -> None:
    corpus = opened(tmp_path / "a.csv", "eng_Latn,anp_Deva\n" + "Sample text.,Sample text.\n" * 3 + "Yes.,हाँ.\n")
    assert any("75 % of the lines of anp_Deva are the same as in eng_Latn" in note for note in corpus.notes)


def test_columns_that_are_no_languages_are_named(tmp_path: Path) -> None:
    corpus = opened(tmp_path / "a.csv", "topic,eng_Latn\nfood,Bread.\n")
    assert corpus.languages == ("eng_Latn",)
    assert any("'topic'" in note for note in corpus.notes)


def test_one_file_in_an_old_encoding_is_a_gap(tmp_path: Path) -> None:
    files = {"eng_Latn.txt": b"a\n", "deu_Latn.txt": "ä\n".encode("latin-1"), "fra_Latn.txt": b"e\n"}
    corpus = open_path(zipped(tmp_path / "a.zip", files), "file:a.zip")
    assert [gap.language for gap in corpus.gaps] == ["deu_Latn"]
    assert "not UTF-8: line 1" in corpus.gaps[0].reason


def test_only_newlines_end_lines() -> None:
    assert lines("a\u2028b\x0bc\x85d\n".encode(), "x") == ["a\u2028b\x0bc\x85d"]
    assert lines("a\nb".encode("utf-16"), "x") == ["a", "b"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")), min_size=1))
def test_lines_survive_a_file(texts: list[str]) -> None:
    assert lines("".join(text + "\n" for text in texts).encode(), "x")[1:] == texts[1:]


# fingerprints


def test_the_fingerprint_changes_with_any_sentence_and_not_with_the_order_of_languages() -> None:
    one = Corpus("x", "X", {"a": ("1", "2"), "b": ("3", "4")})
    assert one.fingerprint == Corpus("y", "Y", {"b": ("3", "4"), "a": ("1", "2")}).fingerprint
    assert one.fingerprint != Corpus("x", "X", {"a": ("1", "2"), "b": ("3", "5")}).fingerprint
    assert one.fingerprint != Corpus("x", "X", {"a": ("12", ""), "b": ("3", "4")}).fingerprint
    assert one.language_fingerprint("a") != Corpus("x", "X", {"a": ("1", "2")}, file_ends=(2,)).language_fingerprint(
        "a"
    )


# refused


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", "", "no rows|columns"),
        ("head.csv", "eng_Latn,deu_Latn\n", "no rows"),
        ("ragged.csv", "eng_Latn,deu_Latn\na,b\nc,d,e\n", "Line 3 .* 3 fields"),
        ("quotes.csv", 'eng_Latn,deu_Latn\n"a,b\n', "Line"),
        ("twice.csv", "eng_Latn,eng_Latn\na,b\n", "two columns named 'eng_Latn'"),
        ("codes.csv", "topic,price\na,b\n", "none of which is a language code"),
        ("latin.csv", "eng_Latn\ncafé\n".encode("latin-1"), "not UTF-8: line 2 .* 0xE9"),
        ("nul.csv", "eng_Latn\na\0b\n", "NUL"),
        ("bad.jsonl", '{"eng_Latn": "a"}\n{"eng_Latn": \n', "Line 2 .* not JSON"),
        ("list.jsonl", "[1]\n", "not a JSON object"),
        ("deep.jsonl", "[" * 100_000, "not JSON"),
        ("number.jsonl", '{"eng_Latn": 5}', "'5' where a sentence"),
        ("half.jsonl", '{"eng_Latn": "\\ud800"}', "surrogate"),
        ("bad.parquet", b"PAR1 no", "cannot be read as Parquet"),
        ("cut.zip", b"PK\x03\x04 no", "damaged"),
        ("a.exe", b"MZ", "not parallel text"),
    ],
)
def test_damaged_files_are_refused_in_words(tmp_path: Path, name: str, content: str | bytes, says: str) -> None:
    with pytest.raises(UserError, match=says):
        opened(tmp_path / name, content)


@pytest.mark.parametrize("ending", ["csv", "tsv", "tab", "txt"])
@pytest.mark.parametrize("between", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_fields_are_parted_by_what_the_first_line_says(ending: str, between: str, tmp_path: Path) -> None:
    rows = [["eng_Latn", "deu_Latn"], ["Hello", "Hallo"], ["a; b, c\td".replace(between, ""), "x"]]
    table = "\n".join(between.join(row) for row in rows)
    for content in (table.encode(), table.encode("utf-16"), b"\xef\xbb\xbf" + table.encode()):
        corpus = opened(tmp_path / f"a.{ending}", content)
        assert corpus.languages == ("eng_Latn", "deu_Latn")
        assert corpus.sentences["eng_Latn"] == ("Hello", rows[2][0]) and corpus.sentences["deu_Latn"] == ("Hallo", "x")


def test_the_line_in_which_excel_names_its_separator_is_no_header(tmp_path: Path) -> None:
    corpus = opened(tmp_path / "a.csv", "sep=;\r\neng_Latn;deu_Latn\r\nHello, world;Hallo\r\n")
    assert corpus.sentences["eng_Latn"] == ("Hello, world",)


def test_a_ragged_table_names_what_parts_its_fields(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"Line 2 .* has 3 fields .* Quote fields that hold a semicolon"):
        opened(tmp_path / "a.csv", "eng_Latn;deu_Latn\nHello; world;Hallo\n")


@pytest.mark.parametrize("name", ["../../etc/eng_Latn.txt", "/etc/eng_Latn.txt", "C:/eng_Latn.txt", "..\\eng_Latn.txt"])
def test_names_that_point_outside_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFile, match="points outside"):
        open_path(zipped(tmp_path / "a.zip", {name: b"a\n"}), "file:a.zip")


def test_links_and_nested_archives_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archives:
        entry = zipfile.ZipInfo("eng_Latn.txt")
        entry.external_attr = 0o120777 << 16
        archives.writestr(entry, "/etc/passwd")
    with tarfile.open(tmp_path / "link.tar.gz", "w:gz") as tar:
        link = tarfile.TarInfo("eng_Latn.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    inner = zipped(tmp_path / "inner.zip", {"eng_Latn.txt": b"a"}).read_bytes()
    zipped(tmp_path / "nested.zip", {"eng_Latn.txt": inner})
    for name in ("link.zip", "link.tar.gz", "nested.zip"):
        with pytest.raises(UnreadableFile, match=r"link|another archive"):
            open_path(tmp_path / name, "file:x")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_bomb_is_refused_without_being_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: int) -> None:
    from core.common import archives

    path = zipped(tmp_path / "bomb.zip", {"eng_Latn.txt": b"a" * 20_000_000}, method)
    assert path.stat().st_size < 40_000
    monkeypatch.setattr(archives.unpacked, "__defaults__", (1_000_000,))
    tracemalloc.start()
    with pytest.raises(TooLarge, match="unpacks to more than 1 MB"):
        open_path(path, "file:bomb.zip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000  # of which LZMA has 8 MB for its dictionary


def test_an_lzma_entry_may_not_ask_for_gigabytes(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"eng_Latn.txt": b"hello\n" * 100}, zipfile.ZIP_LZMA)
    data = bytearray(path.read_bytes())
    start = 30 + len("eng_Latn.txt") + 5
    data[start : start + 4] = struct.pack("<I", 0xF0000000)
    path.write_bytes(data)
    with pytest.raises(TooLarge, match="3\u202f840 MB of memory"):
        open_path(path, "file:a.zip")


def test_a_parquet_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    from core.corpora import tables

    parquet.write_table(arrow.table({"eng_Latn": ["a" * 10_000] * 2_000}), tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 100_000
    monkeypatch.setattr(tables, "MAX_UNPACKED", 1_000_000)
    with pytest.raises(TooLarge):
        open_path(tmp_path / "a.parquet", "file:x")


def test_a_document_on_one_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="a line of 200\u202f000 characters"):
        opened(tmp_path / "a.csv", "eng_Latn\n" + "a" * 200_000 + "\n")


# uploads


def test_an_upload_is_kept_once_it_was_read_and_opens_again(tmp_path: Path) -> None:
    corpus = keep_corpus("../my words.CSV", wide_csv().encode())
    assert corpus.spec.startswith("upload:") and corpus.spec.endswith("/my_words.csv")
    assert open_corpus(corpus.spec).fingerprint == corpus.fingerprint


def test_an_upload_that_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        keep_corpus("a.csv", b"topic,price\n1,2\n")
    assert not list((tmp_path / "home" / "corpora" / "uploads").iterdir())


@pytest.mark.parametrize("spec", ["upload:../../etc/passwd", "upload:0123456789abcdef/../../x.csv", "upload:zz/a.csv"])
def test_an_upload_cannot_be_named_by_a_path(spec: str) -> None:
    with pytest.raises(UserError, match="not stored here"):
        open_corpus(spec)


def test_paths_can_be_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_PATHS", "off")
    for spec in (f"file:{tmp_path}/a.csv", f"flores200:{tmp_path}", f"udhr:{tmp_path}/a.zip"):
        with pytest.raises(UserError, match="TOKEN_ATLAS_PATHS"):
            open_corpus(spec)


# spec strings


def test_spec_strings() -> None:
    assert parse_corpus("flores200#dev") == ("flores200", "", "dev")
    assert parse_corpus("sample") == ("sample", "", "")
    with pytest.raises(UnknownName, match="Did you mean flores200"):
        open_corpus("flores-200")
    with pytest.raises(UnknownName, match="dev"):
        open_corpus("flores200#devtst")
    with pytest.raises(UserError, match="takes no path"):
        open_corpus("sample:x")
    with pytest.raises(UserError, match="names no file"):
        open_corpus("file")


@pytest.mark.parametrize("path", ["a.tsv", "folder/a.csv", "/tmp/text", "C.d/x"])
def test_a_path_without_its_kind_is_told_how_to_be_named(path: str) -> None:
    with pytest.raises(UserError, match=f"write 'file:{path}'"):
        parse_corpus(path)


def test_every_kind_describes_itself() -> None:
    for key, source in CORPORA.all().items():
        assert source.key == key and source.label and source.description.endswith(".")


# FLORES


def fake_flores(folder: Path, codes: tuple[str, ...] = ("eng_Latn", "deu_Latn")) -> Path:
    for split, n in flores200.SENTENCES.items():
        (folder / split).mkdir(parents=True)
        for code in codes:
            (folder / split / f"{code}.{split}").write_text("".join(f"{code} {split} {i}\n" for i in range(n)))
    return folder


def test_flores_reads_a_folder_whole_or_by_split(tmp_path: Path) -> None:
    folder = fake_flores(tmp_path / "flores")
    both, dev = open_corpus(f"flores200:{folder}"), open_corpus(f"flores200:{folder}#dev")
    assert (both.n_sentences, dev.n_sentences, both.file_ends) == (2009, 997, (997, 2009))
    assert both.sentences["eng_Latn"][997] == "eng_Latn devtest 0"
    assert both.joined("eng_Latn").count("  ") == 1 and both.joined("eng_Latn").endswith(" 1011 ")


def test_a_flores_file_cut_short_is_a_gap(tmp_path: Path) -> None:
    folder = fake_flores(tmp_path / "flores", ("eng_Latn", "deu_Latn", "fra_Latn"))
    path = folder / "dev" / "fra_Latn.dev"
    path.write_text("one\n")
    corpus = open_corpus(f"flores200:{folder}")
    assert corpus.languages == ("deu_Latn", "eng_Latn")
    assert [gap.language for gap in corpus.gaps] == ["fra_Latn"]


def test_a_folder_without_flores_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no files of the split dev"):
        open_corpus(f"flores200:{tmp_path}")
    with pytest.raises(UserError, match="no folder"):
        open_corpus(f"flores200:{tmp_path}/none")


@needs_data
def test_flores_beside_the_repository() -> None:
    corpus = open_corpus("flores200#dev")
    assert len(corpus.languages) == 204 and corpus.n_sentences == 997
    assert list(corpus.sentences["eng_Latn"]) == flores()["eng_Latn"]


@needs_data
def test_the_universal_declaration() -> None:
    corpus = open_corpus("udhr")
    assert len(corpus.languages) > 500 and corpus.n_sentences == 31
    assert corpus.sentences["eng"][1].startswith("All human beings are born free and equal")
    assert {gap.language for gap in corpus.gaps} == {"khk_mong", "taj", "tgl_tglg", "tzm_tfng"}


# FLORES+


def test_flores_plus_is_read_by_number_and_a_missing_split_is_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    from core.corpora.sources import floresplus

    for split in floresplus.SPLITS:
        (tmp_path / split).mkdir()
        for code, texts in (("eng_Latn", ENG), ("deu_Latn", DEU)):
            rows = arrow.table({"id": [2, 0, 1], "text": [texts[2], texts[0], texts[1]]})
            parquet.write_table(rows, tmp_path / split / f"{code}.parquet")
    (tmp_path / "dev" / "vmw_Latn.parquet").write_bytes((tmp_path / "dev" / "eng_Latn.parquet").read_bytes())
    monkeypatch.setattr(floresplus, "snapshot", lambda splits: tmp_path)
    corpus = open_corpus("floresplus")
    assert corpus.sentences["deu_Latn"] == DEU * 2
    assert [(gap.language, gap.reason) for gap in corpus.gaps] == [("vmw_Latn", "it has no devtest.")]
    assert open_corpus("floresplus#dev").languages == ("deu_Latn", "eng_Latn", "vmw_Latn")


def test_flores_plus_without_access_or_network_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx2
    import huggingface_hub
    from huggingface_hub.errors import GatedRepoError, LocalEntryNotFoundError

    def gated(*_: object, **__: object) -> str:
        raise GatedRepoError("no", response=httpx2.Response(403, request=httpx2.Request("GET", "http://x")))

    def offline(*_: object, **__: object) -> str:
        raise LocalEntryNotFoundError("no")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", gated)
    with pytest.raises(UserError, match="gated: agree to its conditions"):
        open_corpus("floresplus")
    monkeypatch.setattr(huggingface_hub, "snapshot_download", offline)
    with pytest.raises(UserError, match="cannot be reached"):
        open_corpus("floresplus#dev")


def test_a_plain_text_is_a_corpus_of_its_lines_with_their_ends() -> None:
    spec = as_corpus(keep_text("notes.txt", b"One.\r\n\n  two\n" + b"word " * 20_000))
    corpus = open_corpus(spec)
    assert corpus.label == "notes.txt" and corpus.languages == ("notes.txt",)
    lines = corpus.sentences["notes.txt"]
    assert lines[:3] == ("One.\r\n", "\n", "  two\n") and "".join(lines[3:]) == "word " * 20_000
    assert max(map(len, lines)) < 70_000
    assert corpus_files(spec) == [text_path(spec.replace("text:", "upload:"))]
    assert submitted_corpus(spec, corpus.fingerprint, lambda path: path).fingerprint == corpus.fingerprint


def test_a_plain_text_is_not_opened_where_uploads_are_off(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = as_corpus(keep_text("notes.txt", b"One.\n"))
    monkeypatch.setenv("TOKEN_ATLAS_UPLOADS", "off")
    with pytest.raises(UserError, match="takes no uploads"):
        open_corpus(spec)


def test_of_a_large_corpus_the_beginning_is_counted_and_said() -> None:
    two = Corpus("x", "X", {"a": ("12", "3456", "7"), "b": ("12", "", "78")})
    assert beginning(two, 8).sentences == {"a": ("12", "3456"), "b": ("12", "")}
    assert beginning(two, 8).label == "X, the first 2 of 3 sentences of each language"
    assert beginning(two, 11) is two
    with pytest.raises(TooLarge, match="Cut it into sentences"):
        beginning(two, 3)
    with pytest.raises(UserError, match="lone surrogate"):
        beginning(Corpus("x", "X", {"a": ("\ud800",)}), 8)
