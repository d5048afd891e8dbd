"""Whether an architecture can be used here: a causal language model with one row per token on either side."""

import copy
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import nn

from core.common.errors import UnreadableFile, UserError, shown
from core.common.numbers import count
from core.models.config_numbers import MOST_CONFIG_BYTES, refuse_absurd


def skeleton_of(config: Any, name: str) -> Any:
    """The model that a configuration describes, without memory for weights.

    Raises:
        UserError: it cannot be built, or has not the two matrices.
    """
    try:
        skeleton = _without_memory(config)
    except Exception as error:  # architectures check their configurations in as many ways as there are
        raise UserError(
            f"{name} ({config.model_type}) cannot be built as a causal language model: {first_line(error)}."
        ) from None
    refuse_without_matrices(skeleton, name)
    _refuse_more_per_token(skeleton, config, name)
    return skeleton


def _without_memory(config: Any) -> Any:
    from transformers import AutoModelForCausalLM

    build: Any = AutoModelForCausalLM.from_config
    with torch.device("meta"):
        return build(config, trust_remote_code=False)


def _refuse_more_per_token(skeleton: Any, config: Any, name: str) -> None:
    """Do nothing if a model holds nothing with a row per token but its two matrices and the bias of its head.

    Raises:
        UserError: it does, as a router that looks tokens up; says what.
    """
    embedding, head = skeleton.get_input_embeddings(), skeleton.get_output_embeddings()
    known, n_rows = {id(embedding.weight), id(head.weight), id(head.bias)}, embedding.num_embeddings
    alike = {
        part: values.shape
        for part, values in (*skeleton.named_parameters(), *skeleton.named_buffers())
        if len(values.shape) and len(values) == n_rows and id(values) not in known
    }
    if not alike:
        return
    larger = copy.deepcopy(config)  # what has as many rows by chance keeps them when there are more tokens
    larger.get_text_config(decoder=True).vocab_size = n_rows + 1
    shapes = {part: values.shape for part, values in _without_memory(larger).state_dict().items()}
    more = [part for part, shape in alike.items() if shapes.get(part, shape) != shape]
    if more:
        raise UserError(
            f"{name} ({type(skeleton).__name__}) keeps something else for each token, {more[0]}, which no method here "
            "makes for new tokens. Pick another model."
        )


def read_config(folder: Path, name: str) -> Any:
    """The transformers configuration in a folder.

    Raises:
        UserError: there is none, it is damaged, or it is not of a model that reads from left to right.
    """
    told = _told(folder, name)
    classes = [str(c) for c in told.get("architectures") or []]
    refuse_encoder(name, told["model_type"], classes, is_encoder_decoder=bool(told.get("is_encoder_decoder")))
    return _config(folder, name)


def refuse_encoder(name: str, kind: str, classes: Sequence[str], *, is_encoder_decoder: bool) -> None:
    """Do nothing if a model reads from left to right.

    Args:
        kind: transformers' name of the type.
        classes: names of transformers' classes that it was saved from.

    Raises:
        UserError: it does not.
    """
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    masked = classes and all("Masked" in c or "Classification" in c for c in classes)
    if masked or is_encoder_decoder or kind not in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        raise UserError(
            f"{name} is {classes[0] if classes else f'of the type {kind}'}, no causal language model: it gives no "
            "probability to a text from left to right. Pick a decoder, such as GPT-2, Llama or Qwen."
        )


def read_encoder_config(folder: Path, name: str) -> Any:
    """The transformers configuration in a folder, of any model that reads text without writing another.

    Raises:
        UserError: there is none, it is damaged, or it is of a model that reads one text and writes another.
    """
    if _told(folder, name).get("is_encoder_decoder"):
        raise UserError(
            f"{name} reads one text and writes another. Pick a text encoder, such as "
            "sentence-transformers/all-MiniLM-L6-v2."
        )
    return _config(folder, name)


def _told(folder: Path, name: str) -> dict[str, Any]:
    """What config.json says, of a type that transformers knows and with whole weights."""
    from transformers import CONFIG_MAPPING

    try:
        path = folder / "config.json"
        if path.stat().st_size > MOST_CONFIG_BYTES:
            raise UnreadableFile(f"The config.json of {name} is over {count(MOST_CONFIG_BYTES)} bytes. Fetch it again.")
        told: dict[str, Any] = json.loads(path.read_text())
        kind = told["model_type"]
    except FileNotFoundError:
        raise UnreadableFile(f"{name} has no config.json. Name the folder that save_pretrained wrote.") from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise UnreadableFile(
            f"The config.json of {name} cannot be read, or names no model_type. Fetch it again."
        ) from None
    if kind not in CONFIG_MAPPING:
        own = " Its repository brings a program for it, which is never run here." if "auto_map" in told else ""
        raise UserError(
            f"{name} is of the type {shown(str(kind))}, which transformers does not know.{own} Pick another model."
        )
    refuse_absurd(told, name)
    if told.get("quantization_config"):
        raise UserError(f"{name} is stored quantised. Pick the repository with its full weights.")
    return told


def _config(folder: Path, name: str) -> Any:
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except Exception as error:  # configurations of a hundred architectures check themselves in as many ways
        raise UnreadableFile(f"The config.json of {name} is refused: {first_line(error)}.") from None


def refuse_without_matrices(module: Any, name: str) -> None:
    """Do nothing if a model has an embedding and a head with one row per token each, and no third such matrix.

    Raises:
        UserError: it has not; says which is missing.
    """
    kind = type(module).__name__
    embedding, head = None, None
    with suppress(NotImplementedError, AttributeError):
        embedding, head = module.get_input_embeddings(), module.get_output_embeddings()
    if not isinstance(embedding, nn.Embedding):
        raise UserError(f"{name} ({kind}) has no input embedding with one row per token. Pick another model.")
    if not isinstance(head, nn.Linear):
        raise UserError(f"{name} ({kind}) has no output matrix with one row per token. Pick another model.")
    more = [
        part
        for part, layer in module.named_modules()
        if isinstance(layer, nn.Embedding)
        and layer is not embedding
        and "per_layer" in part
        and layer.num_embeddings == embedding.num_embeddings
    ]
    if more:
        raise UserError(f"{name} ({kind}) has a third matrix with one row per token, {more[0]}. Pick another model.")


def first_line(error: Exception) -> str:
    """What an error of a library says, as it may stand in a message."""
    said = str(error).strip().splitlines()
    return shown((said[0] if said else type(error).__name__).rstrip("."), 160)
