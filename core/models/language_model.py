"""A causal language model together with its tokenizer."""

import copy
import hashlib
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassFieldValidationError
from torch import Tensor, nn

from core.common.numbers import count
from core.models.body_and_head import Halves, splits
from core.models.device import name_of
from core.models.matrices import Matrices
from core.models.offloaded import fetching, whole_state
from core.models.origin import UNKNOWN, ModelOrigin
from core.models.placement import Placement
from core.models.quantised import n_numbers
from core.models.stored_format import StoredFormat
from core.tokenizers.tokenizer import LocalTokenizer

# What a generation configuration says in ids of the old vocabulary, with nothing to say in a new one.
_ID_LISTS = (
    "suppress_tokens",
    "begin_suppress_tokens",
    "bad_words_ids",
    "sequence_bias",
    "forced_bos_token_id",
    "forced_eos_token_id",
    "decoder_start_token_id",
)
_POSITIONS = ("max_position_embeddings", "max_seq_len", "n_positions")


@dataclass(frozen=True, eq=False)
class LanguageModel:
    """A causal language model with its tokenizer.

    Args:
        name: for people.
        spec: what opens it, such as "shipped:tiny-english"; of a changed model, what it was made from.
        module: the transformers model, in eval mode.
        tokenizer: the model's, on bytes.
        special_ids: id by role, of "bos", "eos", "pad" and "unk" those that there are.
        notes: facts a user of its numbers should know, one sentence each.
        content: hash of the files it was read from; empty hashes the weights themselves.
        stored: the number formats that it was read from and is written in; None for those of its weights.
        origin: where it comes from, as its files say it.
        placement: where its weights lie and in which numbers; None for one that was made here, whole on one device.
    """

    name: str
    spec: str
    module: Any
    tokenizer: LocalTokenizer
    special_ids: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    content: str = field(default="", repr=False)
    stored: StoredFormat | None = None
    origin: ModelOrigin = UNKNOWN
    placement: Placement | None = None

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the weights and of the tokenizer, 16 hex digits."""
        digest = hashlib.sha256(self.content.encode())
        if not self.content:
            for name, values in whole_state(self.module):
                digest.update(name.encode())
                digest.update(_raw(values))
        digest.update(self.tokenizer.info.fingerprint.encode())
        return digest.hexdigest()[:16]

    @property
    def device(self) -> torch.device:
        """Where its weights are."""
        device: torch.device = self._embedding.weight.device
        return device

    @property
    def dtype(self) -> torch.dtype:
        """Of its weights."""
        dtype: torch.dtype = self._embedding.weight.dtype
        return dtype

    @property
    def bos(self) -> int | None:
        """The id that every text is conditioned on: the model's BOS, or its end-of-text id, which stands between texts
        where there is no BOS; None where there is neither.
        """
        return self.special_ids.get("bos", self.special_ids.get("eos"))

    @property
    def n_rows(self) -> int:
        """Rows of its matrices, V; some models have more than their tokenizer has tokens."""
        return len(self._embedding.weight)

    @property
    def width(self) -> int:
        """D of the input matrix."""
        return int(self._embedding.weight.shape[1])

    @property
    def tied(self) -> bool:
        """Whether the head uses the input rows."""
        return self._head.weight is self._embedding.weight

    @property
    def n_parameters(self) -> int:
        """Parameters, tied ones once."""
        return sum(map(n_numbers, self.module.parameters()))

    @property
    def whole(self) -> bool:
        """Whether all its weights are on its device as full numbers, to be read, copied and trained."""
        return self.placement is None or self.placement.whole

    @property
    def fetched(self) -> bool:
        """Whether layers of it are fetched from memory or disk whenever they are computed."""
        return self.placement is not None and self.placement.bytes_fetched > 0

    @property
    def numbers(self) -> str:
        """Name of the number format of its layers."""
        return name_of(self.dtype) if self.placement is None else self.placement.numbers

    @property
    def max_tokens(self) -> int | None:
        """Tokens that it can look back on, BOS included; None where it sets no limit."""
        config = text_config(self.module.config)
        return next((n for name in _POSITIONS if isinstance(n := getattr(config, name, None), int) and n > 0), None)

    def matrices(self) -> Matrices:
        """Its own rows, not copied: to change them, make new ones and pass those to `with_matrices`."""
        bias = self._head.bias
        return Matrices(
            self._embedding.weight.detach(),
            None if self.tied else self._head.weight.detach(),
            None if bias is None else bias.detach(),
        )

    def with_matrices(
        self,
        matrices: Matrices,
        tokenizer: LocalTokenizer,
        special_ids: Mapping[str, int],
        name: str = "",
        unwritten: Sequence[int] = (),
        ends: Sequence[int] = (),
    ) -> "LanguageModel":
        """The same body with other matrices, for another tokenizer; this model stays as it is.

        The body's weights are shared, not copied. What is tied stays tied unless the head is given rows of its own, a
        head's bias goes along, and the sizes and ids in the configurations follow.

        Args:
            matrices: with a bias just as this model's are, and untied if this model is; moved to its device and number
                format, after being rounded to the one that it is written in.
            tokenizer: whose ids the rows are of.
            special_ids: id by role; a role that is missing is unset.
            unwritten: ids that generation leaves out; those of this model are dropped.
            ends: ids that end what is written beside the end of a text, where this model's settings name several.

        Raises:
            ValueError: the matrices are not of this model's kind or too short for the tokenizer.
        """
        self._check(matrices, tokenizer)
        shared = {id(t): t for t in chain(self.module.parameters(), self.module.buffers(), fetching(self.module))}
        module = copy.deepcopy(self.module, shared)
        embedding, head = module.get_input_embeddings(), module.get_output_embeddings()
        old, old_bias = self.n_rows, self._head.bias
        embedding.weight = self._parameter(matrices.input)
        head.weight = embedding.weight if matrices.output is None else self._parameter(matrices.output)
        if matrices.bias is not None:
            head.bias = self._parameter(matrices.bias)
        embedding.num_embeddings = head.out_features = matrices.n_rows
        if embedding.padding_idx is not None:
            embedding.padding_idx = special_ids.get("pad")
        for part in module.modules():  # older architectures keep the number a second time, and the bias
            if getattr(part, "vocab_size", None) == old:
                part.vocab_size = matrices.n_rows
            if old_bias is not None and getattr(part, "bias", None) is old_bias:
                part.bias = head.bias
        _follow(module, old, matrices.n_rows, special_ids, ends)
        if self.tied and not matrices.tied:
            _untie(module)
        if unwritten:
            module.generation_config.suppress_tokens = list(unwritten)
        return replace(
            self,
            name=name or self.name,
            module=module,
            tokenizer=tokenizer,
            special_ids=dict(special_ids),
            content="",
        )

    @property
    def unwritten(self) -> list[int]:
        """Ids that its generation settings leave out."""
        return list(getattr(self.module.generation_config, "suppress_tokens", None) or ())

    @property
    def other_ends(self) -> tuple[int, ...]:
        """Ids that end what it writes beside the end of a text: those of a turn, where its settings name several."""
        found = dict.fromkeys(i for config in _configs(self.module) for i in _ends(config))
        return tuple(i for i in found if i != self.special_ids.get("eos"))

    def logits(self, ids: Tensor, mask: Tensor | None = None) -> Tensor:
        """Logits (B, T, V) for ids (B, T); `mask` (B, T) is 0 at padding, which may be on either side."""
        found: Tensor = self._run(self.module, ids, mask).logits
        return found

    def hidden(self, ids: Tensor, mask: Tensor | None = None) -> tuple[Tensor, ...]:
        """Hidden states (B, T, D) of every layer: the embeddings first, what the head sees last."""
        found: tuple[Tensor, ...] = self._run(self.module, ids, mask, output_hidden_states=True).hidden_states
        return self._here(found)

    @cached_property
    def halves(self) -> Halves | None:
        """Body and head apart, for logits of a few positions at a time; None where this architecture does not split."""
        ids = torch.arange(6, device=self.device).reshape(2, 3) % self.n_rows
        with torch.no_grad():
            return Halves(self.module) if splits(self.module, ids) else None

    def states(self, ids: Tensor, *, layers: bool = False) -> tuple[Tensor, ...]:
        """Hidden states (B, T, D) of the body alone, without the cost of logits: the last, or all layers."""
        assert self.halves is not None, "asked only of models that split"
        out = self._run(self.halves.body, ids, None, output_hidden_states=layers)
        return self._here((*out.hidden_states[:-1], out.last_hidden_state) if layers else (out.last_hidden_state,))

    def _here(self, states: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """On the device that holds embedding and head: a spread model leaves states where they were computed."""
        return tuple(state.to(self.device) for state in states)

    @torch.no_grad()
    def _run(self, part: Any, ids: Tensor, mask: Tensor | None, **wanted: Any) -> Any:
        extra: dict[str, Any] = {name: value for name, value in wanted.items() if value}
        if mask is not None:
            extra["attention_mask"] = mask
            if "position_ids" in inspect.signature(part.forward).parameters:
                extra["position_ids"] = (mask.long().cumsum(1) - 1).clamp(min=0)
        return part(ids, use_cache=False, **extra)

    @property
    def _embedding(self) -> Any:
        return self.module.get_input_embeddings()

    @property
    def _head(self) -> Any:
        return self.module.get_output_embeddings()

    def _parameter(self, rows: Tensor) -> nn.Parameter:
        kept = rows.detach() if self.stored is None else rows.detach().to(self.stored.dtype)
        return nn.Parameter(kept.to(self.device, self.dtype, copy=True))

    def _check(self, matrices: Matrices, tokenizer: LocalTokenizer) -> None:
        mine = self.matrices()
        for what in ("input", "output", "bias"):
            old, new = getattr(mine, what), getattr(matrices, what)
            if what == "output" and self.tied:
                old = mine.head  # whose shape rows of its own have
            elif (old is None) != (new is None):
                raise ValueError(f"{self.name} has {'no' if old is None else 'an'} own {what}: the new one must match")
            if new is not None and (new.shape[1:] != old.shape[1:] or len(new) != matrices.n_rows):
                wanted = (matrices.n_rows, *old.shape[1:])
                raise ValueError(f"the new {what} of {self.name} is {tuple(new.shape)}, not {wanted}")
        vocabulary = tokenizer.vocabulary
        if vocabulary is not None and len(vocabulary) > matrices.n_rows:
            raise ValueError(f"{count(matrices.n_rows)} rows are too few for {count(len(vocabulary))} tokens")


def text_config(config: Any) -> Any:
    """The part of a transformers configuration that is about text."""
    return config.get_text_config(decoder=True)


def _raw(values: Tensor) -> Any:
    """The bytes of a tensor, whatever its number format."""
    return values.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy()


def _follow(module: Any, old_rows: int, n_rows: int, ids: Mapping[str, int], ends: Sequence[int]) -> None:
    """Bring a module's configurations to a new vocabulary."""
    for config in _configs(module):
        if hasattr(config, "vocab_size"):
            config.vocab_size = n_rows
        if getattr(config, "decoder_vocab_size", None) == old_rows:  # Marian's
            config.decoder_vocab_size = n_rows
        several = [ids["eos"], *ends] if ends and "eos" in ids and _ends(config) else []
        for role in ("bos", "eos", "pad"):
            _name_id(config, f"{role}_token_id", ids.get(role), ids)
        if several:
            config.eos_token_id = several
        for name in _ID_LISTS:
            if getattr(config, name, None) is not None:
                _name_id(config, name, None, ids)


def _untie(module: Any) -> None:
    """Say in a module's configurations, and to what writes it, that its head has rows of its own."""
    for config in (module.config, text_config(module.config)):
        config.tie_word_embeddings = False
    head = module.get_output_embeddings().weight
    own = {name for name, values in module.named_parameters(remove_duplicate=False) if values is head}
    for part in module.modules():
        tied = getattr(part, "all_tied_weights_keys", None)
        if tied:
            part.all_tied_weights_keys = {name: source for name, source in tied.items() if name not in own}


def _name_id(config: Any, name: str, wanted: int | None, ids: Mapping[str, int]) -> None:
    """Set an id; where a configuration must name one and there is none, the start of texts."""
    try:
        setattr(config, name, wanted)
    except StrictDataclassFieldValidationError:
        setattr(config, name, ids.get("bos", ids.get("eos", 0)))


def _ends(config: Any) -> list[int]:
    """Ids that end what is written, where a configuration lists them."""
    told = getattr(config, "eos_token_id", None)
    return list(told) if isinstance(told, list | tuple) else []


def _configs(module: Any) -> Iterator[Any]:
    yield module.config
    if text_config(module.config) is not module.config:
        yield text_config(module.config)
    if getattr(module, "generation_config", None) is not None:
        yield module.generation_config
