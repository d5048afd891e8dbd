"""A model with fewer entries: all that stay are the model's own, and nothing else about it changes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.__main__ import main
from core.common.errors import UserError
from core.corpora.corpus import open_corpus
from core.lab.low_memory import transplanted
from core.lab.plan import Plan
from core.lab.shrinking.curve import ShrinkingCurve, ShrunkCell, ShrunkStep, in_words, opened_alone, shrunk_to
from core.lab.shrinking.shrunk import Shrinking
from core.models.load import open_model
from core.models.score import score
from core.stats.number import Number
from core.tokenizers.catalog import open_path
from core.transplants.base import METHODS
from core.transplants.rows import RowOrigin
from core.vocabulary.repair.removal import NOTHING
from core.vocabulary.shrinking.least_used import least_used
from tests import formats

MODEL = "shipped:tiny-english"


def sample() -> list[str]:
    return [text for some in open_corpus("sample").sentences.values() for text in some if text]


def bpe(*merges: str) -> dict[str, Any]:
    tokens = [*"abcd", *("".join(merge.split()) for merge in merges)]
    return {"model": {"type": "BPE", "vocab": {t: i for i, t in enumerate(tokens)}, "merges": list(merges)}}


def test_what_goes_first_lengthens_the_text_least_and_is_in_nothing_that_stays() -> None:
    """ab and abc and cd; abc stands three times, cd twice, ab by itself once: cd goes first, then abc, then ab.

    With abc gone ab stands four times; so with bd that stands three times beside it, bd goes before ab.
    """
    document = bpe("a b", "ab c", "c d", "b d")
    counts = np.array([0, 0, 0, 0, 1, 3, 2, 3])
    assert least_used(document, counts, 9, NOTHING) == [6, 7, 5, 4]
    counts[7] = 4
    assert least_used(document, counts, 9, NOTHING) == [6, 5, 7, 4]
    assert least_used(document, counts, 1, NOTHING) == [6]


FORMATS = ["tokenizer.json BPE", "tokenizer.json WordPiece", "SentencePiece Unigram", "SentencePiece BPE", "tekken"]
FORMATS += ["WordPiece", "CLIP", "GGUF", "minbpe"]


@pytest.mark.parametrize("name", FORMATS)
def test_texts_that_need_none_of_what_went_are_cut_as_before_and_all_are_said_back(name: str, tmp_path: Path) -> None:
    tokenizer = open_path("file:x", formats.write(tmp_path / "whole", formats.made(name)))
    try:
        shrinking = Shrinking(tokenizer, ["the cat sat", "the mat"])
    except UserError as error:
        assert "cannot be written as tokenizer.json" in str(error)
        return
    if shrinking.n_least == shrinking.n_entries:
        return
    made = shrinking.to(shrinking.n_least)
    made.write(tmp_path / "small")
    small = open_path("file:y", tmp_path / "small")
    kept = set(made.old_ids.tolist())
    assert len(kept) == len(made.old_ids) >= shrinking.n_least
    for text in ["the cat sat", "the mat", " über  den\r\nZaun 你好 🧑‍🚀", *sample()[:300]]:
        (before,), (after,) = tokenizer.encode_many([text]), small.encode_many([text])
        if kept >= set(before.tolist()):
            assert np.array_equal(made.old_ids[after], before), text
        assert small.decode(after.tolist()) == tokenizer.decode(before.tolist())


def test_a_text_that_is_cut_as_before_gains_what_the_rows_that_went_had(tmp_path: Path) -> None:
    """The control: its loss is the old one over the entries that stay, and nothing is approximated."""
    here = opened_alone(Plan(MODEL, MODEL, languages=("eng_Latn",)))
    texts = [text for text in sample() if text.isascii()][:20]
    shrinking = Shrinking(here.original.tokenizer, texts)
    one = shrunk_to(here, shrinking, shrinking.n_least + shrinking.n_used, tmp_path / "small")
    made = transplanted(one.problem, METHODS.get("mean"), {}, 0)
    assert all((made.provenance[side] == RowOrigin.COPIED).all() for side in made.rows)
    small = here.original.with_matrices(made.matrices, one.tokenizer, made.special_ids, "small", ())
    old_ids = shrinking.to(shrinking.n_least + shrinking.n_used).old_ids
    text = max(texts, key=len)
    before, after = (score(model, [text]).texts[0] for model in (here.original, small))
    assert np.array_equal(old_ids[after.ids], before.ids)
    ids = torch.tensor([[here.original.bos, *before.ids.tolist()]])
    with torch.no_grad():
        logits = here.original.logits(ids)[0, :-1].double()
    kept = logits[:, torch.from_numpy(old_ids)].log_softmax(1)
    expected = -kept[torch.arange(len(after.ids)), torch.from_numpy(after.ids.astype(np.int64))]
    assert np.allclose(after.nats, expected.numpy(), atol=1e-4)
    assert (after.nats <= before.nats + 1e-4).all()


def test_the_command_shows_a_curve_and_writes_a_model_that_transformers_loads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    line = ["shrink", "--model", MODEL, "--language", "eng_Latn", "--sentences", "10"]
    assert main([*line, "--entries", "2000,400", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [step["n_entries"] for step in found["steps"]] == [3072, 2000, 400]
    lost = [step["cells"][0]["lost"]["value"] for step in found["steps"]]
    assert lost[0] == 0 and lost[2] > 1 > lost[1], "bytes by themselves are read badly"
    assert main([*line, "--entries", "2000", "--out", str(tmp_path / "small")]) == 0
    card = (tmp_path / "small" / "README.md").read_text()
    assert "tiny-english, 2\u202f000 entries" in card and "file:" not in card, "the folder it was made in is gone"
    load: Any = AutoModelForCausalLM.from_pretrained
    module, tokenizer = load(tmp_path / "small"), AutoTokenizer.from_pretrained(tmp_path / "small")
    assert module.get_input_embeddings().weight.shape[0] == len(tokenizer) == 2000
    read = open_model(str(tmp_path / "small"))
    whole = open_model(MODEL)
    row = read.tokenizer.encode_many(["the"])[0][0]
    old = whole.tokenizer.encode_many(["the"])[0][0]
    assert torch.equal(read.matrices().input[row], whole.matrices().input[old])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--entries", "2000,x"], "'x' is no number of entries"),
        (["--entries", "3072"], "Give a number from 257 to 3 071"),
        (["--entries", "12"], "Give a number from 257 to 3 071"),
        (["--entries", "2000,1000", "--out", "x"], "--out writes a model of one size"),
    ],
)
def test_what_cannot_be_is_one_sentence(more: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shrink", "--model", MODEL, "--language", "eng_Latn", *more]) == 2
    assert said in capsys.readouterr().err


def test_how_small_it_may_be_ends_at_the_first_size_that_costs_bits() -> None:
    def step(n: int, low: float) -> ShrunkStep:
        cell = ShrunkCell("", 7, Number(1.0), Number(low + 0.1, low, low + 0.2), Number(4.0))
        return ShrunkStep(n, 10 * n, (cell,))

    curve = ShrinkingCurve(
        5, 20, 3, (step(100, 0.0), step(90, -0.1), step(80, -0.05), step(70, 0.01), step(60, -1)), ()
    )
    assert in_words(curve).startswith("Down to 80 entries no loss shows on these 7 texts, with 200 parameters fewer.")
    assert in_words(ShrinkingCurve(5, 20, 3, (step(100, 0.0), step(90, 0.1)), ())).startswith("Already 90 entries cost")
