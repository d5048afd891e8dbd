"""What the configuration of a hypernetwork says, as ZeTT's checkpoints have it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.common.errors import UserError
from core.common.numbers import count

MODEL_TYPE = "zett_hypernetwork"
_SIZES = (
    "n_embd",
    "original_vocab_size",
    "hn_surface_maxlen",
    "hn_n_layers",
    "hn_hidden_size",
    "hn_intermediate_size",
)
_MOST = {"hn_surface_maxlen": 512, "hn_n_layers": 48}
_MOST_WIDTH = 2**18
_HEAD = 64  # width of an attention head where their number is not told


@dataclass(frozen=True)
class NetworkShape:
    """The shape of a hypernetwork.

    Args:
        width: D of the model's rows that it reads and predicts.
        n_old: tokens of the model's vocabulary; rows beyond are not read.
        longest: old tokens of a spelling that are read; those behind are left out.
        layers, hidden, middle, heads: of the encoder: how many, their width, that between, and attention heads.
        both: whether it reads rows of input and head side by side, and predicts both.
        single: whether one projection predicts both.
        rescaled: whether rows are scaled before and after.
        bias: whether it predicts a bias of the head.
        languages: by which it can be told what text the tokens are for, in order; empty where it is not.
        beyond_mean: whether what it predicts is added to the mean of the rows that it reads; not so in ZeTT's own.
        model, content: spec of the model that it was trained for, and the hash of its files; empty where not told.
    """

    width: int
    n_old: int
    longest: int
    layers: int
    hidden: int
    middle: int
    heads: int
    both: bool
    single: bool
    rescaled: bool
    bias: bool
    languages: tuple[str, ...] = ()
    beyond_mean: bool = False
    model: str = ""
    content: str = ""


def layout_of(config: Any, name: str) -> NetworkShape:
    """The shape that a config.json describes.

    Raises:
        UserError: it is of no hypernetwork, or of one that cannot be run here; says why.
    """
    if not isinstance(config, Mapping) or config.get("model_type") != MODEL_TYPE:
        raise _unknown(name, f"its config.json does not say {MODEL_TYPE}")
    sizes = {key: _size(config, key, name) for key in _SIZES}
    for key, wanted, what in (
        ("hn_model_type", "roberta", "its encoder is of another kind than roberta"),
        ("hn_embed_using_source_embeddings", True, "it does not read the model's rows"),
        ("hn_add_inter_token_attention", False, "its tokens attend to each other"),
        ("hn_embed_target_priors", False, "it asks how frequent tokens are"),
        ("hn_concat_last_hidden_state", False, "it reads states at all places"),
    ):
        if config.get(key, wanted) != wanted:
            raise _unknown(name, what)
    hidden = sizes["hn_hidden_size"]
    heads = config.get("hn_num_attention_heads") or max(1, hidden // _HEAD)
    if not isinstance(heads, int) or heads < 1 or hidden % heads:
        raise _unknown(name, f"{count(hidden)} states do not divide among {heads} attention heads")
    languages = _languages(config, name) if config.get("hn_embed_lang_id") else ()
    return NetworkShape(
        width=sizes["n_embd"],
        n_old=sizes["original_vocab_size"],
        longest=sizes["hn_surface_maxlen"],
        layers=sizes["hn_n_layers"],
        hidden=hidden,
        middle=sizes["hn_intermediate_size"],
        heads=heads,
        both=bool(config.get("separate_out_embeddings", False)),
        single=bool(config.get("hn_single_head", False)),
        rescaled=bool(config.get("hn_rescale_embeddings", False)),
        bias=bool(config.get("hn_predict_bias", True)),
        languages=languages,
        beyond_mean=bool(config.get("beyond_mean", False)),
        model=str(config.get("trained_for", "")),
        content=str(config.get("trained_for_content", "")),
    )


def config_of(layout: NetworkShape) -> dict[str, Any]:
    """The config.json that describes a shape."""
    return {
        "model_type": MODEL_TYPE,
        "n_embd": layout.width,
        "original_vocab_size": layout.n_old,
        "hn_surface_maxlen": layout.longest,
        "hn_n_layers": layout.layers,
        "hn_hidden_size": layout.hidden,
        "hn_intermediate_size": layout.middle,
        "hn_num_attention_heads": layout.heads,
        "hn_model_type": "roberta",
        "hn_embed_using_source_embeddings": True,
        "separate_out_embeddings": layout.both,
        "hn_single_head": layout.single,
        "hn_rescale_embeddings": layout.rescaled,
        "hn_predict_bias": layout.bias,
        "hn_embed_lang_id": bool(layout.languages),
        "langs": list(layout.languages),
        "beyond_mean": layout.beyond_mean,
        "trained_for": layout.model,
        "trained_for_content": layout.content,
    }


def _size(config: Mapping[str, Any], key: str, name: str) -> int:
    value = config.get(key)
    if type(value) is not int or not 1 <= value <= _MOST.get(key, _MOST_WIDTH):
        raise _unknown(name, f"its config.json has no usable {key}")
    return value


def _languages(config: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = config.get("langs")
    if not isinstance(found, list) or not found or not all(isinstance(each, str) for each in found):
        raise _unknown(name, "it is told the language of tokens, and its config.json lists none as langs")
    return tuple(found)


def _unknown(name: str, why: str) -> UserError:
    return UserError(
        f"{name} is no hypernetwork of a layout that is read here: {why}. Give a checkpoint of ZeTT with config.json "
        "and model.safetensors."
    )
