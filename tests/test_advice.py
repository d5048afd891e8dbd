"""Advice on screen is followed: what a message says to give is given, and then the transplant runs."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest

from components.lab.form import form as lab_form
from core.__main__ import main
from core.common.errors import UserError
from core.evaluation.base import EVALUATORS, EvalText, Reference, Subject
from core.evaluation.needs import METHOD, ORIGINAL, PARALLEL_TEXT, TRAINING_TEXT
from core.jobs.compute import compute
from core.jobs.job import KINDS, Context
from core.lab.documents import pieces, read_plain
from core.lab.foreseen import KIND
from core.lab.participants import opened, outlined
from core.lab.plan import Choice, Plan
from core.lab.submission import submission
from core.models.load import open_model
from core.models.text_encoder import open_encoder
from core.transplants import needs
from core.transplants.base import METHODS
from core.work.transplant import files
from tests.hub_server import Repo, running
from tests.hypernetworks import drawn, layout, saved
from tests.jobs_home import jobs_home
from tests.lab import GERMAN, byte_bpe, llama
from tests.lab_folders import pair, save
from tests.pages import unopened
from tests.test_command_line import refused

pytestmark = pytest.mark.usefixtures("no_trial")

Output = pytest.CaptureFixture[str]
ROOT = str(Path(__file__).parents[1])
ENGLISH_ONLY, GERMAN_ONLY = ("--language", "eng_Latn"), ("--language", "deu_Latn")
BOTH = (*ENGLISH_ONLY, *GERMAN_ONLY)
WORDS = {"the": "der", "and": "und", "cat": "katze", "dog": "hund", "of": "von", "in": "in", "is": "ist", "to": "zu"}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that messages ask for: models, an encoder, word vectors, a dictionary, texts."""
    folder = tmp_path_factory.mktemp("advice")
    pair(folder)
    save(llama(byte_bpe(360, "both"), 3, width=16, layers=1), folder / "helper")
    _save_encoder(folder / "encoder")
    draw = torch.Generator().manual_seed(0)
    meanings = torch.randn(len(WORDS), 8, generator=draw)
    _write_vectors(folder / "old.vec", list(WORDS), meanings)
    _write_vectors(folder / "new.vec", list(WORDS.values()), meanings.flip(1))
    spellings = byte_bpe(360, "both").vocabulary.spellings
    _write_vectors(folder / "tokens.vec", spellings, torch.randn(len(spellings), 8, generator=draw))
    (folder / "words.txt").write_text("".join(f"{a}\t{b}\n" for a, b in WORDS.items()))
    (folder / "swapped.txt").write_text("".join(f"{b}x\t{a}x\n" for a, b in WORDS.items()))
    (folder / "back.txt").write_text("".join(f"{b}\t{a}\n" for a, b in WORDS.items()))
    _write_vectors(folder / "other.vec", ["neither", "nor"], torch.ones(2, 8))
    (folder / "one.txt").write_text("one text and no more")
    (folder / "two.txt").write_text("one text<|endoftext|>another")
    (folder / "more.txt").write_text("<|endoftext|>".join(GERMAN * 4))
    return folder


def _write_vectors(file: Path, words: list[str], vectors: torch.Tensor) -> None:
    lines = [f"{word} {' '.join(f'{x:.4f}' for x in row)}" for word, row in zip(words, vectors.tolist(), strict=True)]
    file.write_text(f"{len(words)} {vectors.shape[1]}\n" + "\n".join(lines) + "\n")


def _save_encoder(folder: Path) -> None:
    """A small random BERT with the tokenizer of both languages, as sentence-transformers' repositories have it."""
    from transformers import BertConfig, BertModel

    torch.manual_seed(4)
    config = BertConfig(
        vocab_size=360, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=24, pad_token_id=0
    )
    BertModel(config).save_pretrained(folder)
    serialised = byte_bpe(360, "both").serialised()
    assert serialised is not None
    (folder / "tokenizer.json").write_bytes(serialised.data)


@pytest.fixture
def says(here: Path, tmp_path: Path, capsys: Output) -> Callable[..., str]:
    """What the command says of a transplant of the small English model that is refused."""

    def ask(method: str, *more: str) -> str:
        capsys.readouterr()
        return refused(capsys, *_line(here, tmp_path / "refused", method, more))

    return ask


@pytest.fixture
def runs(here: Path, tmp_path: Path, capsys: Output) -> Callable[..., dict[str, Any]]:
    """What the command says of a transplant that is written; its rows are numbers, some of them made by the method."""

    def ask(method: str, *more: str) -> dict[str, Any]:
        capsys.readouterr()
        out = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        assert main([*_line(here, out, method, more), "--json"]) == 0, capsys.readouterr().err
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        matrices = open_model(str(out), "cpu").matrices()
        assert torch.isfinite(matrices.input).all() and torch.isfinite(matrices.head).all()
        assert all(counts["solved"] + counts["composed"] for counts in found["rows"].values())
        return found

    return ask


def _line(here: Path, out: Path, method: str, more: tuple[str, ...]) -> list[str]:
    tokenizer = [] if "--donor" in more else ["--tokenizer", f"file:{here / 'donor' / 'tokenizer.json'}"]
    return [
        *("transplant", "--model", str(here / "base"), *tokenizer, "--method", method, "--out", str(out)),
        *("--sentences", "4", "--device", "cpu", *more),
    ]


Says, Runs = Callable[..., str], Callable[..., dict[str, Any]]


# what methods need


def test_a_donor(here: Path, says: Says, runs: Runs) -> None:
    assert needs.DONOR.advice in says("ridge", *BOTH)
    runs("ridge", *BOTH, "--donor", str(here / "donor"))


def test_a_helper(here: Path, says: Says, runs: Runs) -> None:
    assert needs.HELPER.advice in says("clp_transfer", *BOTH)
    runs("clp_transfer", *BOTH, "--donor", str(here / "donor"))
    runs("clp_transfer", *BOTH, "--helper", str(here / "helper"))
    said = says("clp_transfer", *BOTH, "--helper", str(here / "base"))
    assert "cannot be the helper" in said and "trained with that tokenizer" in said


def test_a_hypernetwork(here: Path, says: Says, runs: Runs) -> None:
    assert needs.HYPERNETWORK.advice in says("zett", *BOTH)
    fits, other = (saved(here / f"hyper{width}", drawn(layout(width, 300))) for width in (32, 24))
    made = runs("zett", *BOTH, "--hypernetwork", str(fits))
    assert any("predicts a bias of the head as well" in remark for remark in made["remarks"])
    assert "predicts rows 24 wide, and those of base are 32 wide" in says("zett", *BOTH, "--hypernetwork", str(other))
    assert not list(here.glob("refused*")), "nothing is written"


def test_models_that_turn_by_positions(here: Path, says: Says, runs: Runs) -> None:
    donor = ("--donor", str(_without_turns(here / "learnt-places")))
    assert needs.ROTARY.advice in says("omp_rotary", *BOTH, *donor)
    runs("omp_rotary", *BOTH, "--donor", str(here / "donor"), "--param", "k=2")
    runs("omp_robust", *BOTH, *donor, "--param", "k=2")


def _without_turns(folder: Path) -> Path:
    """A donor whose places are learnt rows."""
    from transformers import GPT2Config, GPT2LMHeadModel

    config = GPT2Config(vocab_size=360, n_embd=32, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0)
    GPT2LMHeadModel(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes((folder.parent / "donor" / name).read_bytes())
    return folder


def test_text_of_the_new_tokenizers_languages(here: Path, says: Says, runs: Runs) -> None:
    nothing = ("--corpus", "", "--file", str(here / "one.txt"))
    assert needs.TARGET_TEXT.advice in says("focus", *nothing)
    runs("focus", *BOTH, "--param", "min_count=1")
    runs("focus", *nothing, "--token-vectors", str(here / "tokens.vec"))
    runs("focus", *nothing, "--new-vectors", str(here / "new.vec"))
    assert "as its file spells them" in says("focus", *nothing, "--token-vectors", str(here / "other.vec"))


def test_word_vectors_and_a_dictionary(here: Path, says: Says, runs: Runs) -> None:
    files = ("--old-vectors", str(here / "old.vec"), "--new-vectors", str(here / "new.vec"))
    dictionary = ("--dictionary", str(here / "words.txt"))
    assert needs.WORD_VECTORS.advice in says("wechsel", *GERMAN_ONLY)
    assert needs.DICTIONARY.advice in says("wechsel", *GERMAN_ONLY, *files)
    given = runs("wechsel", *GERMAN_ONLY, *files, *dictionary)
    assert not any("for better rows" in remark for remark in given["remarks"])
    from_text = runs("wechsel", *BOTH)["remarks"]
    assert any("give two .vec files" in remark for remark in from_text)
    assert any("give a published one" in remark for remark in from_text)
    assert not any("give two .vec files" in remark for remark in runs("wechsel", *BOTH, *files)["remarks"])
    german = runs("wechsel", *BOTH, "--old-language", "deu_Latn", "--dictionary", str(here / "back.txt"))
    assert not any("give a published one" in remark for remark in german["remarks"])


def test_a_dictionary_of_these_languages_in_this_order(here: Path, says: Says, runs: Runs) -> None:
    files = ("--old-vectors", str(here / "old.vec"), "--new-vectors", str(here / "new.vec"))
    said = says("wechsel", *BOTH, *files, "--dictionary", str(here / "swapped.txt"))
    assert "Check that word vectors and dictionary are of these two languages, in this order." in said
    runs("wechsel", *BOTH, *files, "--dictionary", str(here / "words.txt"))


def test_more_text_or_word_vectors_in_a_file(here: Path, says: Says, runs: Runs) -> None:
    old = ("--old-vectors", str(here / "old.vec"), "--dictionary", str(here / "words.txt"))
    few = ("--corpus", "", "--file", str(here / "two.txt"))
    assert "Give more text, or word vectors in a file." in says("wechsel", *old, *few)
    runs("wechsel", *old, *few, "--new-vectors", str(here / "new.vec"))
    runs("wechsel", *old, *few, "--file", str(here / "more.txt"))


def test_translations(here: Path, says: Says, runs: Runs) -> None:
    assert needs.PARALLEL_TEXT.advice in says("trans_tokenization", *GERMAN_ONLY)
    runs("trans_tokenization", *BOTH)


def test_text_to_learn_from_and_the_whole_model(here: Path, says: Says, runs: Runs) -> None:
    assert needs.LEARNING_TEXT.advice in says("token_distillation", "--corpus", "", "--file", str(here / "one.txt"))
    assert needs.WHOLE_MODEL.advice in says("token_distillation", *BOTH, "--embeddings-only")
    runs("token_distillation", *BOTH, "--param", "passes=1")


def test_a_text_encoder(here: Path, runs: Runs) -> None:
    assert needs.ENCODER.advice in runs("token_adapt", *BOTH)["remarks"]
    for encoder in ("encoder", "helper"):  # what was trained to predict text turns it into states as well
        found = runs("token_adapt", *BOTH, "--encoder", str(here / encoder))
        assert needs.ENCODER.advice not in found["remarks"]


def test_a_smaller_k_or_the_robust_pursuit(here: Path, runs: Runs) -> None:
    donor = (*BOTH, "--donor", str(here / "donor"))
    advice = "Use a smaller k, or OMP robust."
    assert any(advice in remark for remark in runs("omp_published", *donor, "--param", "k=64")["remarks"])
    for followed in (("omp_published", *donor, "--param", "k=4"), ("omp_robust", *donor, "--param", "k=64")):
        assert not any(advice in remark for remark in runs(*followed)["remarks"])


def test_all_that_methods_need_is_followed_here() -> None:
    followed = {needs.DONOR, needs.HELPER, needs.TARGET_TEXT, needs.WORD_VECTORS, needs.DICTIONARY}
    followed |= {
        needs.PARALLEL_TEXT,
        needs.ENCODER,
        needs.LEARNING_TEXT,
        needs.WHOLE_MODEL,
        needs.HYPERNETWORK,
        needs.ROTARY,
    }
    declared = {need for one in METHODS.all().values() for need in (*one.needs, *one.better_with)}
    assert declared == followed | {needs.ANCHORS}  # which advises nothing


# what measures need


def test_what_measures_need(here: Path, capsys: Output) -> None:
    file = ["--file", str(here / "more.txt"), "--device", "cpu"]
    alone = ["evaluate", "--model", str(here / "base"), *file]
    compared = ["lab", "--model", str(here / "base"), "--donor", str(here / "donor"), "--method", "mean", *BOTH]
    compared += ["--sentences", "4", "--device", "cpu"]
    beside = [*alone, "--reference", str(here / "donor")]
    assert ORIGINAL.advice in refused(capsys, *alone, "--measure", "perplexity_ratio")
    assert _numbers(capsys, *beside, "--measure", "perplexity_ratio")
    assert METHOD.advice in refused(capsys, *beside, "--measure", "held_out_anchors")
    assert PARALLEL_TEXT.advice in refused(capsys, *alone, "--measure", "bits_per_sentence")
    rows = _numbers(capsys, *compared, "--measure", "held_out_anchors", "--measure", "bits_per_sentence")["rows"]
    taken = {name.partition(".")[0] for row in rows for name, n in row["measures"].items() if n["value"] is not None}
    assert taken >= {"held_out_anchors", "bits_per_sentence"}


def test_more_than_one_text_for_what_trains(here: Path, capsys: Output) -> None:
    one = ["evaluate", "--model", str(here / "base"), "--file", str(here / "one.txt"), "--device", "cpu"]
    assert TRAINING_TEXT.advice in refused(capsys, *one, "--measure", "recovery")
    texts = tuple(EvalText("", "", text) for text in pieces(read_plain(str(here / "more.txt"))).texts)
    subject = Subject(open_model(str(here / "base"), "cpu"), Reference(texts))  # as the command makes it
    short = {"steps": 2, "then_steps": 0, "batch_bytes": 64, "seeds": 1, "points": 1, "bytes": 400}
    assert EVALUATORS.get("recovery").measure(subject, short).numbers


def _numbers(capsys: Output, *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0, capsys.readouterr().err
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


# through a plan and its job


@pytest.fixture
def plan(here: Path) -> Plan:
    """All that can be given, for the methods that it is given for."""
    return Plan(
        f"file:{here / 'base'}",
        f"file:{here / 'donor' / 'tokenizer.json'}",
        methods=tuple(map(Choice, ("clp_transfer", "token_adapt", "focus", "wechsel"))),
        languages=("eng_Latn", "deu_Latn"),
        sentences=4,
        dictionary=str(here / "words.txt"),
        old_vectors=str(here / "old.vec"),
        new_vectors=str(here / "new.vec"),
        token_vectors=str(here / "tokens.vec"),
        helper=f"file:{here / 'helper'}",
        encoder=f"file:{here / 'encoder'}",
        device="cpu",
    )


def test_a_job_has_what_its_plan_names(plan: Plan, here: Path) -> None:
    handed = submission(outlined(plan))
    assert handed.inputs == opened(plan).inputs
    assert {Path(each.name).name for each in handed.inputs} >= {"helper", "encoder", "tokens.vec", "words.txt"}
    assert {here / name for name in ("tokens.vec", "old.vec", "new.vec", "words.txt")} <= set(files(handed.params))
    context = Context(handed.params, handed.inputs, "cpu")
    for unit in KINDS.get(KIND).units(context):
        if unit.value.get("choice", {}).get("key") in ("clp_transfer", "token_adapt", "focus", "wechsel"):
            found = json.dumps(compute(KIND, unit, context).facts)
            assert "for better rows" not in found


def test_a_job_is_another_one_when_a_file_or_a_model_is(plan: Plan, here: Path) -> None:
    keys = {submission(outlined(plan)).inputs}
    file, config = here / "tokens.vec", here / "encoder" / "config.json"
    for changed in (file, config):
        before = changed.read_bytes()
        changed.write_bytes(
            before.replace(b"\n", b" \n", 1) if changed == config else before + b"more 1 2 3 4 5 6 7 8\n"
        )
        keys.add(submission(outlined(plan)).inputs)
        changed.write_bytes(before)
    assert len(keys) == 3


def test_a_plan_without_them_is_written_as_before(plan: Plan) -> None:
    bare = Plan("shipped:a", "file:b", methods=(Choice("mean"),))
    assert set(bare.to_json()) == {"model", "tokenizer", "methods"}
    assert {"helper", "encoder", "token_vectors"} <= set(plan.to_json())


@pytest.mark.parametrize("field", ["helper", "encoder", "dictionary", "old_vectors", "new_vectors", "token_vectors"])
def test_a_visitor_names_no_files_where_paths_are_off(plan: Plan, field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_PATHS", "off")
    asked = Plan("shipped:tiny-english", donor="shipped:tiny-world", **{field: getattr(plan, field)})
    with pytest.raises(UserError, match="does not open files by path"):
        submission(outlined(asked))


# text encoders


def test_an_encoder_averages_the_states_of_a_text(here: Path) -> None:
    encoder = open_encoder(str(here / "encoder"), "cpu")
    ids = encoder.tokenizer.encode("the cat").ids
    with torch.no_grad():
        expected = encoder.module(input_ids=torch.tensor([ids])).last_hidden_state[0].mean(0)
    found = encoder(["the cat", "", "the dog and the cat sat on the mat"])
    assert torch.allclose(found[0], expected, atol=1e-6)
    assert found.shape == (3, 16) and not found[1].any()
    assert open_encoder(str(here / "encoder"), "cpu", weights=False).fingerprint == encoder.fingerprint


def test_what_is_no_encoder_is_refused(here: Path, tmp_path: Path) -> None:
    for spec, says in (
        ("/nowhere/at/all", "There is no text encoder"),
        ("shipped:tiny-englsh", "tiny-english"),
        (str(here), "no weights"),
    ):
        with pytest.raises(UserError, match=says):
            open_encoder(spec, "cpu")
    folder = tmp_path / "encoder"
    _save_encoder(folder)
    told = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**told, "vocab_size": 100}))
    with pytest.raises(UserError, match="more tokens"):
        open_encoder(str(folder), "cpu")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(UserError, match=r"has no tokenizer\.json"):
        open_encoder(str(folder), "cpu")


def test_an_encoder_of_the_hub_is_looked_at_before_its_weights_are_fetched(here: Path, tmp_path: Path) -> None:
    client = """if True:
        from core.models.text_encoder import open_encoder
        looked = open_encoder("hub:acme/encoder", "cpu", weights=False)
        print(looked.name, looked.content, looked.n_bytes, flush=True)
        input()
        found = open_encoder("hub:acme/encoder", "cpu")
        assert (found.fingerprint, found.n_bytes) == (looked.fingerprint, looked.n_bytes)
        print(found(["the cat"])[0].tolist(), flush=True)
    """
    repository = Repo({path.name: path.read_bytes() for path in (here / "encoder").iterdir()})
    with running({"acme/encoder": repository}) as hub:
        environment = {
            **{
                "PATH": "/usr/bin:/bin",
                "HF_ENDPOINT": hub.address,
                "HF_HOME": str(tmp_path / "hf"),
                "PYTHONPATH": ROOT,
            },
            **{"TOKEN_ATLAS_HOME": str(tmp_path / "atlas"), "TOKEN_ATLAS_VET": "off", "OMP_NUM_THREADS": "1"},
        }
        with Popen([sys.executable, "-c", client], stdin=PIPE, stdout=PIPE, text=True, env=environment) as process:
            assert process.stdin is not None and process.stdout is not None
            name, content, _ = process.stdout.readline().split()
            assert (name, content) == ("acme/encoder", hub.repos["acme/encoder"].commit)
            assert not any("safetensors" in asked for asked in hub.requests if "/resolve/" in asked)
            vector = json.loads(process.communicate("\n", timeout=240)[0])
    assert vector == pytest.approx(open_encoder(str(here / "encoder"), "cpu")(["the cat"])[0].tolist(), abs=1e-6)


# in the lab's form


def _form(here: Path, helper: str | None = None) -> AppTest:
    """The page with a method that needs a helper or a donor, and with what was typed as helper."""
    page = unopened("transplants")
    state = page.session_state
    state["lab_model"], state["lab_donor"], state["lab_helper"] = f"file:{here / 'base'}", None, helper
    state["lab_tokenizer"] = f"file:{here / 'donor' / 'tokenizer.json'}"
    state["lab_methods"], state["lab_sentences"] = ["clp_transfer", "mean"], 4
    state["lab_languages"] = ["eng_Latn", "deu_Latn"]
    page.run()
    assert not page.exception and not page.error
    return page


@pytest.mark.usefixtures("looks_here")
def test_the_form_takes_a_helper_when_it_says_that_one_is_needed(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[Plan | None]()
    monkeypatch.setattr(lab_form, "Plan", lambda *a, **k: asked.append(Plan(*a, **k)) or asked[-1])
    with jobs_home(tmp_path / "home"):
        lacking = _form(here)
        assert any("give such a model as the helper" in each.value for each in lacking.warning)
        assert lacking.selectbox(key="lab_helper").value is None
        assert not any("Left out" in each.value for each in _form(here, str(here / "helper")).warning)
    plan = asked[-1]
    assert plan is not None and plan.helper == f"file:{here / 'helper'}"
    handed = submission(outlined(replace(plan, device="cpu")))
    context = Context(handed.params, handed.inputs, "cpu")
    unit = next(each for each in KINDS.get(KIND).units(context) if each.name == "clp_transfer")
    assert compute(KIND, unit, context).facts
