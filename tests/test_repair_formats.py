"""Repaired tokenizers as other programs read them: classes of transformers with their folders, SentencePiece models."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken

from core.__main__ import main
from core.common.errors import UserError
from core.tokenizers.backends.spm_proto import (
    BPE,
    BYTE,
    CONTROL,
    NORMAL,
    UNIGRAM,
    UNKNOWN,
    UNUSED,
    build_bpe,
    build_unigram,
    read_proto,
)
from core.tokenizers.catalog import open_path
from core.vocabulary.entries import entries_of
from core.vocabulary.repair import removal
from core.vocabulary.repair.repaired import repaired, write
from core.vocabulary.repair.sentencepiece import BOUND, BYTES, marked_unused
from tests.datafolder import DATA, needs_data
from tests.test_repair import AWKWARD

N_DRAWN = 3_000
WORDS = st.lists(st.sampled_from(" ".join(AWKWARD).split()), max_size=12).map(" ".join)
TEXTS = st.one_of(st.text(max_size=60), WORDS)


# folders of transformers


def vocabulary(*parts: str) -> Any:
    """The model of a tokenizer.json of the data folder."""
    return json.loads(DATA.joinpath("tokenizers", "hf_json", *parts, "tokenizer.json").read_text())["model"]


def t5() -> Any:
    """T5's class, its special tokens and sentinels around pieces of XLM-R for German."""
    from transformers import T5Tokenizer

    model = read_proto((DATA / "tokenizers" / "converted" / "xlm_roberta_base.rebuilt.spm.model").read_bytes(), "x")
    pieces = [(piece, score) for piece, score in vocabulary("focus-de-xlmr-unigram-50k")["vocab"] if piece[0] != "<"]
    known = {piece for piece, _ in pieces}
    own = [(token, 0.0) for token in ("<pad>", "</s>", "<unk>", *(() if "▁" in known else ("▁",)))]
    sentinels = [(f"<extra_id_{n}>", 0.0) for n in range(99, -1, -1)]
    charsmap = model.normalizer_spec.precompiled_charsmap or None
    return T5Tokenizer(vocab=[*own, *pieces, *sentinels], _spm_precompiled_charsmap=charsmap)


def qwen() -> Any:
    """Qwen's class, which writes NFC, with merges of GPT-2 and chat tokens behind them."""
    from transformers import Qwen2Tokenizer

    model = vocabulary("gpt-2")
    merges = [tuple(merge.split(" ")) if isinstance(merge, str) else tuple(merge) for merge in model["merges"]]
    made: Any = Qwen2Tokenizer
    tokenizer = made(vocab=model["vocab"], merges=merges, extra_special_tokens=["<|im_start|>", "<|im_end|>"])
    tokenizer.add_tokens([AddedToken("<tool_call>", normalized=False)])
    return tokenizer


def bert() -> Any:
    from transformers import BertTokenizer

    made: Any = BertTokenizer
    lines = (DATA / "tokenizers" / "wordpiece" / "bert-base-uncased.vocab.txt").read_text("utf-8").splitlines()
    return made(vocab={token: i for i, token in enumerate(lines)})


def llama() -> Any:
    from transformers import AutoTokenizer

    made: Any = AutoTokenizer
    return made.from_pretrained(DATA / "tokenizers" / "hf_json" / "llama-2-7b-chat-hf")


CLASSES = {"T5Tokenizer": t5, "Qwen2Tokenizer": qwen, "BertTokenizer": bert, "LlamaTokenizer": llama}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("folders")


@cache
def before_and_after(name: str, place: Path) -> tuple[dict[str, Any], dict[str, Any], frozenset[int]]:
    """A folder and its repaired form as AutoTokenizer and as PreTrainedTokenizerFast read them, and what went."""
    CLASSES[name]().save_pretrained(place / name)
    old = open_path(f"file:{place / name}", place / name)
    draws = np.random.default_rng(0).choice(old.info.n_vocabulary or 0, N_DRAWN, replace=False).tolist()
    (place / "try" / name).mkdir(parents=True)
    found = repaired(old, draws, "keep", {}, place / "try" / name)
    write(old, found, place / f"{name}-new")
    loaded = [loaded_from(place / folder) for folder in (name, f"{name}-new")]
    return loaded[0], loaded[1], frozenset(found.removed.tolist())


def loaded_from(folder: Path) -> dict[str, Any]:
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    auto, fast = AutoTokenizer, PreTrainedTokenizerFast  # type: Any, Any
    return {"auto": auto.from_pretrained(folder), "fast": fast(tokenizer_file=str(folder / "tokenizer.json"))}


@needs_data
@pytest.mark.parametrize("name", CLASSES)
def test_transformers_reads_a_repaired_folder_as_the_one_before(name: str, folders: Path) -> None:
    """By the class that the folder names, and by the tokenizer.json alone; special tokens, length and ends too."""
    old, new, gone = before_and_after(name, folders)
    assert len(gone) > 300
    assert type(old["auto"]).__name__ == type(new["auto"]).__name__ == name
    for way in old:
        assert len(new[way]) == len(old[way])
        assert new[way].all_special_ids == old[way].all_special_ids
        assert new[way].get_added_vocab() == old[way].get_added_vocab()
        for text in AWKWARD:
            assert_alike(old[way], new[way], gone, text)


@needs_data
@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(CLASSES)), st.sampled_from(["auto", "fast"]), TEXTS)
def test_any_text_is_read_as_before(folders: Path, name: str, way: str, text: str) -> None:
    old, new, gone = before_and_after(name, folders)
    assert_alike(old[way], new[way], gone, text)


def assert_alike(old: Any, new: Any, gone: frozenset[int], text: str) -> None:
    """Same ids where nothing that went stood; nothing that went comes; the same said back where all was known."""
    before, after = old(text)["input_ids"], new(text)["input_ids"]
    unknown = old.unk_token_id
    assert gone.isdisjoint(after)
    if gone.isdisjoint(before):
        assert after == before
    if unknown is None or unknown not in before:
        assert new.decode(after) == old.decode(before)


# SentencePiece

MODELS = {"bpe": "llama2.model", "unigram": "xlnet.model"}


@cache
def model_pair(name: str) -> tuple[Any, Any, frozenset[int]]:
    """A real model under the library, the same without entries drawn by chance, and what went."""
    model = read_proto((DATA / "tokenizers" / "sentencepiece" / MODELS[name]).read_bytes(), name)
    draws = np.random.default_rng(0).choice(len(model.pieces), N_DRAWN, replace=False)
    found = marked_unused(model, draws.tolist())
    made: Any = sentencepiece.SentencePieceProcessor
    old, new = (made(model_proto=each.SerializeToString()) for each in (model, found.document))
    return old, new, frozenset(found.removed)


@needs_data
@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(MODELS)), st.one_of(TEXTS, st.sampled_from(AWKWARD)))
def test_a_model_with_unused_pieces_cuts_all_else_as_before(name: str, text: str) -> None:
    old, new, gone = model_pair(name)
    assert len(gone) > 1_000
    before, after = (each.encode(text) for each in (old, new))
    assert gone.isdisjoint(after)
    if gone.isdisjoint(before):
        assert after == before
    assert after.count(old.unk_id()) == before.count(old.unk_id())
    assert new.decode(after) == old.decode(before)


def bpe_model() -> Any:
    """a b → ab, ab c → abc, with bytes for all else."""
    entries = [("<unk>", 0.0, UNKNOWN), ("<s>", 0.0, CONTROL), *((f"<0x{b:02X}>", 0.0, BYTE) for b in range(256))]
    pieces = [("ab", -1.0, NORMAL), ("abc", -2.0, NORMAL), *((c, -3.0, NORMAL) for c in "abc▁")]
    return build_bpe([*entries, *pieces], dummy_prefix=False)


def test_what_others_are_built_from_goes_alone_from_a_model() -> None:
    found = marked_unused(bpe_model(), [258])
    assert (found.removed, found.exact) == ((258,), True)
    made: Any = sentencepiece.SentencePieceProcessor
    new = made(model_proto=found.document.SerializeToString())
    assert new.encode("ab abc", out_type=str) == ["a", "b", "▁", "abc"]
    assert found.document.pieces[258].type == UNUSED


def test_what_a_model_keeps_has_its_reason() -> None:
    """Characters of byte-pair models are never taken apart; of Unigram the lowest score says what is unknown."""
    found = marked_unused(bpe_model(), [0, 1, 2, 260, 999])
    assert found.kept == {
        0: removal.UNKNOWN,
        1: removal.ADDED,
        2: BYTES,
        260: removal.NEEDED,
        999: removal.NO_ENTRY,
    }
    entries = [
        ("<unk>", 0.0, UNKNOWN),
        ("a", -1.0, NORMAL),
        ("b", -1.0, NORMAL),
        ("ab", -1.5, NORMAL),
        ("ba", -9.0, NORMAL),
    ]
    model = build_unigram(entries, dummy_prefix=False, collapse_spaces=False, charsmap=b"")
    found = marked_unused(model, [1, 3, 4])
    assert (found.removed, found.kept) == ((3,), {1: removal.NEEDED, 4: BOUND})
    assert marked_unused(found.document, [3]).kept == {3: removal.GONE}
    assert (bpe_model().trainer_spec.model_type, model.trainer_spec.model_type) == (BPE, UNIGRAM)


def test_a_repaired_model_is_written_and_opens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "spiece.model").write_bytes(bpe_model().SerializeToString())
    asked = ["repair", "--tokenizer", f"file:{tmp_path / 'old'}", "--ids", "258", "--language", "eng_Latn"]
    assert main([*asked, "--out", str(tmp_path / "new"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["removed"], said["exact"], said["own"]["n_lost"]) == ([258], True, 0)
    new = open_path(f"file:{tmp_path / 'new'}", tmp_path / "new")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["spiece.model"]
    assert [entries_of(new).pieces[i] for i in new.encode_many(["ababc"])[0].tolist()] == [b"a", b"b", b"abc"]


def test_a_folder_that_is_read_without_the_mark_is_refused(tmp_path: Path) -> None:
    """transformers builds Llama's tokenizer from the pieces whatever their mark."""
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "tokenizer.model").write_bytes(bpe_model().SerializeToString())
    (tmp_path / "old" / "tokenizer_config.json").write_text('{"tokenizer_class": "LlamaTokenizer"}')
    old = open_path(f"file:{tmp_path / 'old'}", tmp_path / "old")
    with pytest.raises(UserError, match="overlooks the mark"):
        repaired(old, [258], "keep", {}, tmp_path)
