"""Ids are read back as the libraries read them, whatever is wrong with them is named, and the way back is told."""

from contextlib import suppress
from pathlib import Path

import pytest
import sentencepiece
import tiktoken
import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from core.common.errors import TooLarge, UserError
from core.tokenizers.catalog import open_path, open_tokenizer
from core.tokenizers.ids import MAX_IDS, parse_ids, read_ids
from core.tokenizers.tokenizer import Specials
from tests import formats
from tests.datafolder import TOKENIZERS, needs_data

TEXT = "hello the  world: 12\né 👍"


@given(st.lists(st.integers(-5, 10**9), max_size=20), st.sampled_from([", ", " ", "\n", ",", ";\t"]))
def test_any_usual_way_to_write_ids_is_read(ids: list[int], between: str) -> None:
    written = between.join(map(str, ids))
    for text in (written, f"[{written}]", f"[[{written}]]", f"tensor([{written}], device='cpu')"):
        assert list(parse_ids(text)) == ids


@pytest.mark.parametrize("text", ["array([1, 2], dtype=int64)", "tensor([[1, 2]], device='cuda:0', dtype=torch.int32)"])
def test_what_a_library_prints_around_ids_is_passed_over(text: str) -> None:
    assert parse_ids(text) == (1, 2)


@pytest.mark.parametrize(
    "text",
    [
        "{'input_ids': [1, 2], 'attention_mask': [1, 1]}",
        "{'input_ids': tensor([[1, 2]], device='cuda:0'), 'attention_mask': tensor([[1, 1]], device='cuda:0')}",
        "{'attention_mask': array([[1, 1]]), 'input_ids': array([[1,\n 2]])}",
        "{'token_type_ids': [0, 0], 'ids': [1, 2]}",
        "Encoding(num_tokens=2, ids=[1, 2])",
        "input_ids = [1, 2]",
        "tf.Tensor([[1 2]], shape=(1, 2), dtype=int32)",
        "torch.LongTensor([1, 2])",
        "Array([1, 2], dtype=int32)",
        "\ufeff1\r\n2\r\n",
        "1 | 2",
        "1，2",
    ],
)
def test_a_list_is_read_as_programs_print_it(text: str) -> None:
    assert parse_ids(text) == (1, 2)


@pytest.mark.parametrize("text", ["ids=[1, x]", "{'input_ids': [[1], [2, x]]}", "{'input_ids': [1, 2"])
def test_a_list_behind_a_name_is_read_as_a_whole(text: str) -> None:
    with pytest.raises(UserError, match="is no id"):
        parse_ids(text)


@pytest.mark.parametrize(
    "repeated", [", dtype=", "tensor(", "(", " ", "a", "[", "1=", "ids=[", "ids=", "shape=(1", "ids ="]
)
def test_a_long_paste_is_read_in_one_pass(repeated: str) -> None:
    """What is looked at once for every place in it would keep a server busy for hours."""
    with suppress(UserError):
        assert parse_ids("tensor(" + repeated * 200_000) == ()


@pytest.mark.parametrize("name", ["input_ids", "ids", "tokens"])
def test_a_json_object_is_read_by_its_name(name: str) -> None:
    assert parse_ids(f'{{"{name}": [[1, 2]], "attention_mask": [[1, 1]]}}') == (1, 2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1, two", "Number 2 is 'two'"),
        ("1.5", "Number 1 is '1.5'"),
        ("0x1F", "Number 1 is '0x1F'"),
        ('["1"]', "is no id"),
        ('{"x": [1]}', "no list of ids"),
        ("9" * 40, "Number 1 is"),
    ],
)
def test_what_is_no_id_is_named(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        parse_ids(text)


def test_very_many_ids_are_refused() -> None:
    with pytest.raises(TooLarge, match="20\u202f001 ids"):
        parse_ids("1 " * (MAX_IDS + 1))


@pytest.mark.parametrize("name", formats.names())
def test_the_ids_of_a_text_say_it_back(name: str, tmp_path: Path) -> None:
    tokenizer = open_path("x:y", formats.write(tmp_path / "files", formats.made(name)), formats.options(name))
    for specials in (Specials(), Specials(add=True)):
        segmentation = tokenizer.segment(TEXT, specials)
        found = read_ids(tokenizer, segmentation.ids.tolist())
        assert not found.outside and not found.unassigned
        if segmentation.lossless:
            assert found.back is not None and found.back.place is None
            assert TEXT.encode() in found.data


@pytest.mark.parametrize("name", ["CLIP", "BPE codes"])
def test_marks_of_the_ends_of_words_are_read_back_as_spaces(name: str, tmp_path: Path) -> None:
    tokenizer = open_path("x:y", formats.write(tmp_path / "files", formats.made(name)))
    ids = tokenizer.segment("the eth").ids.tolist()
    found = read_ids(tokenizer, ids)
    assert (found.data, found.back and found.back.ids) == (b"the eth", tuple(ids))


def test_what_the_vocabulary_does_not_have_is_told_apart() -> None:
    tokenizer = open_tokenizer("builtin:utf8-bytes")
    found = read_ids(tokenizer, [-1, 104, 259, 0xC3 + 3, 10**15])
    assert found.outside == (-1, 259, 10**15)
    assert [entry is None for entry in found.entries] == [True, False, True, False, True]
    assert (found.data, found.broken, found.back) == (b"e\xc3", 1, None)


def test_ids_that_no_text_has_differ_from_where_they_do() -> None:
    tokenizer = open_tokenizer("mistral:tekken")
    apart = [tokenizer.segment(letter).ids.tolist()[0] for letter in "hello"]
    found = read_ids(tokenizer, apart)
    assert found.data == b"hello"
    assert found.back is not None and found.back.place == 0
    assert list(found.back.ids) == tokenizer.segment("hello").ids.tolist()


def test_an_id_without_an_entry_is_unassigned() -> None:
    model = tokenizers.models.WordLevel({"a": 0, "b": 3}, unk_token="a")
    backend = tokenizers.Tokenizer(model)
    from core.tokenizers.backends.huggingface import HuggingFaceTokenizer
    from core.tokenizers.tokenizer import Info

    tokenizer = HuggingFaceTokenizer(backend, Info("x:y", "l", "s", "0" * 16, None, "", ""))
    assert read_ids(tokenizer, [3, 1, 9]).unassigned == (1,)


def test_rules_have_no_ids_to_read() -> None:
    with pytest.raises(UserError, match="no vocabulary"):
        read_ids(open_tokenizer("builtin:words"), [1])


@pytest.mark.parametrize("specials", [Specials(), Specials(add=True), Specials(add=True, parse=True)])
def test_added_and_special_tokens_have_their_way_back(specials: Specials) -> None:
    tokenizer = open_tokenizer("mistral:v3")
    ids = tokenizer.segment("[INST] hello [/INST]", specials).ids.tolist()
    found = read_ids(tokenizer, ids)
    assert found.back is not None and found.back.place is None


def test_an_entry_is_found_by_its_text_and_by_its_spelling() -> None:
    tokenizer = open_tokenizer("mistral:v1")
    (exact, *others) = tokenizer.find(" the", 10)
    assert (exact.piece, exact.spelling) == (b" the", "▁the")
    assert tokenizer.segment("the").ids.tolist() == [exact.id]
    assert len(others) == 9 and all(b" the" in entry.piece for entry in others)
    assert tokenizer.find("▁the", 1) == [exact]
    assert tokenizer.find("", 5) == []
    assert tokenizer.find("no such entry at all", 5) == []
    assert open_tokenizer("builtin:words").find("the", 5) == []


@needs_data
def test_ids_are_read_as_the_libraries_read_them() -> None:
    text = "Größe: 12 apples, don't\n  naïve 日本語 👍"
    for path in sorted((TOKENIZERS / "hf_json").rglob("tokenizer.json")):
        library = tokenizers.Tokenizer.from_file(str(path))
        ids = library.encode(text, add_special_tokens=False).ids
        assert open_path("x:y", path, {}).decode(ids).decode() == library.decode(ids, skip_special_tokens=False), path
    for path in sorted((TOKENIZERS / "sentencepiece").glob("*.model")):
        processor = sentencepiece.SentencePieceProcessor(str(path))
        ids = processor.encode(text)
        assert open_path("x:y", path, {}).decode(ids).decode() == processor.decode(ids), path
    encoding = tiktoken.Encoding("a", pat_str=r"\s?\p{L}+|.|\n", mergeable_ranks=ranks(), special_tokens={})
    ids = encoding.encode(text)
    o200k = TOKENIZERS / "tiktoken" / "o200k_base.tiktoken"
    assert open_path("x:y", o200k, {}).decode(ids) == encoding.decode_bytes(ids)


def ranks() -> dict[bytes, int]:
    import base64

    lines = (TOKENIZERS / "tiktoken" / "o200k_base.tiktoken").read_bytes().split(b"\n")
    return {base64.b64decode(line.split()[0]): int(line.split()[1]) for line in lines if line.strip()}
