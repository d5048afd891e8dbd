"""A model goes on ending its texts when special tokens are parted, joined or renamed; only they differ here."""

import json
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
import torch

from core.common.errors import UserError
from core.evaluation.base import Reference, subject
from core.lab.model_folder import written
from core.lab.participants import opened as participants_of
from core.lab.plan import Choice, Plan
from core.lab.preview import setting
from core.models.export import export
from core.models.generation import Continuation, continuations
from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.models.shipped import SHIPPED
from core.tokenizers.catalog import open_path
from core.tokenizers.special_roles import without_end
from core.tokenizers.tokenizer import PLAIN, LocalTokenizer
from core.transplants.base import METHODS, transplant
from core.transplants.problem import Problem
from tests.lexicons import lexicon, random_matrices
from tests.tiny_models import opened

FORMS: dict[str, tuple[list[str], dict[str, str]]] = {
    "as GPT-2": (["<|endoftext|>"], {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}),
    "as Llama": (["<unk>", "<s>", "</s>"], {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}),
    "as ChatML": (["<|endoftext|>", "<|im_start|>", "<|im_end|>"], {"eos_token": "<|im_end|>"}),
    "padded": (["<s>", "</s>", "<pad>"], {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}),
    "classifying": (["[CLS]", "[SEP]", "<s>", "</s>"], {"bos_token": "<s>", "eos_token": "</s>"}),
    "as BERT": (["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], {"cls_token": "[CLS]", "sep_token": "[SEP]"}),
    "turns alone": (["<|im_start|>", "<|im_end|>"], {}),
    "a start alone": (["<s>"], {"bos_token": "<s>"}),
}
ENDLESS = {"without an end": (["<unk>", "<pad>"], dict[str, str]())}
PROMPTS = ("The weather in the north", "", "I like", "One of the")


@cache
def as_shipped(name: str) -> LanguageModel:
    """A model that ships, opened once for all that is made of it."""
    return open_model(f"shipped:{name}", device="cpu")


@cache
def written_by(name: str) -> list[Continuation]:
    """What it makes of each of the prompts."""
    return [continuations(as_shipped(name), prompt, (), 60)[0] for prompt in PROMPTS]


def with_specials(folder: Path, name: str, base: Path) -> LocalTokenizer:
    """The base's tokenizer with other special tokens in front; its text tokens stay."""
    specials, named = (FORMS | ENDLESS)[name]
    content = json.loads((base / "tokenizer.json").read_text())
    old = {token["content"] for token in content["added_tokens"]}
    text = [t for t, _ in sorted(content["model"]["vocab"].items(), key=lambda item: item[1]) if t not in old]
    content["model"]["vocab"] = {token: i for i, token in enumerate([*specials, *text])}
    usual = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    content["added_tokens"] = [{"id": i, "content": token, **usual} for i, token in enumerate(specials)]
    content["post_processor"] = None
    folder.mkdir(parents=True)
    (folder / "tokenizer.json").write_text(json.dumps(content))
    (folder / "tokenizer_config.json").write_text(json.dumps(named))
    return open_path(f"file:{folder}", folder)


def transplanted(model: LanguageModel, new: LocalTokenizer, method: str = "mean") -> LanguageModel:
    problem = Problem(model.tokenizer, new, model.matrices(), old_roles=model.special_ids)
    chosen = METHODS.get(method)
    return subject(problem, chosen, transplant(problem, chosen), Reference((), model)).model


@torch.no_grad()
def written_probability(model: LanguageModel, text: str) -> Mapping[str, float]:
    """Probability of the end after a text, and of all other special tokens together."""
    ids = [model.bos, *model.tokenizer.encode(text, PLAIN).ids.tolist()]
    probability = model.logits(torch.tensor([ids]))[0, -1].softmax(0)
    eos = model.special_ids["eos"]
    others = {i for _, i in model.tokenizer.info.specials} - {eos} - set(model.unwritten)
    return {"end": float(probability[eos]), "others": float(probability[sorted(others)].sum())}


@pytest.fixture(scope="module")
def one_token_for_both() -> LanguageModel:
    return as_shipped("tiny-english")


@pytest.fixture(scope="module")
def one_token_for_each() -> LanguageModel:
    return as_shipped("tiny-world")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("which", ["one_token_for_both", "one_token_for_each"])
def test_a_text_ends_where_it_ended(which: str, form: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    before: LanguageModel = request.getfixturevalue(which)
    after = transplanted(before, with_specials(tmp_path / "new", form, SHIPPED / before.name))
    for prompt, wanted in zip(PROMPTS, written_by(before.name), strict=True):
        found = continuations(after, prompt, (), 60)[0]
        assert (found.data, found.ended) == (wanted.data, wanted.ended)
    for text in ("The weather in the north", "He said that it was good."):
        wanted, found = written_probability(before, text), written_probability(after, text)
        assert found["end"] == pytest.approx(wanted["end"], rel=0.02, abs=1e-6)
        assert found["others"] < 0.01


@pytest.mark.parametrize("form", ["as Llama", "as ChatML", "classifying", "as BERT"])
def test_where_the_head_is_tied_generation_leaves_the_second_token_out(form: str, tmp_path: Path) -> None:
    before = opened(tmp_path / "base", "gpt2-tied")
    new = with_specials(tmp_path / "new", form, tmp_path / "base")
    after = transplanted(before, new)
    ids = dict(new.info.specials)
    end = after.special_ids["eos"]
    assert end not in after.unwritten
    shared = {i for i in ids.values() if torch.equal(after.matrices().input[i], after.matrices().input[end])} - {end}
    assert set(after.unwritten) == shared
    assert bool(shared) == (form != "as ChatML")
    assert after.module.generation_config.suppress_tokens == (sorted(shared) or None)
    one = torch.tensor([[after.bos if after.bos is not None else end]])
    torch.manual_seed(0)
    drawn = after.module.generate(one.expand(64, 1), do_sample=True, max_new_tokens=20, pad_token_id=end)
    assert not shared & set(drawn[:, 1:].flatten().tolist())


@pytest.mark.slow
def test_the_shipped_pair_with_different_texts_ends_too(tmp_path: Path) -> None:
    folder = tmp_path / "world"
    shutil.copytree(SHIPPED / "tiny-world", folder)
    before = as_shipped("tiny-english")
    after = transplanted(before, open_path(f"file:{folder}", folder), "subword_mean")
    probability = written_probability(after, "The weather in the north")
    assert probability["others"] < 0.01


@pytest.mark.parametrize("end", ["none", "another", "its own"])
def test_a_folder_that_ends_otherwise_is_not_kept(end: str, one_token_for_both: LanguageModel, tmp_path: Path) -> None:
    """It gives every text the same bits; only `generate` shows that it does not end where the model does."""
    before = one_token_for_both
    start = [before.bos, *before.tokenizer.encode(PROMPTS[0], PLAIN).ids.tolist()]
    likeliest = int(before.logits(torch.tensor([start]))[0, -1].argmax())
    model = before.with_matrices(before.matrices(), before.tokenizer, {"bos": before.bos, "eos": likeliest})
    ids = {"none": None, "another": (likeliest + 1) % before.n_rows, "its own": likeliest}
    for config in (model.module.generation_config, model.module.config):
        config.eos_token_id = ids[end]
    if end == "its own":
        assert export(model, tmp_path / "new", "", {}, [PROMPTS[0]]).n_texts == 1
        return
    with pytest.raises(UserError, match=r"goes on from .* it writes 24 tokens where the model ends after 1"):
        export(model, tmp_path / "new", "", {}, [PROMPTS[0]])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_ends_by_any_of_several_tokens_is_kept(one_token_for_both: LanguageModel, tmp_path: Path) -> None:
    before = one_token_for_both
    start = [before.bos, *before.tokenizer.encode(PROMPTS[0], PLAIN).ids.tolist()]
    likeliest = int(before.logits(torch.tensor([start]))[0, -1].argmax())
    ends = [(likeliest + 1) % before.n_rows, likeliest]
    model = before.with_matrices(before.matrices(), before.tokenizer, {"bos": before.bos, "eos": ends[0]})
    for config in (model.module.generation_config, model.module.config):
        config.eos_token_id = ends
    assert export(model, tmp_path / "new", "", {}, [PROMPTS[0]]).n_texts == 1
    assert json.loads((tmp_path / "new" / "generation_config.json").read_text())["eos_token_id"] == ends


@pytest.mark.parametrize("form", FORMS)
def test_what_is_exported_ends_as_the_base_does(form: str, one_token_for_both: LanguageModel, tmp_path: Path) -> None:
    after = transplanted(one_token_for_both, with_specials(tmp_path / "new", form, SHIPPED / one_token_for_both.name))
    export(after, tmp_path / "written", "", {}, [prompt for prompt in PROMPTS if prompt])
    again = open_model(str(tmp_path / "written"), device="cpu")
    for prompt, wanted in zip(PROMPTS, written_by(one_token_for_both.name), strict=True):
        found = continuations(again, prompt, (), 60)[0]
        assert (found.data, found.ended) == (wanted.data, wanted.ended)


@pytest.mark.parametrize("tied", [True, False])
def test_one_token_for_start_and_end_ends_texts_also_where_one_row_reads_and_predicts(tied: bool) -> None:
    """SmolLM2 under cl100k_base never ended: its one special token had the row of the start."""
    old, new = lexicon([], ("<s>", "</s>")), lexicon([], ("<|endoftext|>",))
    base = random_matrices(len(old.vocabulary), 8, 0, tied=tied)
    start, end = (dict(old.info.specials)[name] for name in ("<s>", "</s>"))
    at = dict(new.info.specials)["<|endoftext|>"]
    made = transplant(Problem(old, new, base), METHODS.get("mean")).matrices
    assert torch.equal(made.head[at], base.head[end])
    assert torch.equal(made.input[at], base.input[end if tied else start])


def test_a_tokenizer_without_an_end_is_said_before_and_after(tmp_path: Path) -> None:
    new = with_specials(tmp_path / "new", "without an end", SHIPPED / "tiny-english")
    spec = f"file:{tmp_path / 'new'}"
    plan = Plan("shipped:tiny-english", spec, methods=(Choice("mean"),), languages=("eng_Latn",), sentences=2)
    participants = participants_of(plan)
    said = without_end(new)
    assert said.startswith("new has no special token that ends a text")
    assert said in setting(participants).remarks
    assert said in written(participants, tmp_path / "out")["remarks"]
    assert said in (tmp_path / "out" / "README.md").read_text()
