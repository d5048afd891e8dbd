"""Rows predicted by a hypernetwork: as the layout of ZeTT's checkpoints says, and as a planted rule has them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from core.common.errors import UserError
from core.common.progress import listening
from core.lab.participants import outlined
from core.lab.plan import Choice, Plan
from core.lab.submission import submission
from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.transplants.base import METHODS, Transplanted, transplant
from core.transplants.hypernetworks.network import Predicting
from core.transplants.hypernetworks.opening import SHIPPED, Hypernetwork, check_fits, open_hypernetwork
from core.transplants.problem import Problem
from core.transplants.resources import Resources
from core.transplants.rows import RowOrigin
from tests.hypernetworks import drawn, hypernetwork, layout, saved
from tests.lab import ENGLISH, byte_bpe, llama

METHOD = METHODS.get("zett")
OLD, NEW = byte_bpe(300), byte_bpe(360, "both")
WIDTH = 32


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Sums in one order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def problem(model: LanguageModel, one: Hypernetwork | None, **more: Any) -> Problem:
    resources = Resources(hypernetwork=one)
    return Problem(model.tokenizer, NEW, model.matrices(), resources=resources, old_roles=model.special_ids, **more)


def made(model: LanguageModel, network: Predicting, **given: Any) -> Transplanted:
    return transplant(problem(model, Hypernetwork("planted", "test:planted", network, "0" * 64)), METHOD, given)


def roberta(network: Predicting) -> nn.Module:
    """The encoder by transformers' own code, with the network's weights."""
    from transformers import RobertaConfig, RobertaModel

    shape = network.layout
    config = RobertaConfig(
        vocab_size=1, hidden_size=shape.hidden, num_hidden_layers=shape.layers, intermediate_size=shape.middle,
        num_attention_heads=shape.heads, max_position_embeddings=514, type_vocab_size=1, layer_norm_eps=1e-5,
        pad_token_id=0,
    )  # fmt: skip
    module = RobertaModel(config, add_pooling_layer=False).eval()
    lacking = module.load_state_dict(network.model.state_dict(), strict=False)
    assert all("word_embeddings" in key or "ids" in key for key in lacking.missing_keys)
    assert not lacking.unexpected_keys
    return module


def by_hand(network: Predicting, read: Tensor) -> list[Tensor]:
    """What the published network makes of one spelling, (L, W), without padding."""
    w: Mapping[str, Tensor] = network.state_dict()

    def dense(name: str, x: Tensor) -> Tensor:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def projected(name: str, x: Tensor) -> Tensor:
        inner = nn.functional.gelu(dense(f"{name}.dense1", x), approximate="tanh")
        h = nn.functional.gelu(dense(f"{name}.dense2", inner), approximate="tanh") + x
        return nn.functional.layer_norm(h, h.shape[-1:], w[f"{name}.ln.weight"], w[f"{name}.ln.bias"], 1e-6)

    x = read * w["in_scaler.w"] + w["in_scaler.b"]
    x = projected("input_projection.1", dense("input_projection.0", x))[None]
    places = torch.arange(x.shape[1])[None]
    first = roberta(network)(inputs_embeds=x, position_ids=places).last_hidden_state[0, 0]
    found = []
    for side, scaler in (("output_projection", "scaler"), ("output_projection_out", "out_scaler")):
        rows = dense(f"{side}.1", projected(f"{side}.0", first))
        found.append((rows * w[f"{scaler}.w"] + w[f"{scaler}.b"])[0])
    return [*found, dense("bias_projection", first)[0]]


def test_a_checkpoint_of_the_published_layout_gives_what_its_parts_give(tmp_path: Path) -> None:
    """Encoder by transformers, the rest restated; through a file with all that a checkpoint holds."""
    model = llama(OLD, scale=0.3)
    network = drawn(layout(WIDTH, model.n_rows))
    one = open_hypernetwork(str(saved(tmp_path / "zett", network)), "cpu")
    check_fits(one, model)
    at_hand = problem(model, one)
    found = transplant(at_hand, METHOD)
    stacked = torch.cat([model.matrices().input, model.matrices().head], 1)
    sides, n_tried = at_hand.sides, 0
    for place, i in list(enumerate(sides["input"].wanted.tolist()))[::7]:
        pieces = sides["input"].spellings[place][:8]
        rows, head, _ = by_hand(network, stacked[list(pieces)])
        torch.testing.assert_close(found.matrices.input[i], rows, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(found.matrices.head[i], head, rtol=1e-4, atol=1e-5)
        n_tried += 1
    assert n_tried > 5
    assert any("bias of the head as well" in remark for remark in found.remarks)


@pytest.mark.usefixtures("one_thread")
def test_a_planted_rule_is_found_where_the_mean_is_far_off() -> None:
    """A new row is the first piece's row with its quarters exchanged, which a network learnt from other spellings."""
    model = llama(OLD, scale=0.5)
    rows = torch.cat([model.matrices().input, model.matrices().head], 1)

    def rule(first: Tensor) -> Tensor:
        return first.unflatten(-1, (4, -1))[..., [1, 0, 3, 2], :].flatten(-2)

    torch.manual_seed(0)
    shape = layout(WIDTH, model.n_rows, hidden=64, middle=64, layers=1, bias=False, rescaled=False)
    network = Predicting(shape)
    optimiser = torch.optim.Adam(network.parameters(), lr=5e-3)
    for step in range(120):
        ids = torch.randint(len(rows), (64, 4))
        inside = torch.arange(4) < torch.randint(1, 5, (64, 1))
        *sides, _ = network(rows[ids], inside)
        wanted = rule(rows[ids[:, 0]])
        optimiser.param_groups[0]["lr"] = 5e-3 * (1 - step / 120)
        optimiser.zero_grad()
        torch.autograd.backward((torch.cat(sides, 1) - wanted).square().mean())
        optimiser.step()
    found = made(model, network.eval().requires_grad_(False))
    at_hand = problem(model, None)
    mean = transplant(at_hand, METHODS.get("subword_mean"))
    side = at_hand.sides["input"]
    short = [n for n, ids in enumerate(side.spellings) if len(ids) <= 4]
    wanted = rule(rows[[side.spellings[n][0] for n in short]])
    ids = side.wanted[short]

    def error(one: Transplanted) -> float:
        rows_made = torch.cat([one.matrices.input[ids], one.matrices.head[ids]], 1)
        return float((rows_made - wanted).norm() / wanted.norm())

    assert error(mean) > 1
    assert error(found) < 0.6
    assert (found.provenance["input"][side.wanted] == RowOrigin.SOLVED).all()


def test_before_training_a_network_beyond_the_mean_is_the_subword_mean() -> None:
    from core.transplants.hypernetworks.build.train import begun

    model = llama(OLD, scale=0.3)
    shape = layout(WIDTH, model.n_rows, beyond_mean=True, longest=40, bias=False)
    found, mean = made(model, begun(model, shape).eval().requires_grad_(False)), METHODS.get("subword_mean")
    torch.testing.assert_close(found.matrices.input, transplant(problem(model, None), mean).matrices.input)
    torch.testing.assert_close(found.matrices.head, transplant(problem(model, None), mean).matrices.head)


def test_padding_blocks_and_the_order_of_tokens_change_nothing() -> None:
    model = llama(OLD, scale=0.3)
    one = hypernetwork(WIDTH, model.n_rows)
    wide = transplant(problem(model, one), METHOD).matrices
    tight = transplant(problem(model, one, memory_bytes=1), METHOD).matrices
    torch.testing.assert_close(wide.input, tight.input, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(wide.head, tight.head, rtol=1e-4, atol=1e-5)


def test_a_language_is_told_where_it_can_be() -> None:
    model = llama(OLD, scale=0.3)
    network = drawn(layout(WIDTH, model.n_rows, languages=("en", "de")))
    english, first, german = (made(model, network, language=code).matrices.input for code in ("en", "", "de"))
    assert torch.equal(english, first)
    assert not torch.equal(english, german)
    with pytest.raises(UserError, match=r"fr"):
        made(model, network, language="fr")
    with pytest.raises(UserError, match=r"is not told a language\. Leave the language away"):
        made(model, drawn(layout(WIDTH, model.n_rows)), language="de")


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"model_type": "roberta"}, "does not say zett_hypernetwork"),
        ({"hn_add_inter_token_attention": True}, "tokens attend to each other"),
        ({"hn_model_type": "t5"}, "another kind than roberta"),
        ({"hn_hidden_size": "16"}, "no usable hn_hidden_size"),
        ({"hn_num_attention_heads": 5}, "16 states do not divide among 5"),
        ({"hn_embed_lang_id": True, "langs": []}, "lists none as langs"),
        ({"hn_intermediate_size": 32}, "have another shape than its config.json tells in"),
        ({"hn_n_layers": 3}, "lack 'model.encoder.layer.2"),
        ({"hn_n_layers": 1}, "have besides 'model.encoder.layer.1"),
    ],
)
def test_another_layout_is_refused_in_one_sentence(config: dict[str, Any], why: str, tmp_path: Path) -> None:
    folder = saved(tmp_path / "other", drawn(layout(WIDTH, 300)), **config)
    with pytest.raises(UserError) as caught:
        open_hypernetwork(str(folder), "cpu")
    said = str(caught.value)
    assert said.startswith("other is no hypernetwork of a layout that is read here: ")
    assert why in said
    assert "Give a checkpoint of ZeTT" in said


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    folder = saved(tmp_path / "one", drawn(layout(WIDTH, 300)))
    (folder / "config.json").write_text("{")
    with pytest.raises(UserError, match=r"config\.json of one cannot be read"):
        open_hypernetwork(str(folder), "cpu")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(UserError, match="a format that can carry a program"):
        open_hypernetwork(str(folder), "cpu")
    with pytest.raises(UserError, match="There is no hypernetwork at"):
        open_hypernetwork(str(tmp_path / "none"), "cpu")
    with pytest.raises(UserError, match="shipped hypernetwork"):
        open_hypernetwork("shipped:tiny-world", "cpu")


def test_one_made_for_another_model_is_refused() -> None:
    model, tied = llama(OLD), llama(OLD, tied=True)
    for shape, of, why in (
        (layout(24, 300), model, "predicts rows 24 wide, and those of lab are 32 wide"),
        (layout(WIDTH, 500), model, "was trained for a vocabulary of 500 tokens, and lab has 300 tokens"),
        (layout(WIDTH, 300), tied, "predicts rows of input and head, and lab has one matrix for both"),
        (layout(WIDTH, 300, both=False), model, "predicts one row for both, and lab has a head of its own"),
        (layout(WIDTH, 300, model="shipped:a", content="f" * 64), model, "was trained for the rows of shipped:a"),
    ):
        with pytest.raises(UserError, match=f"{why}.* Give one that was trained for this model"):
            check_fits(Hypernetwork("one", "test:one", drawn(shape), "0"), of)
    check_fits(Hypernetwork("one", "test:one", drawn(layout(WIDTH, 300, both=False)), "0"), tied)


def test_without_one_the_method_says_how_to_get_it() -> None:
    with pytest.raises(UserError, match=r"none ships for it\. Give one"):
        transplant(problem(llama(OLD), None), METHOD)


@pytest.mark.slow
def test_the_shipped_one_is_small_and_reads_better_than_the_subword_mean() -> None:
    """On the first sentences of our own sample, which it was not trained on, with a tokenizer that was not drawn."""
    from core.models.score import score

    model, new = open_model("shipped:tiny-english", "cpu"), open_model("shipped:tiny-world", "cpu").tokenizer
    folder = SHIPPED / "tiny-english"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 4e6
    about = json.loads((folder / "quality.json").read_text())
    assert f"{about['seconds']} s of one processor" in (folder / "README.md").read_text()
    one = open_hypernetwork("shipped:tiny-english", "cpu")
    check_fits(one, model)
    at_hand = Problem(
        model.tokenizer, new, model.matrices(), resources=Resources(hypernetwork=one), old_roles=model.special_ids
    )
    bits = {}
    for key in ("subword_mean", "zett"):
        found = transplant(at_hand, METHODS.get(key))
        bits[key] = score(model.with_matrices(found.matrices, new, found.special_ids), ENGLISH).bits_per_byte
    assert bits["zett"] < bits["subword_mean"]


def test_a_comparison_knows_the_network_from_the_model_of_its_name() -> None:
    """Both are shipped:tiny-english, and a job took the one for a changed other."""
    plan = Plan("shipped:tiny-english", donor="shipped:tiny-world", methods=(Choice("zett"),))
    asked = submission(outlined(plan))
    names = [each.name for each in asked.inputs]
    assert "hypernetwork shipped:tiny-english" in names
    assert len(set(names)) == len(names)
    without = submission(outlined(replace(plan, methods=(Choice("subword_mean"),))))
    assert [each.name for each in without.inputs] == [name for name in names if not name.startswith("hyper")]


@pytest.mark.usefixtures("one_thread")
def test_training_moves_the_network_and_nothing_of_the_model_and_gives_the_same_bits_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from core.models.build.texts import LANGUAGES, Part
    from core.transplants.hypernetworks.build import sampled as drawing
    from core.transplants.hypernetworks.build.course import Course
    from core.transplants.hypernetworks.build.made import layout_for
    from core.transplants.hypernetworks.build.train import train

    monkeypatch.setattr(drawing, "_DOCUMENTS", (20, 30))

    texts = tuple(f"{line} {n}" for n in range(12) for line in ENGLISH)
    parts = [Part(source, code, "none", texts) for code in LANGUAGES for source in ("FLORES-200 dev", "other")]
    model = open_model("shipped:tiny-english", "cpu", "float32")
    before = {name: values.clone() for name, values in model.module.state_dict().items()}
    shape = replace(layout_for(model), hidden=16, middle=16, heads=2, layers=1)
    (one, facts), (again, _) = (train(model, shape, parts, Course(steps=2)) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), again.state_dict().values(), strict=True))
    assert all(torch.equal(before[name], values) for name, values in model.module.state_dict().items())
    assert facts.pieces
    assert 2 * 3_000 <= facts.n_bytes <= 2 * 6_000
    assert float(one.output_projection[1].weight.detach().abs().max()) > 0


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("tied", [False, True])
def test_a_training_that_was_broken_off_goes_on_with_the_same_bits(
    tied: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a model with one matrix too, for which it could not be trained; first rows alone, then with text."""
    from core.models.build.texts import LANGUAGES, Part
    from core.transplants.hypernetworks.build import sampled as drawing
    from core.transplants.hypernetworks.build import train as training
    from core.transplants.hypernetworks.build.course import Course
    from core.transplants.hypernetworks.build.made import layout_for

    monkeypatch.setattr(drawing, "_DOCUMENTS", (20, 30))
    monkeypatch.setattr(training, "_SAVE_EVERY", 1)
    texts = tuple(f"{line} {n}" for n in range(4) for line in ENGLISH)
    parts = [Part(source, code, "none", texts) for code in LANGUAGES for source in ("FLORES-200 dev", "other")]
    model, course = llama(OLD, tied=tied, scale=0.3), Course(steps=6, rows_first=2, steps_each=2, batch_bytes=200)
    shape = replace(layout_for(model), hidden=16, middle=16, heads=2, layers=1)
    assert shape.both != tied
    whole, facts = training.train(model, shape, parts, course, tmp_path / "whole.pt")

    def stop(done: int, total: int, stage: str) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), listening(stop):
        training.train(model, shape, parts, course, tmp_path / "broken.pt")
    read = list[int]()
    with listening(lambda done, *_: read.append(done)):
        resumed, again = training.train(model, shape, parts, course, tmp_path / "broken.pt")
    assert read == [6], "it goes on behind what was kept"
    assert all(
        torch.equal(a, b) for a, b in zip(whole.state_dict().values(), resumed.state_dict().values(), strict=True)
    )
    assert replace(facts, seconds=0.0) == replace(again, seconds=0.0)
    check_fits(Hypernetwork("made", "test:made", whole, "0"), model)


def test_what_a_hypernetwork_cannot_be_trained_for_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from core.transplants.hypernetworks.build.__main__ import UNSEEN, main
    from core.transplants.hypernetworks.build.course import Course
    from core.transplants.hypernetworks.build.made import WantedNetwork, make

    model = llama(OLD)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    for one, folder, why in (
        (model, "full", "is there already"),
        (replace(model, special_ids={}), "new", "no token that stands before a text. Name another model"),
    ):
        with pytest.raises(UserError, match=why):
            make(WantedNetwork(one, UNSEEN, Course(steps=1), 1, tmp_path / folder, False), [])
        assert not (tmp_path / "new").exists()
    assert main(["shipped:tiny-english"]) == 2
    assert "or neither" in capsys.readouterr().err
