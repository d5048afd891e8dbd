"""Every probe on awkward texts and tokenizers: numbers or one sentence."""

import json
from collections.abc import Sequence

import pytest

from core.__main__ import main
from core.common.errors import UserError
from core.probes.probe import PROBES, Probe, Value
from tests import formats

TEXTS = (
    "",
    "a",
    " \n",
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
FEW = {"pairs": 20, "samples": 3, "tokens": 16, "most": 6}  # of what a probe draws or reads, where it asks how many


def given_to(probe: Probe, tokenizer: str, text: str) -> dict[str, Value]:
    """A tokenizer and a text for whatever the probe asks for; what may be left out is."""
    by_kind: dict[str, Value] = {
        "tokenizer": tokenizer,
        "tokenizers": (tokenizer,),
        "model": "shipped:tiny-english",
        "text": text,
        "ids": tuple(map(ord, text[:5])),
    }
    found = {one.key: one.default if one.among else by_kind.get(one.kind, one.default) for one in probe.asked}
    left_out = {one.key: None for one in probe.asked if one.optional}
    return found | left_out | {key: most for key, most in FEW.items() if key in found}


def given_texts(probe: Probe, tokenizer: str, texts: Sequence[str]) -> list[dict[str, Value]]:
    """What it is given with each text: the same with all, which is one, where it asks for none."""
    each = [given_to(probe, tokenizer, text) for text in texts]
    return [given for n, given in enumerate(each) if given not in each[:n]]


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


def reads(probe: Probe) -> bool:
    """Whether a tokenizer is chosen; the others have a model, or no text."""
    return any(one.kind in ("tokenizer", "tokenizers") for one in probe.asked)


@pytest.mark.parametrize("key", [key for key, probe in PROBES.all().items() if reads(probe)])
def test_a_probe_states_numbers_or_a_sentence(key: str, tokenizer: str) -> None:
    for given in given_texts(PROBES.get(key), tokenizer, TEXTS):
        states_itself(PROBES.get(key), given)


@pytest.mark.slow
@pytest.mark.parametrize("key", [key for key, probe in PROBES.all().items() if not reads(probe)])
def test_a_probe_of_a_model_or_of_no_text_does_too(key: str) -> None:
    for given in given_texts(PROBES.get(key), BYTES, TEXTS[2:9:2]):
        states_itself(PROBES.get(key), given)


@pytest.mark.parametrize("key", [key for key, probe in PROBES.all().items() if reads(probe)])
def test_a_megabyte_is_read_or_refused(key: str) -> None:
    states_itself(PROBES.get(key), given_to(PROBES.get(key), BYTES, ABOUT_A_MEGABYTE))


@pytest.mark.parametrize("key", [*PROBES.all()])
def test_the_command_line_explains_every_probe(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["probe", key, "--help"])
    words = " ".join(capsys.readouterr().out.split())
    assert end.value.code == 0 and PROBES.get(key).question in words
    assert all(f"--{one.key.replace('_', '-')} " in words for one in PROBES.get(key).asked)
