"""What a module of `core.probes` declares: a question about tokenization, and how it is answered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from core.common.registry import Registry

Kind = Literal["tokenizer", "tokenizers", "model", "text", "words", "ids", "whole number", "number"]
Value = str | int | float | tuple[int, ...] | tuple[str, ...] | None


class ProbeAnswer(Protocol):
    """What a probe found."""

    def document(self) -> dict[str, object]:
        """It as a JSON document."""

    def sentences(self) -> list[str]:
        """It in words, one line each."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One thing that a probe asks for.

    Args:
        key: its name, as an argument of the probe's function, an option of the command line and in links.
        kind: what is given: the spec of a tokenizer, of several or of a model, a text, words, ids or a number; what is
            several is a tuple.
        text: what it is, for people, in lower case.
        default: taken where nothing is given; None where something must be, unless the thing is optional.
        optional: may be left out, and is None then.
        least, most: the smallest and the largest number that makes sense.
        among: of a text, the words that it may be, and of words, those that they may be, of which none stand for all;
            empty where it may be any.
    """

    key: str
    kind: Kind
    text: str
    default: Value = None
    optional: bool = False
    least: float | None = None
    most: float | None = None
    among: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A question about tokenization.

    Args:
        key: its name in links, on the command line and in documents.
        order: smaller ones stand first.
        question: what it answers, for people who do not know the field's words.
        caution: what would make its result wrong, or be read wrongly.
        source: papers, with years; what of it is our own.
        asked: what one brings.
        find: the answer, called with the things asked for by name.
    """

    key: str
    order: int
    question: str
    caution: str
    source: str
    asked: tuple[Asked, ...]
    find: Callable[..., ProbeAnswer]


PROBES = Registry(package="core.probes", constant="PROBE", kind=Probe, noun="probe", order=lambda probe: probe.order)
