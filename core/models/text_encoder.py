"""A model that turns texts into vectors: any that transformers' AutoModel opens, its last states averaged.

The mean over the tokens of a text is what sentence-transformers takes by default. As for language models, only
safetensors are read, and no code that comes with a model is run.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.common.errors import UnreadableFile, UserError, shown
from core.common.numbers import count
from core.common.progress import report
from core.common.settings import settings
from core.models.architecture import first_line, read_encoder_config
from core.models.checkpoint import whole_weights
from core.models.device import name_of, pick_device, pick_dtype
from core.models.load import loading
from core.models.memory import refuse_too_large, weight_bytes
from core.models.network_place import NetworkKind, NetworkPlace
from core.models.shipped import shipped_folder
from core.tokenizers.hub_place import Place
from core.tokenizers.isolation.pool import vet

_TOKENIZER = "tokenizer.json"
_MOST_TOKENS = 64  # of a text: those encoded here are tokens of another vocabulary
_AT_A_TIME = 256


@dataclass(frozen=True, eq=False)
class TextEncoder:
    """A text encoder with its tokenizer; calling it encodes.

    Args:
        name: for people.
        spec: what opens it.
        module: the transformers model, in eval mode; on the meta device for an outline.
        tokenizer: of the library of that name, with padding and truncation.
        content: hash of the files it was read from.
    """

    name: str
    spec: str
    module: Any
    tokenizer: Any
    content: str = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """16 hex digits of `content`."""
        return self.content[:16]

    @property
    def n_bytes(self) -> int:
        """Of its weights."""
        return weight_bytes(self.module, self.module.dtype)

    def __call__(self, texts: Sequence[str]) -> Tensor:
        """A vector per text, float32 (n, D) on the CPU; zero for a text without tokens."""
        with torch.inference_mode():
            found = [self._encoded(part) for part in _parts(texts)]
        return torch.cat([torch.empty(0, int(self.module.config.hidden_size)), *found])

    def _encoded(self, texts: Sequence[str]) -> Tensor:
        cut = self.tokenizer.encode_batch(list(texts))
        ids, mask = (
            torch.tensor([getattr(each, name) for each in cut], dtype=torch.int64, device=self.module.device)
            for name in ("ids", "attention_mask")
        )  # (n, T)
        if not ids.numel():
            return torch.zeros(len(texts), int(self.module.config.hidden_size))
        states = self.module(input_ids=ids, attention_mask=mask).last_hidden_state.float()  # (n, T, D)
        counts = mask.sum(1, keepdim=True)
        means = torch.where(mask[:, :, None] > 0, states, 0.0).sum(1) / counts.clamp(min=1)
        return torch.where(counts > 0, means, 0.0).cpu()


def _parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[at : at + _AT_A_TIME] for at in range(0, len(texts), _AT_A_TIME))


def open_encoder(spec: str, device: str = "auto", *, weights: bool = True) -> TextEncoder:
    """The text encoder that a spec names: a folder, `hub:OWNER/NAME@REVISION` or `shipped:NAME`, as for models.

    Args:
        device: as for `core.models.load.open_model`.
        weights: without them it only says what it is; of one on the Hub none are fetched.

    Raises:
        UserError: it is unknown, unreadable, no model that turns texts into vectors, or too large.
    """
    place = _ENCODERS.find(spec, weights=weights)
    config, where = read_encoder_config(place.folder, place.name), pick_device(device)
    dtype = pick_dtype("auto", where, config.dtype if isinstance(config.dtype, torch.dtype) else None)
    skeleton = _skeleton(config, place.name)
    refuse_too_large(place.name, weight_bytes(skeleton, dtype), name_of(dtype), where)
    tokenizer = _tokenizer(place, skeleton)
    if not weights:
        return TextEncoder(place.name, place.spec, skeleton, tokenizer, place.content)
    report(0, 0, f"Loading {place.name}")
    module = _loaded(place, config, dtype, where)
    encoder = TextEncoder(place.name, place.spec, module, tokenizer, place.content)
    _try_out(encoder)
    return encoder


def _on_hub(rest: str, weights: bool) -> tuple[Place, Path]:
    from core.models.hub import fetch_description, fetch_weights

    pinned, described = fetch_description(rest)
    return pinned, (fetch_weights(pinned) if weights else described).folder


def _files(folder: Path, name: str) -> list[str]:
    names = ["config.json", _TOKENIZER, *whole_weights(folder, shown(name))]
    missing = next((each for each in names if not (folder / each).is_file()), None)
    if missing:
        raise UnreadableFile(f"{name} has no {missing}. Name a folder with the model and its fast tokenizer.")
    return names


_ENCODERS = NetworkKind(
    noun="text encoder",
    holds=f"config.json, model.safetensors and {_TOKENIZER}",
    shipped=shipped_folder,
    on_hub=_on_hub,
    files=_files,
)


def _skeleton(config: Any, name: str) -> Any:
    from transformers import AutoModel

    build: Any = AutoModel.from_config
    try:
        with torch.device("meta"):
            return build(config, trust_remote_code=False)
    except Exception as error:  # architectures check their configurations in as many ways as there are
        raise UserError(f"{name} ({config.model_type}) cannot be built: {first_line(error)}.") from None


def _tokenizer(place: NetworkPlace, skeleton: Any) -> Any:
    """Its tokenizer, after another process found that it can be read, with as many tokens as the model has rows.

    Raises:
        UserError: it is not there, cannot be read, or is of another model.
    """
    from tokenizers import Tokenizer

    path = place.folder / _TOKENIZER
    if not path.is_file():
        raise UnreadableFile(f"{place.name} has no {_TOKENIZER}. Pick an encoder with a fast tokenizer.")
    if settings().vet and not place.spec.startswith("shipped:"):
        vet(path)
    try:
        tokenizer: Any = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare exceptions
        raise UnreadableFile(f"The {_TOKENIZER} of {place.name} cannot be read: {first_line(error)}.") from None
    n_rows = len(skeleton.get_input_embeddings().weight)
    if max(tokenizer.get_vocab(with_added_tokens=True).values(), default=0) >= n_rows:
        raise UserError(f"{place.name} has {count(n_rows)} rows, but its {_TOKENIZER} more tokens. Fetch both anew.")
    tokenizer.enable_padding(pad_id=skeleton.config.pad_token_id or 0)
    tokenizer.enable_truncation(_MOST_TOKENS)
    return tokenizer


def _loaded(place: NetworkPlace, config: Any, dtype: torch.dtype, device: torch.device) -> Any:
    from transformers import AutoModel

    load: Any = AutoModel.from_pretrained
    with loading(place.name, device):
        module, info = load(
            place.folder,
            config=config,
            dtype=dtype,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
        module = module.to(device).eval()
    lacking = sorted(str(key) for key in info["missing_keys"] if "pooler" not in str(key))  # states do without it
    if lacking:
        raise UnreadableFile(f"The weights of {place.name} lack {shown(lacking[0], 160)}. Fetch or save it again.")
    return module


def _try_out(encoder: TextEncoder) -> None:
    """Do nothing if a text becomes a vector.

    Raises:
        UserError: it does not; says why.
    """
    try:
        vectors = encoder(["text"])
    except Exception as error:  # models of pictures and sounds take other arguments, each in its way
        raise UserError(
            f"{encoder.name} turns no text into states: {first_line(error)}. Pick a text encoder, such as "
            "sentence-transformers/all-MiniLM-L6-v2."
        ) from None
    if not torch.isfinite(vectors).all():
        raise UserError(f"{encoder.name} gives vectors with NaN or infinity. Fetch it again, or pick another.")
