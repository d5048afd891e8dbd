"""Transplants on the command line: what is written loads in transformers, and what cannot be done leaves nothing."""

import json
import os
import pickle
import re
import resource
import shutil
import struct
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file

from core.__main__ import main
from core.cli.lab import COMMAND, asked_plan
from core.common.errors import UserError
from core.evaluation.base import EVALUATORS
from core.jobs.queue import Jobs
from core.lab import low_memory
from core.lab import run as lab_run
from core.models import export as exporting
from core.models.device import out_of_memory
from core.models.export import export
from core.models.load import open_model
from core.models.loadable_tokenizer import loadable
from core.models.origin import ModelOrigin, origin_of_folder, origin_of_gguf
from core.models.score import score
from core.tokenizers.catalog import open_path
from core.tokenizers.tokenizer import PLAIN
from core.transplants.base import METHODS, Method, Transplanted
from core.transplants.problem import Problem
from tests import formats
from tests.datafolder import DATA, TOKENIZERS, needs_data
from tests.jobs_home import jobs_home
from tests.lab import lab
from tests.lab_folders import pair, save
from tests.test_command_line import refused
from tests.tiny_models import opened

pytestmark = pytest.mark.usefixtures("no_trial")

Output = pytest.CaptureFixture[str]
ROOT = Path(__file__).resolve().parent.parent
TEXT = ["--language", "English", "--language", "deu_Latn", "--sentences", "12", "--device", "cpu"]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return pair(tmp_path_factory.mktemp("models"))


def answered(capsys: Output, *arguments: str) -> dict[str, Any]:
    capsys.readouterr()  # what making the models printed
    assert main([*arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert not err and out.count("\n") == 1
    found: dict[str, Any] = json.loads(out)
    return found


# what is written


@pytest.mark.parametrize("tied", [False, True])
def test_a_transplant_loads_in_transformers_and_gives_the_same_bits(tmp_path: Path, capsys: Output, tied: bool) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    base, donor = pair(tmp_path, tied=tied)
    out = tmp_path / "new"
    names = ["--model", str(base), "--donor", str(donor), "--method", "subword_mean", "--out", str(out)]
    ahead = answered(capsys, "transplant", *names, *TEXT, "--dry-run")
    assert not out.exists() and ahead["seconds"] > 0
    found = answered(capsys, "transplant", *names, *TEXT)
    same = ("model", "tokenizer", "donor", "method", "params", "seed", "vocabulary", "match", "out")
    assert {key: ahead[key] for key in same} == {key: found[key] for key in same}
    for side, counts in found["rows"].items():
        n_made = counts["composed"] + counts["solved"]
        assert ahead["rows"][side] == {"copied": counts["copied"], "made": n_made, "unused": counts["fallback"]}
    weights = (out / "model.safetensors").stat().st_size
    assert 0 < weights - ahead["bytes"] < 8_192, "but for the names of tensors"
    assert ahead["parameters"]["transplant"] == open_model(str(out), "cpu").n_parameters
    assert found["rows"]["input"]["copied"] + found["rows"]["input"]["composed"] == found["vocabulary"] == 360
    assert set(found["rows"]) == ({"input"} if tied else {"input", "output"})
    load: Any = AutoModelForCausalLM.from_pretrained
    module, tokenizer = load(out), AutoTokenizer.from_pretrained(out)
    assert module.config.vocab_size == len(tokenizer) == 360 and module.config.tie_word_embeddings is tied
    assert tokenizer.eos_token == "<|end|>" and module.generation_config.eos_token_id == tokenizer.eos_token_id
    text = "die Katze saß auf der Matte"
    ids = [tokenizer.eos_token_id, *tokenizer(text, add_special_tokens=False)["input_ids"]]
    with torch.no_grad():
        logits = module(torch.tensor([ids])).logits[0, :-1].double()
    nats = float(-logits.log_softmax(1)[range(len(ids) - 1), ids[1:]].sum())
    assert score(open_model(str(out), "cpu"), [text]).total_nats == pytest.approx(nats, rel=1e-5)
    assert tokenizer.decode(ids[1:]) == text
    card = (out / "README.md").read_text()
    assert "Subword mean" in card and "| input | 294 |" in card and "bits/byte" in card
    facts = json.loads((out / "transplant.json").read_text())
    measured = facts["measured"][0]["transplant"]["value"]
    assert measured == pytest.approx(found["measured"]["bits_per_byte"]["transplant"])
    assert len({path.stat().st_mode for path in out.iterdir()}) == 1


def header(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / "README.md").read_text().split("---\n")[1])
    return found


def test_the_card_says_licence_and_source_and_its_code_runs(
    models: tuple[Path, Path], tmp_path: Path, capsys: Output
) -> None:
    base, new, plain = tmp_path / "base", tmp_path / "new", tmp_path / "plain"
    shutil.copytree(models[0], base)
    (base / "README.md").write_text("---\nlanguage: en\nlicense: 'Apache-2.0' # of the weights\n---\n# A model\n")
    line = ["--tokenizer", "file:data/models/tiny-world", "--method", "mean", *TEXT]
    answered(capsys, "transplant", "--model", str(base), *line, "--out", str(new))
    assert header(new) == {
        "license": "apache-2.0",
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "tags": ["tokenizer-transplant", "token-atlas"],
    }
    card = (new / "README.md").read_text()
    assert "The new tokenizer is tiny-world (`file:data/models/tiny-world`)." in card
    assert re.search(r"\| bits per byte \| bits/byte \| \d\.\d{3} \(\d\.\d{3} – \d\.\d{3}\) \|", card)
    code = card.partition("```python\n")[2].partition("```")[0]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=new, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith("The weather in the north")
    answered(capsys, "transplant", "--model", str(models[0]), *line, "--out", str(plain))
    assert "license" not in header(plain) and "name no licence" in (plain / "README.md").read_text()
    assert json.loads((plain / "transplant.json").read_text())["licence"] is None


def test_the_licence_of_a_model_is_what_its_files_name(tmp_path: Path) -> None:
    said = "---\nlicense: {}\n---\n"
    for card, licence in (
        (said.format("mit"), "mit"), (said.format("[mit, other]"), ""), ("license: mit\n", ""),
        ("---\na: 1\n---\n", ""),
        (said.format("'x: y'"), ""), (said.format("mit").replace("\n", "\r\n"), "mit"),
    ):  # fmt: skip
        (tmp_path / "README.md").write_text(card, newline="")
        assert origin_of_folder(tmp_path, None).licence == licence, card
    (tmp_path / "README.md").unlink()
    assert origin_of_folder(tmp_path, SimpleNamespace(license="MIT"), "a/b") == ModelOrigin("mit", "a/b")
    values = {"general.license": "apache-2.0", "general.base_model.0.repo_url": "https://huggingface.co/a/b"}
    assert origin_of_gguf(values) == ModelOrigin("apache-2.0", "a/b")
    assert origin_of_gguf({"general.base_model.0.repo_url": "https://evil.example/a/b"}) == ModelOrigin()


def test_evaluate_reads_what_transplant_wrote_as_it_measured_it(
    models: tuple[Path, Path], tmp_path: Path, capsys: Output
) -> None:
    base, donor = models
    text = tmp_path / "a.txt"
    text.write_text(
        "the cat sat on the mat<|endoftext|>\n" * 5 + "die Katze saß<|endoftext|>was der Hund sagte<|endoftext|>" * 5
    )
    alone = answered(capsys, "evaluate", "--model", str(donor), "--file", str(text))
    beside = answered(capsys, "evaluate", "--model", str(base), "--reference", str(donor), "--file", str(text))
    assert alone["documents"] == 15 and alone["resampled"] == "documents"
    assert alone["low"] < alone["bits_per_byte"] < alone["high"]
    assert beside["reference"]["bits_per_byte"] == pytest.approx(alone["bits_per_byte"])
    difference = beside["bits_per_byte"] - beside["reference"]["bits_per_byte"]
    assert beside["difference"]["bits_per_byte"] == pytest.approx(difference)
    assert beside["bytes"] == alone["bytes"] == 5 * len("the cat sat on the mat") + 5 * 14 + 5 * 18


def test_a_long_document_is_resampled_by_blocks_that_add_up(
    models: tuple[Path, Path], tmp_path: Path, capsys: Output
) -> None:
    text = tmp_path / "a.txt"
    text.write_text("the cat sat on the mat and the dog sat by the door\n" * 60)
    found = answered(capsys, "evaluate", "--model", str(models[0]), "--file", str(text), "--measure", "mass_audit")
    assert found["documents"] == 1 and found["resampled"] == "blocks of 200 bytes"
    assert found["low"] < found["bits_per_byte"] < found["high"]
    whole = score(open_model(str(models[0]), "cpu"), [text.read_text()], window_bytes=found["window_bytes"])
    assert found["bits_per_byte"] == pytest.approx(whole.bits_per_byte, rel=1e-9)
    assert "mass_audit" in found["measures"]


@needs_data
def test_evaluate_gives_the_known_figure_of_stories260k(capsys: Output) -> None:
    stories, text = DATA / "models" / "stories260K" / "stories260K.bin", DATA / "mono" / "tinystories_sample.txt"
    found = answered(capsys, "evaluate", "--model", str(stories), "--file", str(text), "--device", "cpu")
    assert round(found["bits_per_byte"], 3) == 0.887
    assert found["low"] < 0.887 < found["high"] and found["tokens"] == 1804


@needs_data
@pytest.mark.slow
def test_a_real_model_takes_another_tokenizer_and_can_be_read_again(tmp_path: Path, capsys: Output) -> None:
    stories = DATA / "models" / "stories260K" / "stories260K.bin"
    new = TOKENIZERS / "tiktoken" / "p50k_base.tiktoken"
    out = tmp_path / "new"
    names = ["--model", str(stories), "--tokenizer", f"file:{new}", "--method", "subword_mean", "--out", str(out)]
    found = answered(capsys, "transplant", *names, "--sentences", "4", "--language", "eng_Latn", "--device", "cpu")
    assert found["vocabulary"] >= 50_280
    text = DATA / "mono" / "tinystories_sample.txt"
    measured = answered(capsys, "evaluate", "--model", str(out), "--file", str(text), "--device", "cpu")
    assert measured["tokens"] < 1804 and 0.887 < measured["bits_per_byte"] < 8


@needs_data
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("tiktoken/llama3.tokenizer.model", marks=pytest.mark.slow),
        "tiktoken/p50k_base.tiktoken",
        "sentencepiece/mistral_v1.model",
        "llama2c/llama2_tokenizer.bin",
    ],
)
def test_other_formats_become_a_tokenizer_json_that_cuts_alike(name: str, tmp_path: Path) -> None:
    place = TOKENIZERS / name
    if not place.exists():
        pytest.skip(f"no {name}")
    tokenizer = open_path("test:a", place)
    lines = ["Naïve café,  2024:\n\n\tdef f(x): return 你好", "I'LL go  \n ", "▁<0x41>", "हिन्दी में लिखा हुआ"]
    path = tmp_path / "tokenizer.json"
    path.write_bytes(loadable(tokenizer, lines))  # compares 6,500 lines itself, and refuses on a difference
    again = open_path("test:b", path)
    for one, other in zip(tokenizer.encode_many(lines), again.encode_many(lines), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("name", ["tekken", "js tiktoken", "minbpe"])
def test_a_tokenizer_of_ranks_becomes_that_of_a_shipped_model(name: str, tmp_path: Path, capsys: Output) -> None:
    """Tekken's tekken.json, and two siblings that are a list of tokens by rank or of merges as well."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    new = formats.write(tmp_path / "new", formats.made(name))
    out = tmp_path / "out"
    line = ["--model", "shipped:tiny-english", "--tokenizer", f"file:{new}", "--method", "subword_mean"]
    found = answered(capsys, "transplant", *line, "--out", str(out), *TEXT)
    bits = found["measured"]["bits_per_byte"]
    assert bits["original"] < bits["transplant"] < 8
    load: Any = AutoModelForCausalLM.from_pretrained
    module, tokenizer = load(out), AutoTokenizer.from_pretrained(out)
    text = "the cat said hello,  \n123 Größe 你好"
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert ids == open_path("test:a", new).encode(text, PLAIN).ids.tolist()
    assert tokenizer.decode(ids) == text
    written = module.generate(torch.tensor([ids]), attention_mask=torch.ones(1, len(ids)), max_new_tokens=4)
    assert written.shape[1] > len(ids)


@pytest.mark.slow
def test_the_tekken_of_mistral_becomes_that_of_a_shipped_model(tmp_path: Path, capsys: Output) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    out = tmp_path / "out"
    line = ["--model", "shipped:tiny-english", "--tokenizer", "mistral:tekken", "--method", "subword_mean"]
    found = answered(capsys, "transplant", *line, "--out", str(out), "--language", "eng_Latn", "--sentences", "3")
    assert [found["rows"]["input"][how] for how in ("copied", "composed", "fallback")] == [2925, 127_150, 997]
    load: Any = AutoModelForCausalLM.from_pretrained
    module, tokenizer = load(out), AutoTokenizer.from_pretrained(out)
    text = tokenizer("The weather in the north", return_tensors="pt")
    written = module.generate(text["input_ids"], attention_mask=text["attention_mask"], max_new_tokens=40)
    assert tokenizer.decode(written[0]) == "The weather in the north.</s>", "it ends as the base does"


def test_a_tokenizer_that_has_no_such_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot be written as tokenizer\.json|no tokenizer\.json"):
        loadable(open_path("test:a", _sentencepiece_words(tmp_path)))


def _sentencepiece_words(folder: Path) -> Path:
    import sentencepiece

    text = folder / "text.txt"
    text.write_text("the cat sat on the mat\n" * 20)
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(folder / "words"), model_type="word", vocab_size=8, minloglevel=2
    )
    return folder / "words.model"


# what must not be written


def refused_transplant(capsys: Output, base: Path, donor: Path | str, out: Path, *more: str) -> str:
    names = ["--model", str(base), "--donor", str(donor), "--method", "ridge", "--out", str(out)]
    before = sorted(out.parent.iterdir())
    found = refused(capsys, "transplant", *names, *TEXT, *more)
    assert sorted(out.parent.iterdir()) == before
    return found


def test_a_folder_that_exists_is_not_touched(models: tuple[Path, Path], tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "kept").mkdir()
    assert "exists. Nothing is overwritten" in refused_transplant(capsys, *models, tmp_path / "kept")
    assert list((tmp_path / "kept").iterdir()) == []
    assert "There is no folder" in refused(
        capsys, "transplant", "--model", str(models[0]), "--donor", str(models[1]), "--method", "mean", "--out",
        str(tmp_path / "none" / "new"), *TEXT,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--method", "rige"], "Did you mean ridge"),
        (["--param", "k"], "Write NAME=VALUE"),
        (["--param", "alpha=1"], "There is no parameter of ridge"),
        (["--param", "ridge=-2"], "give a number from"),
        (["--tokenizer", "builtin:utf8-bytes"], "stand for other bytes"),
        (["--corpus", "nowhere"], "There is no kind of corpus"),
        (["--language", "xxx_Latn"], "There is no language"),
        (["--device", "tpu"], "There is no device"),
    ],
)
def test_what_cannot_be_asked_is_one_line(
    models: tuple[Path, Path], tmp_path: Path, capsys: Output, more: list[str], says: str
) -> None:
    assert says in refused_transplant(capsys, *models, tmp_path / "new", *more)


def test_bad_models_are_refused_by_name(models: tuple[Path, Path], tmp_path: Path, capsys: Output) -> None:
    base, donor = models
    bad = tmp_path / "bad"
    out = tmp_path / "new"

    def copied(**config: object) -> Path:
        subprocess.run(["rm", "-rf", str(bad)], check=True)
        subprocess.run(["cp", "-r", str(base), str(bad)], check=True)
        document = json.loads((bad / "config.json").read_text()) | config
        (bad / "config.json").write_text(json.dumps(document))
        return bad

    copied(model_type="bert", architectures=["BertForMaskedLM"])
    assert "no causal language model" in refused_transplant(capsys, bad, donor, out)
    copied(model_type="t5", architectures=["T5ForConditionalGeneration"], is_encoder_decoder=True)
    assert "no causal language model" in refused_transplant(capsys, bad, donor, out)
    weights = copied() / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    assert "no whole safetensors file" in refused_transplant(capsys, bad, donor, out)
    weights.rename(bad / "pytorch_model.bin")
    (bad / "pytorch_model.bin").write_bytes(pickle.dumps({"a": 1}))
    assert "can carry a program" in refused_transplant(capsys, bad, donor, out)
    copied()
    tensors = load_file(bad / "model.safetensors")
    name = next(n for n in tensors if "embed" in n)
    save_file(
        {n: torch.full_like(t, torch.nan) if n == name else t for n, t in tensors.items()}, weights, {"format": "pt"}
    )
    assert "share no token with usable rows" in refused_transplant(capsys, bad, donor, out)
    assert "No input row of the model can be used" in refused_transplant(capsys, bad, donor, out, "--method", "mean")
    small = {n: t[:40] if n == name or "lm_head" in n else t for n, t in tensors.items()}
    copied(vocab_size=40)
    save_file({n: t.contiguous() for n, t in small.items()}, weights, {"format": "pt"})
    assert "do not belong together" in refused_transplant(capsys, base, bad, out)


def test_some_broken_rows_are_noted_and_not_spread(models: tuple[Path, Path], tmp_path: Path, capsys: Output) -> None:
    base, donor = tmp_path / "base", models[1]
    subprocess.run(["cp", "-r", str(models[0]), str(base)], check=True)
    weights = base / "model.safetensors"
    tensors = load_file(weights)
    name = next(n for n in tensors if "embed" in n)
    tensors[name][280] = torch.nan
    tensors[name][281] = 0
    save_file(tensors, weights, {"format": "pt"})
    names = ["--model", str(base), "--donor", str(donor), "--method", "ridge", "--out", str(tmp_path / "new")]
    found = answered(capsys, "transplant", *names, *TEXT)
    assert any("holds NaN or infinity" in remark for remark in found["remarks"])
    assert any("row of the model is zero" in remark for remark in found["remarks"])
    written = load_file(tmp_path / "new" / "model.safetensors")
    assert all(torch.isfinite(tensor).all() for tensor in written.values())


def test_a_donor_of_another_width_is_no_obstacle_to_what_needs_none(tmp_path: Path, capsys: Output) -> None:
    base, donor = pair(tmp_path, width=48)
    for key in ("ridge", "omp_robust", "procrustes"):
        names = ["--model", str(base), "--donor", str(donor), "--method", key, "--out", str(tmp_path / key)]
        assert answered(capsys, "transplant", *names, *TEXT)["rows"]["input"]["solved"] == 66


FULL = """
import resource, signal, sys
from core.__main__ import main
sys.dont_write_bytecode = True  # or bytecode of what is first imported below would be kept cut off
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))  # as a disk that is full: EFBIG
sys.exit(main(sys.argv[1:]))
"""


def test_a_disk_that_fills_up_leaves_nothing(models: tuple[Path, Path], tmp_path: Path) -> None:
    assert resource.RLIM_INFINITY  # the platform has limits
    names = ["--model", str(models[0]), "--donor", str(models[1]), "--method", "mean", "--out", str(tmp_path / "new")]
    environment = {**os.environ, "TOKEN_ATLAS_HOME": str(tmp_path / "home"), "TOKEN_ATLAS_VET": "off"}
    (tmp_path / "home").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", FULL, "transplant", *names, *TEXT],
        capture_output=True, text=True, cwd=ROOT, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "The disk is too full" in done.stderr and done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_disk_known_to_be_too_small_is_refused_before_writing(
    models: tuple[Path, Path], tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting.shutil, "disk_usage", lambda path: os.terminal_size((0, 0)) and _Usage(10_000))
    found = refused_transplant(capsys, *models, tmp_path / "new")
    assert "The disk is too full" in found and "MB are free" in found


class _Usage:
    def __init__(self, free: int) -> None:
        self.free = free


def test_what_reads_back_otherwise_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = lab().model
    monkeypatch.setattr(model.module, "save_pretrained", _damaging(model.module.save_pretrained))
    with pytest.raises(UserError, match="What was read back gives"):
        export(model, tmp_path / "new", "card", {}, ["the cat sat on the mat"])
    assert list(tmp_path.iterdir()) == []


def _damaging(real: Any) -> Any:
    def save_pretrained(folder: Path, **more: Any) -> None:
        real(folder, **more)
        path = folder / "model.safetensors"
        tensors = load_file(path)
        save_file({name: tensor * 1.01 for name, tensor in tensors.items()}, path, {"format": "pt"})

    return save_pretrained


@pytest.mark.parametrize("name", ["gpt2-tied", "phi-head-bias", "opt-narrow-embedding"])
def test_every_kind_of_head_survives_the_way_to_the_disk(tmp_path: Path, name: str) -> None:
    original = opened(tmp_path / "old", name)
    made = lab("subword_mean", original=original).model
    written = export(made, tmp_path / "new", "card", {}, ["the cat sat on the mat", "die Katze saß"])
    again = open_model(str(tmp_path / "new"), "cpu")
    assert again.tied is original.tied and again.n_rows == made.n_rows
    assert written.bits_per_byte == pytest.approx(
        score(made, ["the cat sat on the mat", "die Katze saß"]).bits_per_byte
    )


# memory that runs out


def test_memory_that_runs_out_makes_smaller_blocks_and_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, ceilings = lab().problem, list[int]()
    assert problem is not None
    real = low_memory.transplant

    def short_of_memory(problem: Problem, *rest: Any) -> Transplanted:
        ceilings.append(problem.memory_bytes)
        if problem.memory_bytes > 2**27:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(problem, *rest)

    monkeypatch.setattr(low_memory, "transplant", short_of_memory)
    found = low_memory.transplanted(problem, METHODS.get("mean"), {}, 0)
    assert ceilings == [2**30, 2**28, 2**26]
    assert any("ran out of memory" in remark and "64 MB" in remark for remark in found.remarks)
    monkeypatch.setattr(
        low_memory, "transplant", lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("out of memory"))
    )
    with pytest.raises(UserError, match="even in blocks of"):
        low_memory.transplanted(problem, METHODS.get("mean"), {}, 0)


# what is listed


def test_methods_and_measures_are_listed_with_their_definitions(capsys: Output) -> None:
    for command, words in (
        ("transplant", ("omp_robust: ", "--param k=")),
        ("evaluate", ("bits_per_byte: ", "Costs: ", "--measure recovery:steps=40  Steps of the first training.")),
        ("lab", ("omp_robust: ", "--param k=")),
    ):
        with pytest.raises(SystemExit) as ended:
            main([command, "--list"])
        assert ended.value.code == 0
        out = capsys.readouterr().out
        assert all(word in out for word in words)


def test_a_comparison_is_printed_with_its_verdict(models: tuple[Path, Path], capsys: Output) -> None:
    names = ["--model", str(models[0]), "--donor", str(models[1]), "--method", "ridge"]
    found = answered(capsys, "lab", *names, *TEXT)
    assert [row["role"] for row in found["rows"]] == ["original", "donor", "method", *["control"] * 3]
    assert set(found["beats_controls"]) == {"ridge"} and found["verdict"]
    cells = found["rows"][2]["cells"]["bits_per_byte"]
    assert {point["bits_per_byte"]["value"] for point in found["points"] if point["name"] == "ridge"} == {
        *cells["model_bits_per_byte"]
    }
    ahead = answered(capsys, "lab", *names, *TEXT, "--dry-run")
    assert ahead["shared"]["bytes"] > 200 and sum(ahead["made_by_class"].values()) == 66
    assert not any("a test needs" in remark for remark in ahead["remarks"])
    few = answered(capsys, "lab", *names, *TEXT, "--sentences", "9", "--dry-run")["remarks"]
    assert any(remark.startswith("9 texts are measured, and a test needs 10") for remark in few)


@pytest.fixture
def one_fails(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Subword mean cannot be applied as long as it is named here."""
    failing, applied = ["subword_mean"], lab_run.transplanted

    def transplanted(problem: Problem, method: Method, given: Any, seed: int) -> Transplanted:
        if method.key in failing:
            raise UserError("Nothing fits. Give others.")
        return applied(problem, method, given, seed)

    monkeypatch.setattr(lab_run, "transplanted", transplanted)
    return failing


SAID = "Subword mean (FVT): Nothing fits. Give others. 1 of 6 models could not be computed; the others are finished."


def test_a_method_that_fails_leaves_the_others_and_is_the_message(
    one_fails: list[str], models: tuple[Path, Path], capsys: Output
) -> None:
    names = ["--model", str(models[0]), "--donor", str(models[1]), "--method", "subword_mean"]
    short = ["--language", "eng_Latn", "--sentences", "3", "--device", "cpu"]
    asked = ["lab", *names, *short, "--measure", "bits_per_byte"]
    capsys.readouterr()
    assert main([*asked, "--json"]) == 2
    out, err = capsys.readouterr()
    assert err.strip() == json.loads(out)["failed"] == SAID
    assert [row["name"] for row in json.loads(out)["rows"]] == [
        "original", "donor", "mean", "random_coefficients", "shuffled_donor"
    ]  # fmt: skip
    assert main(asked) == 2
    out, err = capsys.readouterr()
    assert err.strip() == SAID and "Mean" in out


def test_a_kept_comparison_that_failed_says_why_and_the_same_line_goes_on(
    one_fails: list[str],
    models: tuple[Path, Path],
    capsys: Output,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.jobs.runner.launch.ensure_daemon", lambda *_: None)
    names = ["--model", str(models[0]), "--donor", str(models[1]), "--method", "subword_mean"]
    line = ["lab", *names, "--language", "eng_Latn", "--sentences", "3", "--device", "cpu", "--keep"]
    with jobs_home(tmp_path / "home"):
        capsys.readouterr()
        assert main(line) == 2
        (job,) = Jobs().newest()
        assert (job.state, job.message) == ("failed", SAID) and SAID in capsys.readouterr().err
        one_fails.clear()
        monkeypatch.setattr(lab_run, "original_outcome", None)  # would fail if it were computed again
        assert main(line) == 0
        assert Jobs().get(job.key).state == "done"


@pytest.mark.parametrize("command", ["lab", "transplant"])
@pytest.mark.parametrize("option", ["--tokenizer", "--donor", "--model"])
def test_a_second_tokenizer_is_refused_and_does_not_win_unsaid(command: str, option: str, capsys: Output) -> None:
    line = [command, option, "mistral:v3", option, "mistral:v1", "--method", "mean"]
    assert f"{option} is given twice" in refused(capsys, *line)


def test_what_was_asked_to_be_measured_is_printed_or_why_it_could_not(
    models: tuple[Path, Path], capsys: Output
) -> None:
    """Only bits per byte were printed: whoever asked for recovery did not see that there was too little text."""
    names = ["--model", str(models[0]), "--donor", str(models[1]), "--method", "mean"]
    measures = ["--measure", "bits_per_byte", "--measure", "mass_audit", "--measure", "recovery"]
    assert main(["lab", *names, "--language", "eng_Latn", "--sentences", "3", "--device", "cpu", *measures]) == 0
    out = capsys.readouterr().out
    assert all(f"{number.key}" in out for key in ("mass_audit", "recovery") for number in EVALUATORS.get(key).numbers)
    assert out.count("Give text of") == 1, "the reason, once for all models"


@pytest.mark.parametrize(
    ("line", "corpus"),
    [([], "sample"), (["--file", "a.txt"], ""), (["--file", "a.txt", "--corpus", "sample"], "sample")],
)
def test_a_file_alone_brings_no_sample_along(line: list[str], corpus: str) -> None:
    parser = ArgumentParser()
    COMMAND.arguments(parser)
    assert asked_plan(parser.parse_args(["--model", "a", "--donor", "b", *line])).corpus == corpus


def test_a_kept_comparison_is_a_run_and_is_not_computed_again(
    models: tuple[Path, Path], capsys: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.jobs.runner.launch.ensure_daemon", lambda *_: None)
    with jobs_home(tmp_path / "home"):
        names = ["--model", str(models[0]), "--donor", str(models[1]), "--method", "mean", *TEXT, "--keep", "--json"]
        assert main(["lab", *names]) == 0
        first = capsys.readouterr()
        job = Jobs().get(first.err.strip().rpartition("run=")[2])
        assert job.state == "done" and job.kind == "transplant"
        assert Jobs().newest()[0].key == job.key
        monkeypatch.setattr("core.lab.run.transplanted_outcome", None)  # would fail if anything were computed
        assert main(["lab", *names]) == 0
        assert capsys.readouterr().out == first.out


def test_llama2c_checkpoints_that_end_early_are_refused(tmp_path: Path, capsys: Output) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(struct.pack("<7i", 64, 172, 5, 8, 4, 512, 512) + bytes(1000))
    assert "a.bin" in refused(capsys, "evaluate", "--model", str(path), "--file", str(ROOT / "README.md"))


def test_what_torch_says_where_memory_runs_out_is_known() -> None:
    """Linux says it in other words than Windows and GPUs do, so no smaller block was ever tried on a processor."""
    with pytest.raises(RuntimeError) as said:
        torch.empty(2**56, dtype=torch.uint8)
    assert out_of_memory(said.value)


def test_saving_a_folder_is_what_the_tests_believe(tmp_path: Path) -> None:
    folder = save(lab().model, tmp_path / "a")
    assert open_model(str(folder), "cpu").n_rows == 360


def test_a_transplant_that_reads_no_text_exactly_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: Output, tmp_path: Path
) -> None:
    """Three sentences under BERT's cased vocabulary ended in a TypeError after the folder had been written."""
    none = {"bits_per_byte": {"transplant": None, "original": None}}
    document = {"rows": {"input": dict.fromkeys(("copied", "composed", "solved", "fallback"), 1)}, "measured": none,
                "remarks": [], "out": "there"}  # fmt: skip
    monkeypatch.setattr("core.cli.transplant._transplanted", lambda plan, out: document)
    asked = ["transplant", "--model", "shipped:tiny-english", "--donor", "shipped:tiny-world", "--method", "mean"]
    assert main([*asked, "--out", str(tmp_path / "new")]) == 0
    assert "bits per byte: not measured" in capsys.readouterr().out
