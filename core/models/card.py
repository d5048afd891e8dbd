"""The model card of a transplant: what was done, where each row comes from, and what was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan

from core.common.numbers import count
from core.jobs.store.files import Json
from core.stats.number import Number

_USE = (
    "from transformers import AutoModelForCausalLM, AutoTokenizer",
    "",
    'name = "."  # this folder, or what it is called on the Hub',
    "tokenizer = AutoTokenizer.from_pretrained(name)",
    "model = AutoModelForCausalLM.from_pretrained(name)",
    'text = tokenizer("The weather in the north", return_tensors="pt")',
    'written = model.generate(text["input_ids"], attention_mask=text["attention_mask"], max_new_tokens=40)',
    "print(tokenizer.decode(written[0], skip_special_tokens=True))",
)


@dataclass(frozen=True)
class Origins:
    """Rows of one matrix by where they come from, with the reasons of those that could not be made."""

    side: str
    n_by_provenance: Mapping[str, int]
    fallbacks: Mapping[str, int]


@dataclass(frozen=True)
class ModelCard:
    """What a card says.

    Args:
        title: of the model.
        licence: of the base, as the Hub writes it; empty where its files name none.
        repository: the base's on the Hub; empty where none is known.
        source: what the new tokenizer is called and how it is had, for people.
        base, tokenizer, donor: specs and fingerprints as (spec, fingerprint); no donor is an empty pair.
        method: its key, label, definition and source.
        params: all of its parameters.
        seed: of what it draws.
        origins: of each matrix.
        match: new tokens under each rule of matching.
        numbers: (what, unit, original, transplant, texts) of what was measured; empty if nothing was.
        remarks: what a user should know.
        versions: library to version.
    """

    title: str
    licence: str
    repository: str
    source: str
    base: tuple[str, str]
    tokenizer: tuple[str, str]
    donor: tuple[str, str]
    method: tuple[str, str, str, str]
    params: Mapping[str, Json]
    seed: int
    origins: Sequence[Origins]
    match: Mapping[str, int]
    numbers: Sequence[tuple[str, str, Number, Number, str]] = ()
    remarks: Sequence[str] = ()
    versions: Mapping[str, str] | None = None

    def facts(self) -> dict[str, Json]:
        """The card for programs."""
        return {
            "title": self.title,
            "licence": self.licence or None,
            "base": {
                "spec": self.base[0],
                "fingerprint": self.base[1],
                "repository": self.repository or None,
            },
            "tokenizer": {"spec": self.tokenizer[0], "fingerprint": self.tokenizer[1], "source": self.source},
            "donor": {"spec": self.donor[0], "fingerprint": self.donor[1]} if self.donor[0] else None,
            "method": {"key": self.method[0], "label": self.method[1], "source": self.method[3]},
            "params": dict(self.params),
            "seed": self.seed,
            "rows": {o.side: {**o.n_by_provenance, "fallback_reasons": dict(o.fallbacks)} for o in self.origins},
            "match": dict(self.match),
            "measured": [
                {"what": what, "unit": unit, "original": _plain(before), "transplant": _plain(after), "texts": texts}
                for what, unit, before, after, texts in self.numbers
            ],
            "remarks": list(self.remarks),
            "versions": dict(self.versions or {}),
        }

    def markdown(self) -> str:
        """The card for people, with the header that the Hub reads."""
        key, label, definition, source = self.method
        set_to = ", ".join(f"{name} = {value}" for name, value in self.params.items()) or "none"
        lines = [
            "---",
            *([f"license: {self.licence}"] if self.licence else []),
            *([f"base_model: {self.repository}"] if self.repository else []),
            "library_name: transformers",
            "pipeline_tag: text-generation",
            "tags: [tokenizer-transplant, token-atlas]",
            "---",
            f"# {self.title}",
            "",
            f"The language model `{self.base[0]}` with the tokenizer `{self.tokenizer[0]}`: its embedding and head "
            f"were made anew by **{label}**, all other weights are as they were. Made with Token Atlas.",
            "",
            "| | spec | fingerprint |",
            "| --- | --- | --- |",
            f"| base model | `{self.base[0]}` | `{self.base[1]}` |",
            f"| new tokenizer | `{self.tokenizer[0]}` | `{self.tokenizer[1]}` |",
            *([f"| donor of rows | `{self.donor[0]}` | `{self.donor[1]}` |"] if self.donor[0] else []),
            "",
            f"The new tokenizer is {self.source}.",
            "",
            self._said_licence,
            "",
            "## Use",
            "",
            "In this folder:",
            "",
            "```python",
            *_USE,
            "```",
            "",
            "## Method",
            "",
            f"{definition} Source: {source}. Parameters of `{key}`: {set_to}; seed {self.seed}.",
            "",
            "## Where the rows come from",
            "",
            "| matrix | copied | composed | solved | fallback |",
            "| --- | ---: | ---: | ---: | ---: |",
            *(self._origins(one) for one in self.origins),
            "",
            *(
                f"- {one.side.capitalize()} rows that are fallback rows, each since {why}: {count(n)}."
                for one in self.origins
                for why, n in one.fallbacks.items()
            ),
            "",
            "## Measured",
            "",
            *self._measured(),
            "",
            *(["## Remarks", "", *(f"- {remark}" for remark in self.remarks), ""] if self.remarks else []),
        ]
        return "\n".join(lines).replace("\n\n\n", "\n\n").rstrip() + "\n"

    @property
    def _said_licence(self) -> str:
        if self.licence:
            return f"The base is under the licence `{self.licence}`, as its files say; the tokenizer may have its own."
        return (
            "The files of the base name no licence, so none is stated here. Look up the base's and the tokenizer's "
            "before you share this model."
        )

    def _origins(self, one: Origins) -> str:
        counts = " | ".join(
            count(one.n_by_provenance.get(kind, 0)) for kind in ("copied", "composed", "solved", "fallback")
        )
        return f"| {one.side} | {counts} |"

    def _measured(self) -> list[str]:
        if not self.numbers:
            return ["Nothing was measured beyond that the folder reads back as it was written."]
        return [
            "| | unit | original | transplant | texts |",
            "| --- | --- | ---: | ---: | --- |",
            *(
                f"| {what} | {unit} | {_shown(before)} | {_shown(after)} | {texts} |"
                for what, unit, before, after, texts in self.numbers
            ),
            "",
            "In brackets 95 % intervals from resampling texts. Bits per byte compare models whatever their tokenizers.",
        ]


def _shown(number: Number) -> str:
    if isnan(number.value):
        return "–"
    interval = "" if isnan(number.low) else f" ({number.low:.3f} – {number.high:.3f})"
    return f"{number.value:.3f}{interval}"


def _plain(number: Number) -> dict[str, Json]:
    values = {"value": number.value, "low": number.low, "high": number.high}
    return {**{name: None if isnan(value) else value for name, value in values.items()}, "reason": number.reason}
