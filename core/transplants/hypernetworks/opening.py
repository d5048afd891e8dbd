"""A hypernetwork from a folder, from the Hub, or one that ships; no code that comes with it is run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor

from core.common.errors import UnknownName, UnreadableFile, UserError, shown
from core.common.numbers import count
from core.models.checkpoint import weight_names, whole_weights
from core.models.config_numbers import MOST_CONFIG_BYTES
from core.models.device import pick_device
from core.models.hub import fetch_weights
from core.models.language_model import LanguageModel
from core.models.memory import refuse_too_large
from core.models.network_place import NetworkKind, NetworkPlace
from core.tokenizers.hub_download import fetch
from core.tokenizers.hub_place import Place, place
from core.tokenizers.matching import vocabulary_of
from core.transplants.hypernetworks.network import Predicting
from core.transplants.hypernetworks.shape import NetworkShape, layout_of
from core.transplants.hypernetworks.shipped import CONFIG, FOLDER, shipped_names

SHIPPED = FOLDER
# In checkpoints, and not asked where all spellings are of the model's own tokens.
_UNREAD = (
    "fallback_embeddings.",
    "model.pooler.",
    "model.embeddings.word_embeddings.",
    "model.embeddings.position_ids",
    "model.embeddings.token_type_ids",
)


@dataclass(frozen=True, eq=False)
class Hypernetwork:
    """A network that predicts rows for one model.

    Args:
        name: for people.
        spec: what opens it.
        network: in eval mode and float32; on the meta device for an outline.
        content: hash of the files it was read from, or a commit.
    """

    name: str
    spec: str
    network: Predicting
    content: str = field(repr=False)

    @property
    def layout(self) -> NetworkShape:
        """Its shape."""
        return self.network.layout

    @property
    def fingerprint(self) -> str:
        """16 hex digits of `content`."""
        return self.content[:16]

    @property
    def n_parameters(self) -> int:
        """Of the network."""
        return sum(values.numel() for values in self.network.parameters())

    @property
    def n_bytes(self) -> int:
        """Of its weights in memory."""
        return 4 * self.n_parameters


def open_hypernetwork(spec: str, device: str = "auto", *, weights: bool = True) -> Hypernetwork:
    """The hypernetwork that a spec names: a folder, `hub:OWNER/NAME@REVISION` or `shipped:NAME`.

    Args:
        device: as for `core.models.load.open_model`.
        weights: without them it only says what it is; of one on the Hub none are fetched.

    Raises:
        UserError: it is unknown, unreadable, of another layout, or too large.
    """
    found, where = _NETWORKS.find(spec, weights=weights), pick_device(device)
    layout = layout_of(_config(found), found.name)
    with torch.device("meta"):
        network = Predicting(layout).eval()
    outline = Hypernetwork(found.name, found.spec, network, found.content)
    refuse_too_large(found.name, outline.n_bytes, "float32", where)
    if not weights:
        return outline
    network.load_state_dict(_weights(found, network.state_dict()), assign=True)
    return Hypernetwork(found.name, found.spec, network.to(where).requires_grad_(False), found.content)


def check_fits(one: Hypernetwork, model: LanguageModel) -> None:
    """Do nothing if a hypernetwork can predict rows for a model.

    Raises:
        UserError: it was made for another; says by what that shows.
    """
    layout, n_tokens = one.layout, len(vocabulary_of(model.tokenizer))
    if layout.width != model.width:
        why = f"predicts rows {count(layout.width)} wide, and those of {model.name} are {count(model.width)} wide"
    elif layout.n_old not in (n_tokens, model.n_rows):
        why = (
            f"was trained for a vocabulary of {count(layout.n_old)} tokens, and {model.name} has {count(n_tokens)} "
            f"tokens and {count(model.n_rows)} rows"
        )
    elif layout.both == model.tied:
        has = "one matrix for both" if model.tied else "a head of its own"
        why = f"predicts {'rows of input and head' if layout.both else 'one row for both'}, and {model.name} has {has}"
    elif layout.content not in ("", model.content):
        why = f"was trained for the rows of {layout.model}, and {model.name} has others"
    else:
        return
    raise UserError(f"The hypernetwork {one.name} {why}. Give one that was trained for this model.")


def _shipped_folder(name: str) -> Path:
    if name not in shipped_names():
        raise UnknownName("shipped hypernetwork", name, shipped_names())
    return SHIPPED / name


def _on_hub(rest: str, weights: bool) -> tuple[Place, Path]:
    wanted = place(rest)
    described = fetch(wanted, _described)
    pinned = replace(wanted, revision=described.commit)
    return pinned, (fetch_weights(pinned) if weights else described).folder


def _described(names: list[str], wanted: Place) -> list[str]:
    if CONFIG not in names:
        raise UnreadableFile(f"{wanted.repository} has no {CONFIG}, so it is no hypernetwork.")
    weight_names(names, wanted.repository)
    return [CONFIG]


def _files(folder: Path, name: str) -> list[str]:
    names = [CONFIG, *whole_weights(folder, shown(name))]
    if not (folder / CONFIG).is_file():
        raise UnreadableFile(f"{name} has no {CONFIG}. Name a folder with a hypernetwork as its makers publish it.")
    return names


_NETWORKS = NetworkKind(
    noun="hypernetwork",
    holds=f"{CONFIG} and model.safetensors",
    shipped=_shipped_folder,
    on_hub=_on_hub,
    files=_files,
)


def _config(one: NetworkPlace) -> object:
    path = one.folder / CONFIG
    try:
        if path.stat().st_size > MOST_CONFIG_BYTES:
            raise UnreadableFile(f"The {CONFIG} of {one.name} is over {count(MOST_CONFIG_BYTES)} bytes.")
        found: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise UnreadableFile(f"The {CONFIG} of {one.name} cannot be read. Fetch it again.") from None
    return found


def _weights(one: NetworkPlace, wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights by their names, in float32.

    Raises:
        UnreadableFile: one is missing, of another shape, or unknown; names it.
    """
    from safetensors.torch import load_file

    read = dict[str, Tensor]()
    for name in whole_weights(one.folder, one.name):
        if name.endswith(".safetensors"):
            read |= load_file(one.folder / name)
    read = {key: values for key, values in read.items() if not key.startswith(_UNREAD)}
    odd = next((key for key in [*wanted, *read] if key not in wanted or key not in read), "")
    odd = odd or next((key for key in wanted if wanted[key].shape != read[key].shape), "")
    if odd:
        other = "have another shape than its config.json tells in" if odd in wanted else "have besides"
        how = other if odd in read else "lack"
        raise UnreadableFile(
            f"{one.name} is no hypernetwork of a layout that is read here: its weights {how} {shown(odd, 160)}. "
            f"Give a checkpoint of ZeTT with {CONFIG} and model.safetensors of one training."
        )
    return {key: read[key].float() for key in wanted}
