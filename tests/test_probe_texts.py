"""Every probe on awkward texts and tokenizers: numbers or one sentence."""

import json

import pytest

from core.common.errors import UserError
from core.probes.probe import PROBES, Probe, Value
from tests import formats

TEXTS = (
    "",
    "a",
    " ",
    "\n\n",
    "\x00",
    "a\x00b c",
    "\ud800",
    "né\u0301 ﬁ 🧑‍🚀 \u200b\u202e",
    "我 喜歡 東京 ไทย สวัสดี",
    "\ufeffun|do\r\na\tb\tc\td|e",
    "def f(x):\n\treturn x==1\n\t'''",
    "<s></s><|endoftext|> <unk>",
    "﷽" * 300,
    "0 1 2 " * 400,
)
ABOUT_A_MEGABYTE = "lorem ipsum\n" * 90_000
BYTES = "builtin:utf8-bytes"


def given_to(probe: Probe, tokenizer: str, text: str) -> dict[str, Value]:
    """A tokenizer and a text for whatever the probe asks for; what may be left out is."""
    by_kind: dict[str, Value] = {
        "tokenizer": tokenizer,
        "tokenizers": (tokenizer,),
        "model": "shipped:tiny-english",
        "text": text,
        "ids": tuple(map(ord, text[:5])),
    }
    return {
        one.key: None if one.optional else one.default if one.among else by_kind.get(one.kind, one.default)
        for one in probe.asked
    }


def states_itself(probe: Probe, given: dict[str, Value]) -> None:
    try:
        answer = probe.find(**given)
    except UserError as error:
        assert str(error).strip() and "\n" not in str(error)
        return
    assert json.dumps(answer.document(), allow_nan=False)
    assert all(line.strip() and "\n" not in line for line in answer.sentences())


@pytest.fixture(scope="module", params=["bytes", "lossy", "unigram"])
def tokenizer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """One that merges nothing, one that does not say texts back, one of another sort."""
    if request.param == "bytes":
        return BYTES
    name = {"lossy": "WordPiece", "unigram": "SentencePiece Unigram"}[request.param]
    path = formats.write(tmp_path_factory.mktemp(request.param), formats.made(name))
    return f"file:{path}"


@pytest.mark.parametrize("key", [*PROBES.all()])
def test_a_probe_states_numbers_or_a_sentence(key: str, tokenizer: str) -> None:
    probe = PROBES.get(key)
    asks_text = any(one.kind in ("text", "ids") for one in probe.asked)
    for text in TEXTS if asks_text else TEXTS[:1]:
        states_itself(probe, given_to(probe, tokenizer, text))


@pytest.mark.parametrize("key", [*PROBES.all()])
def test_a_megabyte_is_read_or_refused(key: str) -> None:
    probe = PROBES.get(key)
    states_itself(probe, given_to(probe, BYTES, ABOUT_A_MEGABYTE))
