"""A folder with its companion files gives the ids that `AutoTokenizer` gives, or a note says where it does not."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
import transformers
from tokenizers import Tokenizer as Backend
from tokenizers import processors
from transformers.models.auto import tokenization_auto

from core.tokenizers.auto.model_types import GENERIC
from core.tokenizers.auto.names import VERSION, canonical, class_of
from core.tokenizers.catalog import files_at, open_path, open_tokenizer
from core.tokenizers.tokenizer import Specials, Tokenizer
from tests import tiny
from tests.datafolder import needs_data
from tests.fidelity.folders import FOLDERS, TEXTS, Folder

WAYS = [Specials(False, True), Specials(True, True), Specials(False, False)]


def written(folder: Path, files: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        data = content() if callable(content) else content
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return folder


def opened(folder: Path) -> Tokenizer:
    return open_path(f"file:{folder}", folder)


def theirs(folder: Path) -> Any:
    transformers.logging.set_verbosity_error()
    return transformers.AutoTokenizer.from_pretrained(folder)


def ids_of(reference: Any, text: str, way: Specials) -> list[int]:
    return list(
        reference.encode(text, add_special_tokens=way.add, split_special_tokens=not way.parse)
        if not way.parse
        else reference(text, add_special_tokens=way.add).input_ids
    )


def differing(ours: Tokenizer, reference: Any, texts: list[str]) -> list[tuple[str, Specials]]:
    tried = [(text, way) for text in texts for way in WAYS]
    return [(text, way) for text, way in tried if ours.segment(text, way).ids.tolist() != ids_of(reference, text, way)]


def test_there_are_enough_folders() -> None:
    assert len(FOLDERS) >= 40
    assert len({folder.name for folder in FOLDERS}) == len(FOLDERS)


@needs_data
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_ids_are_those_of_transformers(folder: Folder, tmp_path: Path) -> None:
    place = written(tmp_path / folder.name, dict(folder.files))
    ours, reference = opened(place), theirs(place)
    found = differing(ours, reference, TEXTS)
    said = " ".join(ours.info.notes)
    assert folder.note in said
    assert bool(found) == bool(folder.note), found
    assert not folder.ends_only or all(way.add for _, way in found)
    if not folder.note:
        assert ours.info.n_vocabulary == len(reference)
        assert f"transformers {VERSION} " not in said.replace(f"of transformers {VERSION} reads it", "")


def test_the_version_described_is_the_one_installed() -> None:
    assert transformers.__version__.startswith(f"{VERSION}.")


def test_models_have_the_classes_that_transformers_registers(tmp_path: Path) -> None:
    for kind, name in tokenization_auto.TOKENIZER_MAPPING_NAMES.items():
        if name and kind != "EvollaModel":
            config = written(tmp_path, {"config.json": {"model_type": kind}})
            expected = GENERIC if name == "MistralCommonBackend" else canonical(name)
            assert class_of(files_at("file:x", config, {})) == expected, kind


# small folders, made here


def tiny_json(**changed: Any) -> dict[str, Any]:
    return {**json.loads(tiny.byte_level_bpe()), **changed}


def pair() -> dict[str, Any]:
    vocab, merges = tiny.vocab_and_merges()
    return {"vocab.json": vocab, "merges.txt": merges}


ADDED = {"<|im_start|>": 304, "<|im_end|>": 305}
FLAGGED = {"content": "<mask>", "lstrip": True, "rstrip": False, "single_word": False, "normalized": False}
SMALL = {
    "added_tokens.json": {"tokenizer.json": tiny_json(), "added_tokens.json": ADDED},
    "added_tokens_decoder": {
        "tokenizer.json": tiny_json(),
        "tokenizer_config.json": {"added_tokens_decoder": {"304": {**FLAGGED, "special": False}}},
    },
    "flags of a role": {"tokenizer.json": tiny_json(), "special_tokens_map.json": {"mask_token": FLAGGED}},
    "only in the config": {"tokenizer.json": tiny_json(), "tokenizer_config.json": {"pad_token": "<pad>"}},
    "extra": {"tokenizer.json": tiny_json(), "tokenizer_config.json": {"additional_special_tokens": ["<tool>"]}},
    "a token of the model alone": {
        "tokenizer.json": tiny_json(),
        "tokenizer_config.json": {"image_token": "<image>", "extra_special_tokens": {"audio_token": "<audio>"}},
    },
    "pair": {**pair(), "added_tokens.json": ADDED},
    "pair, a space in front": {
        **pair(),
        "tokenizer_config.json": {"add_prefix_space": True},
        "added_tokens.json": ADDED,
    },
    "pair, flags": {**pair(), "special_tokens_map.json": {"mask_token": FLAGGED}},
    "pair, BOS": {**pair(), "tokenizer_config.json": {"add_bos_token": True, "add_eos_token": True}},
}
SMALL_TEXTS = [
    "the cat",
    "a(b) the-mat",
    " the  cat ",
    "<|im_start|>user\nthe<|im_end|>",
    "the <mask> cat<mask>mat  <mask>",
    "<pad>the <tool><image> <audio>x",
    "<|end|>the",
]


@pytest.mark.parametrize("name", SMALL)
def test_a_small_folder_is_read_as_transformers_reads_it(name: str, tmp_path: Path) -> None:
    files = {key: dict(value) if isinstance(value, dict) else value for key, value in SMALL[name].items()}
    kind = "GPT2Tokenizer" if "vocab.json" in files else "PreTrainedTokenizerFast"
    files["tokenizer_config.json"] = {"tokenizer_class": kind, **files.get("tokenizer_config.json", {})}
    place = written(tmp_path / "x", files)
    ours, reference = opened(place), theirs(place)
    assert differing(ours, reference, SMALL_TEXTS) == []
    assert dict(ours.info.named_tokens) == reference.special_tokens_map
    assert ours.info.n_vocabulary == len(reference)


SPELLINGS = ["<a>", "<b>", "the", "[X]", "<mask>", "<pad>", " lead", "cat", "<s>", "é", "<|end|>"]
RANDOM_TEXTS = ["the cat", "<a>the <b> cat", "x<mask> y  <pad>z", " lead the leadx", "[X]é <s>hi", "<|end|>the  thecat"]


def random_token(chance: Random) -> dict[str, object]:
    flags = {flag: chance.random() < 0.3 for flag in ("lstrip", "rstrip", "single_word", "normalized", "special")}
    return {"content": chance.choice(SPELLINGS), **flags}


def random_companions(chance: Random) -> dict[str, Any]:
    """Files that name the same few spellings in several places, with and without flags."""
    config: dict[str, Any] = {}
    for role in ("bos", "eos", "unk", "sep", "pad", "cls", "mask", "image"):
        drawn = chance.random()
        if drawn < 0.15:
            config[f"{role}_token"] = chance.choice(SPELLINGS)
        elif drawn < 0.25:
            config[f"{role}_token"] = {"__type": "AddedToken", **random_token(chance)}
    if chance.random() < 0.4:
        config["additional_special_tokens"] = chance.sample(SPELLINGS, 2)
    if chance.random() < 0.3:
        config["added_tokens_decoder"] = {str(i): random_token(chance) for i in chance.sample(range(300, 320), 3)}
    files: dict[str, Any] = {"tokenizer_config.json": config}
    if chance.random() < 0.4:
        files["added_tokens.json"] = dict(
            zip(chance.sample(SPELLINGS, 3), chance.sample(range(300, 320), 3), strict=True)
        )
    if chance.random() < 0.4:
        named = {f"{role}_token": random_token(chance) for role in chance.sample(["bos", "eos", "pad", "mask"], 2)}
        files["special_tokens_map.json"] = named
    return files


@pytest.mark.parametrize("seed", range(40))
def test_random_companions_are_read_as_transformers_reads_them(seed: int, tmp_path: Path) -> None:
    chance = Random(seed)
    files = random_companions(chance)
    base, kinds = chance.choice(
        [
            ({"tokenizer.json": tiny_json()}, ["PreTrainedTokenizerFast"]),
            (pair(), ["GPT2Tokenizer", "RobertaTokenizer", "Qwen2Tokenizer", "GPTNeoXTokenizer"]),
        ]
    )
    files["tokenizer_config.json"]["tokenizer_class"] = chance.choice(kinds)
    place = written(tmp_path / "x", {**base, **files})
    try:
        reference = theirs(place)
    except (TypeError, ValueError) as error:  # such as two tokens that make its post-processor ambiguous
        pytest.skip(f"transformers cannot open it: {error}")
    assert differing(opened(place), reference, RANDOM_TEXTS) == []


def test_a_space_in_front_is_put_there_once(tmp_path: Path) -> None:
    config = {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": True}
    ours = opened(written(tmp_path / "x", {**pair(), "tokenizer_config.json": config}))
    assert ours.segment("a(b)").pieces == [b" ", b"a", b"(", b"b", b")"]
    assert ours.segment(" a(b)").pieces == [b" ", b"a", b"(", b"b", b")"]
    cut = ours.stages("a(b)")[1]
    assert len(cut.pieces) == 4
    assert "a space put in front" in cut.detail


def test_added_tokens_are_found_from_every_door(tmp_path: Path) -> None:
    place = written(tmp_path / "x", {"tokenizer.json": tiny_json(), "added_tokens.json": ADDED})
    for spec in (f"file:{place}", f"file:{place / 'tokenizer.json'}"):
        ours = open_tokenizer(spec)
        assert ours.segment("<|im_start|>the", Specials(parse=True)).ids.tolist()[0] == 304
        assert ours.info.n_vocabulary == 306
        assert "<|im_start|>, <|im_end|>" in ours.info.notes[0]
    alone = written(tmp_path / "y", {"tokenizer.json": tiny_json()})
    assert opened(alone).info.fingerprint != opened(place).info.fingerprint


def test_a_file_of_another_name_has_companions_of_its_own(tmp_path: Path) -> None:
    place = written(tmp_path / "x", {"tokenizer.json": tiny_json(), "added_tokens.json": ADDED, "b.json": tiny_json()})
    assert opened(place / "b.json").info.n_vocabulary == 304


def test_ids_follow_the_vocabulary_and_a_note_says_so(tmp_path: Path) -> None:
    place = written(tmp_path / "x", {"tokenizer.json": tiny_json(), "added_tokens.json": {"<new>": 900}})
    ours = opened(place)
    assert ours.segment("<new>", Specials(parse=True)).ids.tolist() == [304]
    assert "'<new>' is 304, not 900" in ours.info.notes[1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"added_tokens.json": {"<x>": "304", "": 5, "<y>": -1, "<z>": True}},
        {"tokenizer_config.json": {"added_tokens_decoder": {"a": {}, "1": 3, "²": FLAGGED, "99999999999": FLAGGED}}},
        {"tokenizer_config.json": {"added_tokens_decoder": [1], "pad_token": 3, "extra_special_tokens": {"x": [1]}}},
        {"special_tokens_map.json": {"pad_token": {"content": 3}, "additional_special_tokens": [1, None, {}]}},
    ],
)
def test_nonsense_beside_a_tokenizer_adds_nothing(wrong: dict[str, Any], tmp_path: Path) -> None:
    ours = opened(written(tmp_path / "x", {"tokenizer.json": tiny_json(), **wrong}))
    assert ours.info.n_vocabulary == 304
    assert ours.segment("the cat").lossless


def test_roberta_without_a_config_is_known_by_its_vocabulary(tmp_path: Path) -> None:
    vocab, merges = tiny.vocab_and_merges()
    tokens = [t for t in json.loads(vocab) if t != "<|end|>"]
    ids = {token: i for i, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", *tokens, "<mask>"])}
    ours = open_path(
        "file:x?pre=gpt2", written(tmp_path / "x", {"vocab.json": ids, "merges.txt": merges}), {"pre": "gpt2"}
    )
    assert ours.segment("the", Specials(add=True)).pieces == [b"<s>", b"the", b"</s>"]
    assert "begins as RoBERTa's" in " ".join(ours.info.notes)
    config = {"tokenizer_config.json": {"tokenizer_class": "RobertaTokenizer"}}
    named = opened(written(tmp_path / "x", config))
    assert "begins as" not in " ".join(named.info.notes)
    assert (
        named.segment("the<mask>", Specials(True, True)).ids.tolist()
        == ours.segment("the<mask>", Specials(True, True)).ids.tolist()
    )


def test_vocabulary_and_merges_that_name_nothing_say_that_nothing_is_added(tmp_path: Path) -> None:
    ours = open_path("file:x?pre=gpt2", written(tmp_path / "x", pair()), {"pre": "gpt2"})
    assert "Nothing is added around a text" in " ".join(ours.info.notes)


# a damaged post-processor spoils the ends alone


def with_processor(processor: Any) -> dict[str, Any]:
    made = Backend.from_str(tiny.byte_level_bpe())
    made.post_processor = processor
    return dict(json.loads(made.to_str()))


def damaged(how: str) -> dict[str, Any]:
    template = processors.TemplateProcessing(single="<|end|> $A <|end|>", special_tokens=[("<|end|>", 0)])
    content = with_processor(template)
    tokens = content["post_processor"]["special_tokens"]
    if how == "no such token":
        tokens.clear()
    elif how == "an id beyond":
        tokens["<|end|>"]["ids"] = [99999]
    elif how == "the text twice":
        content["post_processor"]["single"].append({"Sequence": {"id": "A", "type_id": 0}})
    elif how == "no text":
        content["post_processor"]["single"] = content["post_processor"]["single"][:1]
    elif how == "BERT's, beyond":
        content["post_processor"] = {"type": "BertProcessing", "sep": ["x", 5000], "cls": ["y", 5001]}
    return content


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("no such token", "gives no id for '<|end|>'"),
        ("an id beyond", "the id 99\u202f999"),
        ("the text twice", "does more than add them"),
        ("no text", "does more than add them"),
        ("BERT's, beyond", "the id 5\u202f001"),
    ],
)
def test_a_damaged_post_processor_spoils_the_ends_alone(
    how: str, said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    plain = opened(written(tmp_path / "plain", {"tokenizer.json": tiny_json()}))
    ours = opened(written(tmp_path / "damaged", {"tokenizer.json": damaged(how)}))
    for text in ("the cat", "<|end|>x", "é"):
        for way in WAYS:
            assert ours.segment(text, way).ids.tolist() == plain.segment(text, way).ids.tolist()
    assert said in " ".join(ours.info.notes)
    assert "panicked" not in capfd.readouterr().err
    assert open_tokenizer(f"file:{tmp_path / 'damaged'}").info.notes == ours.info.notes


def test_an_undamaged_template_is_followed(tmp_path: Path) -> None:
    ours = opened(written(tmp_path / "x", {"tokenizer.json": damaged("not")}))
    assert ours.segment("the", Specials(add=True)).pieces == [b"<|end|>", b"the", b"<|end|>"]
    assert ours.info.notes == ()


def test_what_only_a_class_has_begins_and_ends_no_text(tmp_path: Path) -> None:
    """GPT-2's class has <|endoftext|> as BOS; a model with another vocabulary was never trained with it."""
    (tmp_path / "tokenizer.json").write_text(tiny.byte_level_bpe())
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    (tmp_path / "tokenizer_config.json").write_text('{"eos_token": "<|end|>"}')
    info = open_path(f"file:{tmp_path}", tmp_path).info
    assert (info.bos, info.eos) == ("", "<|end|>")
    assert dict(info.named_tokens)["bos_token"] == "<|endoftext|>", "a template may write it, as in transformers"
