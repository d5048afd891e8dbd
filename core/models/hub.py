"""A model's files from the Hub: first what describes it, and its weights only once they are known to be usable."""

from dataclasses import replace

from core.common.errors import UnreadableFile
from core.models.checkpoint import weight_names
from core.tokenizers.hub_download import Fetched, fetch
from core.tokenizers.hub_place import Place, choose, place

_DESCRIPTION = ("config.json", "generation_config.json")
_MOST_BYTES = 2**38  # no single file of weights reaches it


def fetch_description(rest: str) -> tuple[Place, Fetched]:
    """Configuration and tokenizer of what stands behind `hub:`, and the place with its commit, so that the weights
    fetched afterwards are of the same one.

    Raises:
        UserError: as `fetch` does; and where there is no configuration, no tokenizer or no safetensors.
    """
    wanted = place(rest)
    fetched = fetch(wanted, _described)
    return replace(wanted, revision=fetched.folder.name), fetched


def fetch_weights(pinned: Place) -> Fetched:
    """The weight files; progress is reported in bytes.

    Raises:
        UserError: as `fetch` does.
    """
    return fetch(pinned, lambda names, wanted: weight_names(names, wanted.repository), _MOST_BYTES)


def _described(names: list[str], wanted: Place) -> list[str]:
    if "config.json" not in names:
        raise UnreadableFile(f"{wanted.repository} has no config.json, so it is no model that transformers loads.")
    weight_names(names, wanted.repository)
    return sorted({*choose(names, wanted), *(name for name in _DESCRIPTION if name in names)})
