"""What is true of every score: that it does not depend on how it was computed, and agrees with what is known."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.models.matrices import Matrices
from core.models.score import Slice, score
from core.models.scoring_windows import windows
from tests.datafolder import DATA, needs_data
from tests.tiny_models import NAMES, V, opened

TEXTS = ["the cat sat on the mat", "naïve café 你好", "", "hello hello world, " * 5, "x"]
STORIES = DATA / "models" / "stories260K" / "stories260K.bin"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LanguageModel]:
    return {name: opened(tmp_path_factory.mktemp(name), name) for name in NAMES}


def reference(model: LanguageModel, text: str) -> float:
    """Nats of a text from the bare library: one text, no padding, the whole vector of log-probabilities."""
    ids = model.tokenizer.segment(text).ids.tolist()
    if not ids:
        return 0.0
    with torch.no_grad():
        logits = model.module(torch.tensor([[model.bos, *ids]])).logits[0, :-1].double()
    return float(-logits.log_softmax(1)[range(len(ids)), ids].sum())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("batch_tokens", [1, 70, 4096])
def test_batches_and_padding_change_nothing(models: dict[str, LanguageModel], name: str, batch_tokens: int) -> None:
    model = models[name]
    assert model.halves is not None
    found = score(model, TEXTS, batch_tokens=batch_tokens)
    for text, scores in zip(TEXTS, found.texts, strict=True):
        assert scores.total_nats == pytest.approx(reference(model, text), rel=1e-5)
    assert found.bits_per_byte == pytest.approx(
        sum(reference(model, t) for t in TEXTS) / math.log(2) / sum(len(t.encode()) for t in TEXTS), rel=1e-5
    )
    assert found.notes == ()


def test_a_stride_changes_nothing_where_the_window_holds_the_text(models: dict[str, LanguageModel]) -> None:
    model, text = models["llama-untied"], TEXTS[3]
    n = len(text.encode())
    found = [
        score(model, [text], window_bytes=w, stride_bytes=s).bits_per_byte for w, s in ((n, n), (n, 1), (n + 9, 7))
    ]
    assert max(found) == min(found)


def test_windows_look_back_on_the_bytes_they_should(models: dict[str, LanguageModel]) -> None:
    model = models["llama-untied"]
    text = "the cat sat on the mat hello"
    found = score(model, [text], window_bytes=12, stride_bytes=5).texts[0]
    ids, starts, ends = found.ids.tolist(), found.starts.tolist(), found.ends.tolist()
    for k in range(len(ids)):
        stop = next(s for s in [*range(12, len(text), 5), len(text)] if s >= ends[k])
        first = next(i for i in range(k + 1) if starts[i] >= stop - 12 or i == k)
        with torch.no_grad():
            logits = model.module(torch.tensor([[model.bos, *ids[first:k]]])).logits[0, -1].double()
        assert found.nats[k] == pytest.approx(float(-logits.log_softmax(0)[ids[k]]), rel=1e-5)


@given(st.lists(st.integers(0, 9), max_size=60), st.integers(1, 30), st.integers(1, 30))
def test_every_token_is_scored_once(lengths: list[int], window: int, stride: int) -> None:
    edges = np.concatenate([[0], np.cumsum(lengths, dtype=np.int32)]).astype(np.int32)
    found = windows(edges[:-1], edges[1:], window, min(stride, window))
    assert [k for w in found for k in range(w.scored, w.last)] == list(range(len(lengths)))
    assert all(w.first <= w.scored < w.last for w in found)


@pytest.mark.parametrize("name", ["gpt2-tied", "phi-head-bias"])
def test_a_uniform_model_needs_the_logarithm_of_its_vocabulary(models: dict[str, LanguageModel], name: str) -> None:
    model = models[name]
    old = model.matrices()
    flat = Matrices(*(None if rows is None else torch.zeros_like(rows) for rows in (old.input, old.output, old.bias)))
    uniform = model.with_matrices(flat, model.tokenizer, model.special_ids)
    found = score(uniform, TEXTS)
    n_tokens = sum(len(text.ids) for text in found.texts)
    assert found.bits_per_byte == pytest.approx(n_tokens * math.log2(V) / found.n_bytes, rel=1e-6)


@pytest.mark.parametrize("name", ["gpt2-tied", "mpt-alibi"])
def test_observers_see_each_scored_position_once(models: dict[str, LanguageModel], name: str) -> None:
    model, seen = models[name], dict[tuple[int, int], float]()
    layers: list[int] = []

    def observe(part: Slice) -> None:
        nats = part.log_partition - part.logits.gather(1, part.targets[:, None])[:, 0]
        keys = zip(part.texts.tolist(), part.tokens.tolist(), strict=True)
        new = dict(zip(keys, nats.tolist(), strict=True))
        assert not new.keys() & seen.keys()
        seen.update(new)
        layers.append(len(part.states))
        assert all(len(s) == len(part.texts) for s in part.states)

    found = score(model, TEXTS, observers=[observe], layers=True, window_bytes=20)
    assert sorted(seen) == [(n, k) for n, text in enumerate(found.texts) for k in range(len(text.ids))]
    assert all(found.texts[n].nats[k] == pytest.approx(nats, rel=1e-6) for (n, k), nats in seen.items())
    assert set(layers) == {3}


def test_a_head_that_cannot_be_taken_off_is_scored_all_the_same(models: dict[str, LanguageModel]) -> None:
    model = models["gemma2-soft-caps"]
    whole = LanguageModel(model.name, model.spec, model.module, model.tokenizer, model.special_ids)
    whole.__dict__["halves"] = None
    assert score(whole, TEXTS).bits_per_byte == pytest.approx(score(model, TEXTS).bits_per_byte, rel=1e-6)


def test_without_bos_the_first_token_is_not_scored(models: dict[str, LanguageModel]) -> None:
    model = models["llama-untied"]
    bare = LanguageModel(model.name, model.spec, model.module, model.tokenizer, {})
    found = score(bare, ["the cat"]).texts[0]
    assert np.isnan(found.nats[0]) and np.isfinite(found.nats[1:]).all()


@needs_data
def test_stories260k_scores_as_is_known() -> None:
    model = open_model(str(STORIES), device="cpu")
    stories = (DATA / "mono" / "tinystories_sample.txt").read_text().split("<|endoftext|>")
    stories = [story.strip() for story in stories if story.strip()]
    found = score(model, stories, window_bytes=1000)
    assert round(found.bits_per_byte, 3) == 0.887
    assert round(found.total_nats / sum(len(text.ids) for text in found.texts), 3) == 1.266


@needs_data
def test_stories260k_goes_on_as_is_known() -> None:
    model = open_model(str(STORIES), device="cpu")
    ids = model.module.generate(torch.tensor([[model.bos]]), max_new_tokens=256, do_sample=False)[0, 1:].tolist()
    assert model.tokenizer.vocabulary is not None
    written = b"".join(model.tokenizer.vocabulary.pieces[i] for i in ids).decode()
    assert written.removeprefix(" ") == (DATA / "truth" / "stories260K_greedy_257.txt").read_text().rstrip("\n")
