"""A model's files from the Hub: first what describes it, and its weights only once they are known to be usable."""

from collections.abc import Sequence
from dataclasses import replace

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count
from core.models.checkpoint import weight_names
from core.tokenizers.hub_download import Fetched, fetch
from core.tokenizers.hub_place import Place, choose, place

_DESCRIPTION = ("config.json", "generation_config.json")
_MOST_BYTES = 2**38  # no single file of weights reaches it
_SHOWN = 12  # files that one may choose of


def fetch_description(rest: str) -> tuple[Place, Fetched]:
    """Configuration and tokenizer of what stands behind `hub:`, and the place with its commit, so that the weights
    fetched afterwards are of the same one.

    Raises:
        UserError: as `fetch` does; and where there is no configuration, no tokenizer or no safetensors.
    """
    wanted = place(rest)
    fetched = fetch(wanted, _described)
    return replace(wanted, revision=fetched.commit), fetched


def fetch_model(rest: str) -> tuple[Place, Fetched]:
    """The same of a language model, which may be a GGUF file: the beginning of it, and the place with its name.

    Raises:
        UserError: as above; or several GGUF files are all there is, and none is named.
    """
    wanted = place(rest)
    fetched = fetch(wanted, _described_or_gguf)
    file = wanted.file or next((name for name in fetched.names if name.endswith(".gguf")), "")
    return replace(wanted, revision=fetched.commit, file=file), fetched


def fetch_weights(pinned: Place) -> Fetched:
    """The weight files; progress is reported in bytes.

    Raises:
        UserError: as `fetch` does.
    """
    return fetch(pinned, lambda names, wanted: weight_names(names, wanted.repository), _MOST_BYTES)


def fetch_gguf(pinned: Place) -> Fetched:
    """The whole GGUF file; progress is reported in bytes.

    Raises:
        UserError: as `fetch` does.
    """
    return fetch(pinned, most_bytes=_MOST_BYTES, whole=True)


def _described_or_gguf(names: list[str], wanted: Place) -> list[str]:
    if wanted.file.endswith(".gguf"):
        return choose(names, wanted)
    models = [name for name in sorted(names) if name.endswith(".gguf") and not name.startswith("mmproj")]
    whole = "config.json" in names and any(name.endswith(".safetensors") and "/" not in name for name in names)
    if whole or not models:
        return _described(names, wanted)
    if len(models) > 1:
        raise _several(models, wanted)
    return models


def _several(models: Sequence[str], wanted: Place) -> UnreadableFile:
    some = ", ".join(shown(name)[1:-1] for name in models[:_SHOWN])
    more = f" and {count(len(models) - _SHOWN)} more" if len(models) > _SHOWN else ""
    at = "" if wanted.revision == "main" else f"@{wanted.revision}"
    return UnreadableFile(
        f"{wanted.repository} holds {count(len(models))} GGUF files: {some}{more}. Name one, such as "
        f"hub:{wanted.repository}/{shown(models[0])[1:-1]}{at}."
    )


def _described(names: list[str], wanted: Place) -> list[str]:
    if "config.json" not in names:
        raise UnreadableFile(f"{wanted.repository} has no config.json, so it is no model that transformers loads.")
    weight_names(names, wanted.repository)
    return sorted({*choose(names, wanted), *(name for name in _DESCRIPTION if name in names)})
