"""Opening a model, its two matrices, and giving it others."""

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.common.errors import UserError
from core.models import memory
from core.models.config_numbers import refuse_absurd
from core.models.device import pick_device, pick_dtype
from core.models.language_model import LanguageModel
from core.models.llama2c import half_split, read_shape
from core.models.load import open_model, outline
from core.models.matrices import Matrices
from core.models.model_tokenizer import tokenizer_apart
from core.models.score import Slice, score
from core.models.special_ids import special_ids
from core.tokenizers.catalog import open_path
from core.tokenizers.tokenizer import LocalTokenizer
from tests.datafolder import DATA, needs_data
from tests.tiny import byte_level_bpe
from tests.tiny_models import NAMES, V, opened, saved

TEXTS = ["the cat sat on the mat", "naïve café 你好", "hello hello world"]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LanguageModel]:
    return {name: opened(tmp_path_factory.mktemp(name), name) for name in NAMES}


def rows(matrices: Matrices, order: torch.Tensor) -> Matrices:
    """The same rows in another order, or some of them twice."""
    return Matrices(*(None if m is None else m[order] for m in (matrices.input, matrices.output, matrices.bias)))


def permuted(folder: Path, order: list[int]) -> LocalTokenizer:
    """The byte-level tokenizer with its ids renamed: what was id order[i] is now i."""
    content = json.loads(byte_level_bpe(V))
    new = {old: i for i, old in enumerate(order)}
    content["model"]["vocab"] = {token: new[i] for token, i in content["model"]["vocab"].items()}
    for token in content["added_tokens"]:
        token["id"] = new[token["id"]]
    (folder / "tokenizer.json").write_text(json.dumps(content))
    (folder / "tokenizer_config.json").write_text(json.dumps({"eos_token": "<|end|>"}))
    return open_path(f"file:{folder}", folder)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_matrices_give_the_same_logits_bit_for_bit(models: dict[str, LanguageModel], name: str) -> None:
    model = models[name]
    other = model.with_matrices(model.matrices(), model.tokenizer, model.special_ids)
    ids = torch.arange(40).reshape(2, 20)
    assert torch.equal(model.logits(ids), other.logits(ids))
    assert other.fingerprint != ""
    assert other.tied == model.tied == (name != "llama-untied" and name not in ("phi-head-bias", "gpt-neox"))


@pytest.mark.parametrize("name", NAMES)
def test_a_permuted_vocabulary_changes_nothing(models: dict[str, LanguageModel], name: str, tmp_path: Path) -> None:
    model = models[name]
    order = torch.randperm(V, generator=torch.Generator().manual_seed(1))
    tokenizer = permuted(tmp_path, order.tolist())
    other = model.with_matrices(rows(model.matrices(), order), tokenizer, special_ids(tokenizer))
    assert other.bos != model.bos
    assert abs(score(other, TEXTS).bits_per_byte - score(model, TEXTS).bits_per_byte) < 1e-6


@pytest.mark.parametrize("name", NAMES)
def test_more_rows_leave_the_old_logits_and_all_else_in_step(models: dict[str, LanguageModel], name: str) -> None:
    model = models[name]
    before = model.matrices()
    kept = before.input.clone()
    more = rows(before, torch.arange(V + 7) % V)
    ids = {"bos": 3, "eos": 4, "pad": 5}
    other = model.with_matrices(more, model.tokenizer, ids)
    tokens = torch.arange(30).reshape(1, 30)
    torch.testing.assert_close(other.logits(tokens)[..., :V], model.logits(tokens))
    assert torch.equal(other.hidden(tokens)[-1], model.hidden(tokens)[-1])
    module = other.module
    assert module.config.vocab_size == module.get_output_embeddings().out_features == other.n_rows == V + 7
    assert (module.config.eos_token_id, module.generation_config.eos_token_id) == (4, 4)
    assert (module.config.bos_token_id, module.generation_config.pad_token_id, other.bos) == (3, 5, 3)
    assert other.tied == model.tied and other.matrices().tied == before.tied
    assert (other.matrices().bias is None) == (before.bias is None)
    assert other.fingerprint != model.fingerprint
    assert model.n_rows == model.module.config.vocab_size == V and torch.equal(model.matrices().input, kept)
    shared = {p.data_ptr() for p in model.module.parameters()}
    apart = [n for n, p in module.named_parameters() if p.data_ptr() not in shared]
    assert len(apart) == 1 + (not model.tied) + (before.bias is not None)


@pytest.mark.parametrize("name", ["gpt2-tied", "phi-head-bias", "mpt-alibi", "gemma2-soft-caps"])
def test_a_changed_model_is_saved_and_opened_again(models: dict[str, LanguageModel], name: str, tmp_path: Path) -> None:
    model = models[name]
    other = model.with_matrices(rows(model.matrices(), torch.arange(V + 8) % V), model.tokenizer, model.special_ids)
    other.module.save_pretrained(tmp_path)
    (tmp_path / "tokenizer.json").write_text(byte_level_bpe(V))
    again = open_model(str(tmp_path), device="cpu")
    assert again.tied == model.tied and again.n_rows == V + 8
    assert score(again, TEXTS).bits_per_byte == pytest.approx(score(other, TEXTS).bits_per_byte, rel=1e-6)


def test_matrices_of_another_kind_are_refused(models: dict[str, LanguageModel]) -> None:
    model = models["gpt2-tied"]
    own = model.matrices()
    for wrong, says in (
        (Matrices(own.input, own.input[:, :8]), "the new output"),
        (Matrices(own.input[:, :8]), "not"),
        (Matrices(own.input[:100]), "too few"),
    ):
        with pytest.raises(ValueError, match=says):
            model.with_matrices(wrong, model.tokenizer, {})


@pytest.mark.parametrize("name", NAMES)
def test_padding_on_either_side_changes_no_logits(models: dict[str, LanguageModel], name: str) -> None:
    model = models[name]
    ids = torch.arange(10, 22).reshape(1, 12)
    alone = model.logits(ids)
    for left, right in ((0, 5), (5, 0)):
        padded = torch.nn.functional.pad(ids, (left, right), value=7)
        mask = torch.nn.functional.pad(torch.ones_like(ids), (left, right))
        found = model.logits(padded, mask)[:, left : left + 12]
        torch.testing.assert_close(found, alone, rtol=1e-4, atol=1e-4)


def test_halves_of_a_head_turn_as_neighbours_do() -> None:
    x, rows_ = torch.randn(6), torch.randn(8, 6)  # two heads of four
    neighbours = (rows_ @ x).view(2, 2, 2)  # (head, pair, side)
    apart = (half_split(rows_, 4) @ x).view(2, 2, 2)  # (head, side, pair)
    torch.testing.assert_close(apart.transpose(1, 2), neighbours)


Damage = Callable[[Path], object]


def _edit(**changes: Any) -> Damage:
    def edit(folder: Path) -> None:
        path = folder / "config.json"
        config = {**json.loads(path.read_text()), **changes}
        path.write_text(json.dumps({k: v for k, v in config.items() if v is not None}))

    return edit


def _pickled(folder: Path) -> None:
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def _truncated(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def _lacking(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    save_file({k: v for k, v in weights.items() if "norm" not in k}, folder / "model.safetensors", {"format": "pt"})


def _encoder(folder: Path) -> None:
    from transformers import BertConfig, BertForMaskedLM, BertLMHeadModel

    config = BertConfig(
        vocab_size=V, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=64,
    )  # fmt: skip
    (folder / "model.safetensors").unlink()
    kind = BertLMHeadModel if folder.name == "posing" else BertForMaskedLM
    kind(config).save_pretrained(folder)


def _shard_missing(folder: Path) -> None:
    first, second = (f"model-0000{n}-of-00002.safetensors" for n in (1, 2))
    (folder / "model.safetensors").rename(folder / first)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": first, "b": second}}))


def _many_tensors(folder: Path) -> None:
    """A header of 17 MB, as long as it says."""
    entry = '"%07d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}'
    header = ("{" + ",".join(entry % n for n in range(300_000)) + "}").encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)


BAD: dict[str, tuple[Damage, str]] = {
    "pickled": (_pickled, "can carry a program"),
    "truncated": (_truncated, "promises"),
    "no header": (lambda f: (f / "model.safetensors").write_bytes(b"\xff" * 64), "header"),
    "git lfs pointer": (lambda f: (f / "model.safetensors").write_text("version https://git-lfs"), "LFS pointer"),
    "a tensor is missing": (_lacking, "lack"),
    "a shard is missing": (_shard_missing, "00002-of-00002"),
    "another shape": (_edit(intermediate_size=64), "another size of"),
    "no weights": (lambda f: (f / "model.safetensors").unlink(), "no weights"),
    "no config": (lambda f: (f / "config.json").unlink(), "no config.json"),
    "config cut off": (lambda f: (f / "config.json").write_text('{"model_type": "lla'), "cannot be read"),
    "config of nonsense": (_edit(hidden_size="wide"), "refused|cannot be built"),
    "unknown type": (_edit(model_type="unheard-of"), "does not know"),
    "remote code": (_edit(model_type="own", auto_map={"AutoModelForCausalLM": "evil.py"}), "never run here"),
    "quantised": (_edit(quantization_config={"quant_method": "gptq"}), "quantised"),
    "encoder": (_encoder, "BertForMaskedLM, no causal language model"),
    "posing": (_encoder, "looks ahead"),
    "encoder and decoder": (_edit(model_type="t5", architectures=["T5ForConditionalGeneration"]), "no causal"),
    "fifty million layers": (_edit(num_hidden_layers=50_000_000), "is 50\u202f000\u202f000, and 1\u202f024 layers"),
    "a million experts": (
        _edit(model_type="mixtral", num_local_experts=1_000_000),
        "'num_local_experts' is 1\u202f000\u202f000",
    ),
    "layers times experts": (_edit(model_type="mixtral", num_local_experts=4_000, num_hidden_layers=1_000), "in all"),
    "a vocabulary of billions": (_edit(vocab_size=10**12), "'vocab_size' is 1\u202f000\u202f000\u202f000\u202f000"),
    "too wide": (_edit(intermediate_size=2**40), "'intermediate_size' is 1\u202f099\u202f511\u202f627\u202f776"),
    "numbers in a part": (_edit(text_config={"n_layer": 10**9}), "'n_layer' is 1\u202f000\u202f000\u202f000"),
    "more layers than a float": (_edit(num_hidden_layers=1e300), "num_hidden_layers"),
    "nested configuration": (_edit(x=json.loads("[" * 99 + "]" * 99)), "nested"),
    "a list without end": (_edit(layer_types=["full_attention"] * 70_000), "list too long"),
    "a large configuration": (_edit(name="x" * 2**22), "over 4\u202f194\u202f304 bytes"),
    "a header of tensors": (_many_tensors, "more tensors than any model"),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), "tokenizer"),
}  # fmt: skip


@pytest.mark.parametrize("how", BAD)
def test_a_bad_model_is_refused_in_one_line(tmp_path: Path, how: str) -> None:
    damage, says = BAD[how]
    folder = saved(tmp_path / how.replace(" ", "-"), "llama-untied")
    damage(folder)
    before = sorted(p.name for p in folder.iterdir())
    with pytest.raises(UserError, match=says) as refused:
        open_model(str(folder), device="cpu")
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 400
    assert sorted(p.name for p in folder.iterdir()) == before


def test_the_numbers_of_no_known_architecture_are_refused() -> None:
    from transformers import CONFIG_MAPPING

    n_told = 0
    for kind in CONFIG_MAPPING:
        try:
            told = CONFIG_MAPPING[kind]().to_dict()
        except Exception:  # some need parts that are not chosen by default
            continue
        refuse_absurd(json.loads(json.dumps(told, default=str)), kind)
        n_told += 1
    assert n_told > 0.8 * len(CONFIG_MAPPING)
    refuse_absurd({"num_hidden_layers": 61, "n_routed_experts": 384, "vocab_size": 163_840, "max": 10**9}, "large")


def test_a_model_without_a_matrix_is_refused_by_name() -> None:
    from core.models.architecture import refuse_without_matrices

    class Headless(torch.nn.Module):
        def get_input_embeddings(self) -> torch.nn.Module:
            return torch.nn.Embedding(4, 2)

        def get_output_embeddings(self) -> None:
            return None

    with pytest.raises(UserError, match=r"mine \(Headless\) has no output matrix"):
        refuse_without_matrices(Headless(), "mine")
    with pytest.raises(UserError, match=r"mine \(Linear\) has no input embedding"):
        refuse_without_matrices(torch.nn.Linear(2, 2), "mine")


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("nowhere", "no model at 'nowhere'"),
        ("mistral:tekken_240911", "is a tokenizer without a model. Choose it as the new tokenizer"),
        ("tiktoken:r50k_base", "is a tokenizer without a model"),
        ("/tmp/" + "n" * 400, "cannot be read: File name too long"),
        ("shipped:tiny-nothing", "no shipped model"),
        ("hub:not a name", "not the id"),
        (__file__, "no llama2.c checkpoint"),
    ],
)
def test_a_spec_that_names_nothing_says_so(spec: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        open_model(spec)


def test_what_an_installation_forbids_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_PATHS", "off")
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "off")
    with pytest.raises(UserError, match="TOKEN_ATLAS_PATHS"):
        open_model(str(tmp_path))
    with pytest.raises(UserError, match="TOKEN_ATLAS_HUB"):
        open_model("hub:a/b")


def test_a_model_beyond_memory_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = saved(tmp_path, "llama-untied")
    monkeypatch.setattr(memory, "free_bytes", lambda _: memory.WORKSPACE_BYTES)
    with pytest.raises(UserError, match=r"needs 0\.3 GB as float32, and cpu has 0\.2 GB free.*bfloat16"):
        open_model(str(folder), device="cpu")


def test_odd_rows_are_noted(tmp_path: Path) -> None:
    folder = saved(tmp_path, "llama-untied")
    weights = load_file(folder / "model.safetensors")
    weights["model.embed_tokens.weight"][5] = torch.nan
    weights["lm_head.weight"][7:9] = 0
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    model = open_model(str(folder), device="cpu")
    assert any("1 of 320 rows of the input holds NaN" in note for note in model.notes)
    assert any("2 of 320 rows of the output are zero" in note for note in model.notes)
    byte = model.tokenizer.segment("x").ids[0]
    weights["model.embed_tokens.weight"][byte] = torch.inf
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    found = score(open_model(str(folder), device="cpu"), ["x", "x you"])
    assert found.texts[0].bits_per_byte > 0
    assert found.bits_per_byte != found.bits_per_byte
    assert any("gives no number" in note for note in found.notes)


def test_a_tokenizer_beyond_the_rows_is_noted_and_refused_where_it_matters(tmp_path: Path) -> None:
    model = open_model(str(saved(tmp_path, "llama-untied", n_rows=260)), device="cpu")
    assert any("tokens and the model 260 rows" in note for note in model.notes)
    with pytest.raises(UserError, match="has no row"):
        score(model, ["hello hello world"])


def test_a_lossy_tokenizer_is_labelled(tmp_path: Path) -> None:
    content = json.loads(byte_level_bpe(V))
    content["normalizer"] = {"type": "Lowercase"}
    folder = saved(tmp_path, "llama-untied")
    (folder / "tokenizer.json").write_text(json.dumps(content))
    found = score(open_model(str(folder), device="cpu"), ["the cat", "The Cat"])
    assert [text.lossless for text in found.texts] == [True, False]
    assert any("1 of 2 texts" in note for note in found.notes)


def test_a_window_longer_than_the_model_sees_is_refused(models: dict[str, LanguageModel]) -> None:
    with pytest.raises(UserError, match="at most 127 bytes"):
        score(models["gpt2-tied"], ["你好" * 200], window_bytes=4000)
    assert score(models["gpt2-tied"], ["你好" * 200]).window_bytes == 127


def test_too_little_memory_makes_smaller_batches_and_says_so(
    models: dict[str, LanguageModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = models["llama-untied"]
    expected = score(model, TEXTS * 4)
    usual, seen = LanguageModel.states, list[int]()

    def states(self: LanguageModel, ids: torch.Tensor, *, layers: bool = False) -> tuple[torch.Tensor, ...]:
        if len(ids) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate")
        return usual(self, ids, layers=layers)

    def observe(part: Slice) -> None:
        seen.extend(part.tokens.tolist())

    monkeypatch.setattr(LanguageModel, "states", states)
    found = score(model, TEXTS * 4, observers=[observe])
    assert found.bits_per_byte == pytest.approx(expected.bits_per_byte, rel=1e-6)
    assert any("down to 3 windows" in note for note in found.notes)
    assert len(seen) == sum(len(text.ids) for text in found.texts)
    monkeypatch.setattr(LanguageModel, "states", lambda *_, **__: (_ for _ in ()).throw(MemoryError()))
    with pytest.raises(UserError, match=r"ran out of memory while .* scored a window"):
        score(model, TEXTS)


def test_devices_and_number_formats() -> None:
    assert pick_device("auto").type in ("cuda", "mps", "cpu")
    assert pick_dtype("auto", torch.device("cuda"), torch.bfloat16) == torch.bfloat16
    for wrong in ("gpu", "cuda:99", "cpu:x", "cpu:1", "mps:0"):
        with pytest.raises(UserError, match="device"):
            pick_device(wrong)
    with pytest.raises(UserError, match="number format"):
        pick_dtype("int4", torch.device("cpu"), None)


def test_loading_says_nothing_on_its_own(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = saved(tmp_path, "gpt2-tied")
    capfd.readouterr()
    open_model(str(folder), device="cpu")
    assert capfd.readouterr() == ("", "")


def test_half_precision_scores_about_the_same(tmp_path: Path) -> None:
    folder = saved(tmp_path, "llama-untied")
    full = score(open_model(str(folder), device="cpu"), TEXTS).bits_per_byte
    half = open_model(str(folder), device="cpu", dtype="bfloat16")
    assert half.dtype == torch.bfloat16
    assert score(half, TEXTS).bits_per_byte == pytest.approx(full, rel=0.05)


def test_llama2c_files_that_are_no_whole_checkpoints(tmp_path: Path) -> None:
    sizes = struct.pack("<7i", 8, 16, 1, 2, 2, 300, 32)
    for content, says in ((sizes[:20], "no llama2.c"), (sizes + b"\0" * 400, "damaged"), (b"\x80" * 60, "no llama2.c")):
        path = tmp_path / "model.bin"
        path.write_bytes(content)
        with pytest.raises(UserError, match=says):
            open_model(str(path))
    path.write_bytes(sizes + b"\0" * 4 * (300 * 8 + 2 * 8 + 4 * 64 + 3 * 128 + 8 + 2 * 32 * 2))
    assert read_shape(path).vocabulary == 300
    with pytest.raises(UserError, match="no tokenizer of 300 tokens beside"):
        open_model(str(path))


@needs_data
def test_a_folder_with_one_llama2c_checkpoint_is_that_checkpoint(tmp_path: Path) -> None:
    for name in ("stories260K.bin", "tok512.bin"):
        shutil.copy(DATA / "models" / "stories260K" / name, tmp_path / name)
    whole = outline(str(tmp_path))
    assert whole.spec == f"file:{tmp_path / 'stories260K.bin'}"
    assert tokenizer_apart(str(tmp_path)).info.n_vocabulary == 512
    shutil.copy(tmp_path / "stories260K.bin", tmp_path / "other.bin")
    with pytest.raises(UserError, match="can carry a program"):
        outline(str(tmp_path))
