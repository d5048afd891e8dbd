"""Mistral's tokenizers out of mistral-common, Tekken files, and llama2.c's tokenizer.bin: whole and damaged."""

import base64
import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.common.errors import UnknownName, UnreadableFile
from core.tokenizers.catalog import files_at, offered
from core.tokenizers.format import Source
from core.tokenizers.formats import llama2c, mistral, tekken
from core.tokenizers.tokenizer import LocalTokenizer, Specials


def _load(source: Source, path: Path) -> LocalTokenizer:
    files = files_at(f"file:{path}", path, {})
    assert source.recognises and source.load and source.recognises(files) == path.name
    return source.load(files)


def _open(name: str) -> LocalTokenizer:
    assert mistral.SOURCE.open
    return mistral.SOURCE.open(name)


def test_all_names_are_offered_and_unknown_ones_corrected() -> None:
    specs = {spec for spec, _ in offered()}
    assert {"mistral:tekken", *(f"mistral:{v}" for v in ("v1", "v2", "v3", "v7", "v7m1", "tekken_240718"))} <= specs
    with pytest.raises(UnknownName, match="tekken"):
        _open("tekkn")


def test_opening_one_does_not_import_mistral_common() -> None:
    code = (
        "import sys; from core.tokenizers.catalog import open_tokenizer; open_tokenizer('mistral:v3'); "
        "open_tokenizer('mistral:tekken'); "
        "print([m for m in sys.modules if m.startswith(('mistral', 'pydantic', 'torch'))])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_newest_tekken_is_tekken() -> None:
    assert _open("tekken").info.fingerprint == _open("tekken_240911").info.fingerprint
    assert _open("tekken").info.n_vocabulary == 131_072


def test_control_symbols_of_mistral_are_parsed_on_demand() -> None:
    v3 = _open("v3")
    assert v3.segment("[INST]hi[/INST]", Specials(parse=True)).ids.tolist()[::2] == [3, 4]
    assert 3 not in v3.segment("[INST]hi[/INST]").ids.tolist()
    assert v3.segment("hi", Specials(add=True)).ids.tolist()[0] == 1
    assert _open("tekken").segment("<s>a", Specials(parse=True, add=True)).ids.tolist()[:2] == [1, 1]


def _tekken(**changes: Any) -> dict[str, Any]:
    tokens = [bytes([b]) for b in range(256)] + [b"he", b"ll", b"hell", b"hello", b"too many"]
    vocab = [{"rank": i, "token_bytes": base64.b64encode(t).decode(), "token_str": None} for i, t in enumerate(tokens)]
    config = {
        "pattern": r"\p{L}+|\s+|[^\p{L}\s]+",
        "num_vocab_tokens": 261,
        "default_vocab_size": 280,
        "default_num_special_tokens": 20,
        "version": "v3",
    }
    return {"config": {**config, **changes}, "vocab": vocab}


def _write(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_tekken_file_is_cut_to_its_size(tmp_path: Path) -> None:
    tokenizer = _load(tekken.SOURCE, _write(tmp_path / "tekken.json", _tekken()))
    assert tokenizer.info.n_vocabulary == 280
    assert tokenizer.segment("hello").ids.tolist() == [20 + 259]
    assert dict(tokenizer.info.specials)["[TOOL_CONTENT]"] == 19
    named = {**_tekken(), "special_tokens": [{"rank": 0, "token_str": "<unk>"}, {"rank": 1, "token_str": "<s>"}]}
    tokenizer = _load(tekken.SOURCE, _write(tmp_path / "named.json", named))
    assert tokenizer.info.specials[1:3] == (("<s>", 1), ("<SPECIAL_2>", 2))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (json.dumps(_tekken())[:-400], "not whole"),
        (_tekken(default_vocab_size=2**60), "sizes"),
        (_tekken(default_num_special_tokens=-1), "sizes"),
        (_tekken(pattern=7), "pattern"),
        (_tekken(pattern="("), "pattern"),
        ({**_tekken(), "vocab": _tekken()["vocab"][1:]}, "sizes|order"),
        ({**_tekken(), "vocab": [{"rank": 0, "token_bytes": "%%"}] * 261}, "base64"),
        ({**_tekken(), "special_tokens": [{"rank": 0, "token_str": "a"}, {"rank": 1, "token_str": "a"}]}, "special"),
    ],
)
def test_a_damaged_tekken_file_is_refused_in_one_line(tmp_path: Path, content: Any, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says) as refused:
        _load(tekken.SOURCE, _write(tmp_path / "tekken.json", content))
    assert "\n" not in str(refused.value)


def _bin(pieces: list[str]) -> bytes:
    entries = [(p, -float(i)) for i, p in enumerate(["<unk>", "\n<s>\n", "\n</s>\n"])]
    entries += [(f"<0x{b:02X}>", 0.0) for b in range(256)]
    entries += [(p, -float(i)) for i, p in enumerate(pieces)]
    body = b"".join(struct.pack("<fi", score, len(p.encode())) + p.encode() for p, score in entries)
    return struct.pack("<i", max(len(p) for p, _ in entries)) + body


def test_llama2c_merges_by_score_and_knows_no_special_space(tmp_path: Path) -> None:
    path = tmp_path / "stories" / "tokenizer.bin"
    path.parent.mkdir()
    path.write_bytes(_bin(["th", "the", " t", " ", "t", "h", "e"]))
    tokenizer = _load(llama2c.SOURCE, path)
    assert tokenizer.info.label == "stories"
    assert [d.spelling for d in tokenizer.describe(tokenizer.segment("the").ids.tolist())] == [" ", "the"]
    found = tokenizer.segment("t▁t")
    assert found.lossless
    assert found.pieces == [b"t", b"\xe2", b"\x96", b"\x81", b"t"]
    assert tokenizer.segment("t", Specials(add=True)).ids.tolist()[0] == 1


def test_a_damaged_llama2c_file_is_refused_in_one_line(tmp_path: Path) -> None:
    data = _bin(["a", "b", "ab"])
    path = tmp_path / "tokenizer.bin"
    damaged = [data[:length] for length in range(64, len(data), 97)]
    damaged += [data[:-6] + struct.pack("<i", 2**30) + data[-2:], data.replace(b"<0x41>", b"<0x42>")]
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(UnreadableFile) as refused:
            _load(llama2c.SOURCE, path)
        assert "\n" not in str(refused.value)
