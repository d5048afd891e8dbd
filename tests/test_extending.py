"""A model with more tokens: all old ids stay, and a text without new tokens is cut and scored as before."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, decoders, models, normalizers

from core.__main__ import main
from core.common.errors import UserError
from core.lab.extending.extended import Extended, Extending
from core.models.load import open_model
from core.tokenizers.catalog import open_path
from core.tokenizers.local_tokenizer import open_local
from core.tokenizers.tokenizer import LocalTokenizer
from tests.lab import ENGLISH, GERMAN, byte_bpe, lab, llama, tokenizer_of

SMALL = byte_bpe(300)


def opened(made: Extended, folder: Path) -> LocalTokenizer:
    made.write(folder)
    return open_path("file:x", folder)


def test_learnt_tokens_go_on_from_the_old_ones(tmp_path: Path) -> None:
    """Continued on the text that it was trained on, a tokenizer becomes the one trained to the larger size at once."""
    made = Extending(byte_bpe(270)).with_learnt(ENGLISH * 3, 20)
    larger, at_once = opened(made, tmp_path / "x"), byte_bpe(290)
    assert larger.vocabulary.pieces == at_once.vocabulary.pieces
    assert made.n_on_the_way == 0 and len(made.added) == 20


def test_all_old_ids_stay_and_a_text_without_new_tokens_is_cut_as_before(tmp_path: Path) -> None:
    larger = opened(Extending(SMALL).with_learnt(GERMAN * 2, 30), tmp_path / "x")
    old = SMALL.vocabulary.pieces
    assert larger.vocabulary.pieces[: len(old)] == old and len(larger.vocabulary) == len(old) + 30
    shorter = 0
    for text in [*ENGLISH, *GERMAN, " über  den\r\nZaun 你好 🧑‍🚀", "12 Matten"]:
        before, after = SMALL.segment(text), larger.segment(text)
        assert after.lossless and len(after.ids) <= len(before.ids)
        assert after.ids.max() >= len(old) or np.array_equal(after.ids, before.ids)
        shorter += len(before.ids) - len(after.ids)
    assert shorter > 10


def test_given_tokens_are_reached_and_what_they_are_built_from_is_counted(tmp_path: Path) -> None:
    made = Extending(SMALL).with_tokens([" Zebra", " Zebras"])
    larger = opened(made, tmp_path / "x")
    pieces = larger.vocabulary.pieces
    for token in (" Zebra", " Zebras"):
        ids = larger.segment(f"the{token}").ids
        assert pieces[ids[-1]] == token.encode()
    assert made.n_on_the_way == len(made.added) - 2 > 0
    assert pieces[-1] == b" Zebras"


def test_where_no_pre_tokenizer_cuts_tokens_do_not_grow_over_spaces() -> None:
    """As in Llama 2's file, where a space is a letter and the whole text one word."""
    letters = {letter: n for n, letter in enumerate(["<unk>", "<|end|>", "▁", *"abcdehimnopstu"])}
    engine = Tokenizer(models.BPE(letters, [], unk_token="<unk>", fuse_unk=True))
    engine.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    engine.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.Strip(" ", 1, 0)])
    engine.add_special_tokens(["<|end|>"])
    made = Extending(tokenizer_of(engine.to_str())).with_learnt(["the cat sat on the mat !?"] * 4, 12)
    assert {"▁the", "at"} <= set(made.added)
    assert not any("▁" in token.lstrip("▁") or "<" in token for token in made.added)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([" the"], "has ' the' already: it is id"),
        (["New York"], "would never be reached: .* cuts its text into 'New' 'ĠYork' before any merge"),
        ([""], "An empty token cannot be added"),
        ([" Zebra", " Zebra"], "is given twice"),
        (["<|end|>"], "has '<|end|>' already: it is id 0"),
    ],
)
def test_a_token_that_cannot_be_added_is_refused(given: list[str], said: str) -> None:
    with pytest.raises(UserError, match=said.replace("|", r"\|")):
        Extending(SMALL).with_tokens(given)


def test_what_cannot_be_extended_or_learnt_is_refused() -> None:
    with pytest.raises(UserError, match="has no merges to go on from"):
        Extending(open_local("file:data/models/tiny-unigram"))
    with pytest.raises(UserError, match="none is left to learn tokens from"):
        Extending(SMALL).with_learnt([], 5)
    with pytest.raises(UserError, match=r"The text has \d+ new tokens? that stand twice and more, and 50 are"):
        Extending(SMALL).with_learnt(GERMAN[:1], 50)
    with pytest.raises(UserError, match="0 tokens cannot be added"):
        Extending(SMALL).with_learnt(GERMAN, 0)


def test_the_command_writes_a_model_that_plain_transformers_loads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    out, line = tmp_path / "out", ["extend", "--model", "shipped:tiny-english", "--device", "cpu", "--sentences", "4"]
    line += ["--language", "deu_Latn", "--language", "eng_Latn"]
    assert main([*line, "--learn", "40", "--out", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["added"]) == 40 and found["rows"]["input"]["composed"] == 40
    assert found["measured"]["bytes_per_token"]["transplant"] > found["measured"]["bytes_per_token"]["original"]
    old = open_model("shipped:tiny-english", "cpu")
    module, tokenizer = AutoModelForCausalLM.from_pretrained(out), AutoTokenizer.from_pretrained(out)
    rows = module.get_input_embeddings().weight
    assert len(rows) == old.n_rows + 40
    assert torch.equal(rows[: old.n_rows], old.matrices().input)
    assert max(tokenizer("Das ist nicht die Frage, die ich stelle.").input_ids) < len(rows)
    assert main([*line, "--add", " the", "--out", str(tmp_path / "no")]) == 2
    assert "already: it is id" in capsys.readouterr().err and not (tmp_path / "no").exists()


LETTERS = {letter: n for n, letter in enumerate(["<|end|>", *"abcde", "bc", "ab", "abc"])}


@pytest.fixture(scope="module")
def with_an_entry_that_is_never_reached() -> Extending:
    """Its entry abc, since abc is cut into a|bc."""
    engine = Tokenizer(models.BPE(LETTERS, [("b", "c"), ("a", "b"), ("ab", "c")]))
    engine.decoder = decoders.Fuse()
    engine.add_special_tokens(["<|end|>"])
    return Extending(tokenizer_of(engine.to_str()))


def test_an_entry_that_no_text_was_cut_into_stays_so(
    with_an_entry_that_is_never_reached: Extending, tmp_path: Path
) -> None:
    """A merge on the way to a new token made it, so that a text without new tokens was cut otherwise."""
    here = with_an_entry_that_is_never_reached
    given, learnt = here.with_tokens(["abcd"]), here.with_learnt(["abc"] * 3 + ["abce"] * 2, 1)
    for n, made in enumerate((given, learnt)):
        larger = opened(made, tmp_path / str(n))
        assert larger.segment("abc").ids.tolist() == [LETTERS["a"], LETTERS["bc"]]
        assert not {LETTERS["abc"]} & {*larger.segment("abcdabceabc").ids.tolist()}
    with pytest.raises(UserError, match="'abc' cannot be built without cutting old texts otherwise"):
        here.with_tokens(["abc"])


def test_nothing_is_learnt_of_what_the_tokenizer_finds_before_it_merges() -> None:
    """GPT-NeoX has runs of spaces as added tokens: shorter runs were learnt, and never stood in a text."""
    document = json.loads(SMALL.serialised().data)  # type: ignore[union-attr]
    spaces = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    document["added_tokens"].append({"id": len(SMALL.vocabulary), "content": " " * 4, **spaces})
    made = Extending(tokenizer_of(json.dumps(document))).with_learnt(["mats    cats    mats    hats"] * 9, 3)
    assert not any(token.strip("Ġ") == "" for token in made.added), made.added


def test_a_tokenizer_that_puts_a_space_before_every_text_puts_none_twice() -> None:
    """`--add " cat"` made ▁▁cat of Llama 2's vocabulary, in which no text is cut."""
    letters = {letter: n for n, letter in enumerate(["<unk>", "<|end|>", "▁", *"acet"])}
    engine = Tokenizer(models.BPE(letters, [], unk_token="<unk>"))
    engine.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    engine.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.Strip(" ", 1, 0)])
    engine.add_special_tokens(["<|end|>"])
    here = Extending(tokenizer_of(engine.to_str()))
    assert here.with_tokens([" cat"]).added[-1] == "▁cat"
    with pytest.raises(
        UserError, match=r"puts a space before every text, and the token .cat. has none. Give it .* . c"
    ):
        here.with_tokens(["cat"])


def test_what_ends_a_turn_ends_it_with_more_tokens_too() -> None:
    """Of Llama 3's list of ends one was left, and a chat went on for ever."""
    old = llama(SMALL)
    old.module.generation_config.eos_token_id = [0, 5]
    new = lab(original=old).model
    pieces = new.tokenizer.vocabulary.pieces
    assert new.module.generation_config.eos_token_id == [0, pieces.index(SMALL.vocabulary.pieces[5])]
    assert new.module.config.eos_token_id == 0
