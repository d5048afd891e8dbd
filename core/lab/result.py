"""What a comparison of transplants came to, as pages and the command line read it; without torch.

A result is complete or partial: a job that runs shows the outcomes that are finished, and says what is to come.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from math import isnan, nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.common.definitions import Definition
from core.common.params import Value
from core.evaluation.results import Measures, Number, Table, restored
from core.jobs.job import Output
from core.jobs.store.files import Array, Json, Result
from core.lab.plan import Plan, plan_of
from core.transplants.row_extras import LEFT_AFTER

Role = Literal["original", "donor", "method", "control"]

PROVENANCE = ("copied", "composed", "solved", "fallback")  # `core.transplants.base.Provenance` by number
SIDES = ("input", "output")


@dataclass(frozen=True)
class Party:
    """A model or tokenizer that takes part.

    Args:
        spec: what opens it.
        label: its name on a page.
        fingerprint: hash of its content.
        n_tokens: of its vocabulary.
        n_rows: of its matrices; 0 for a tokenizer alone.
        width: D; 0 for a tokenizer alone.
        n_parameters: 0 for a tokenizer alone.
        tied: whether its head uses its input rows.
        notes: facts a user of its numbers should know.
    """

    spec: str
    label: str
    fingerprint: str
    n_tokens: int
    n_rows: int = 0
    width: int = 0
    n_parameters: int = 0
    tied: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Tokens:
    """The new vocabulary, row by row.

    Args:
        data, ends: bytes of all tokens side by side, uint8, and where each ends, int64 (V_new,).
        classes: names of the classes that occur.
        of_class: index into `classes` per token, int16 (V_new,).
        old: old id per row of the new matrices, -1 where none says the same, int64 (V_rows,).
        rule: name of the matching rule per row as an index into `rules`, uint8 (V_rows,).
        rules: names of the rules.
    """

    data: NDArray[np.uint8]
    ends: NDArray[np.int64]
    classes: tuple[str, ...]
    of_class: NDArray[np.int16]
    old: NDArray[np.int64]
    rule: NDArray[np.uint8]
    rules: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ends)

    def piece(self, token: int) -> bytes:
        """The bytes that a new id stands for; empty for a row beyond the vocabulary."""
        if token >= len(self.ends):
            return b""
        start = int(self.ends[token - 1]) if token else 0
        return self.data[start : int(self.ends[token])].tobytes()

    def class_of(self, token: int) -> str:
        """The class of a new id."""
        return self.classes[int(self.of_class[token])]


@dataclass(frozen=True, eq=False)
class Setting:
    """What is known before any model has read anything.

    Args:
        model, tokenizer, donor: who takes part.
        n_by_rule: rows of the new matrices under each matching rule.
        n_same_bytes, n_same_strings, n_same_normalised: tokens that both vocabularies have when they are compared on
            bytes, on the strings of their files, and on those with one mark for a word's start; None where a file
            has no strings.
        classes: a row per class of token: n_tokens of the new vocabulary, n_shared of them, n_made by a method.
        tokens: the new vocabulary.
        texts: a row per measured text: language, domain, sentence, n_bytes, old_tokens, new_tokens, lossless.
        compression: a row per language and domain and one for all: bytes, tokens of both tokenizers, and the share of
            tokens saved with its interval, paired over texts.
        n_training: texts kept for what trains.
        remarks: what a user should know, in sentences.
    """

    model: Party
    tokenizer: Party
    donor: Party | None
    n_by_rule: Mapping[str, int]
    n_same_bytes: int
    n_same_strings: int | None
    n_same_normalised: int | None
    classes: Table
    tokens: Tokens
    texts: Table
    compression: Table
    n_training: int
    remarks: tuple[str, ...] = ()

    def stored(self) -> Output:
        """The setting as arrays and JSON."""
        tables = Measures(tables={"classes": self.classes, "texts": self.texts, "compression": self.compression})
        kept, tokens = tables.stored("setting/"), self.tokens
        arrays = {
            **kept.arrays,
            "tokens/data": tokens.data,
            "tokens/ends": tokens.ends,
            "tokens/of_class": tokens.of_class,
            "tokens/old": tokens.old,
            "tokens/rule": tokens.rule,
        }
        facts = {
            "model": asdict(self.model),
            "tokenizer": asdict(self.tokenizer),
            "donor": asdict(self.donor) if self.donor else None,
            "n_by_rule": dict(self.n_by_rule),
            "n_same": [self.n_same_bytes, self.n_same_strings, self.n_same_normalised],
            "classes": list(tokens.classes),
            "rules": list(tokens.rules),
            "n_training": self.n_training,
            "remarks": list(self.remarks),
        }
        return Output(arrays, {**kept.facts, "setting": facts})


def setting_of(output: Output | Result) -> Setting:
    """The setting that `Setting.stored` wrote."""
    arrays, facts = output.arrays, output.facts["setting"]
    tables, n_same = restored(Output(arrays, output.facts), "setting/").tables, facts["n_same"]
    tokens = Tokens(
        arrays["tokens/data"],
        arrays["tokens/ends"],
        tuple(facts["classes"]),
        arrays["tokens/of_class"],
        arrays["tokens/old"],
        arrays["tokens/rule"],
        tuple(facts["rules"]),
    )
    model, tokenizer, donor = (_party(facts[name]) for name in ("model", "tokenizer", "donor"))
    assert model is not None and tokenizer is not None, "only a donor may be missing"
    return Setting(
        model,
        tokenizer,
        donor,
        facts["n_by_rule"],
        n_same[0],
        n_same[1],
        n_same[2],
        tables["classes"],
        tokens,
        tables["texts"],
        tables["compression"],
        facts["n_training"],
        tuple(facts["remarks"]),
    )


def _party(fields: Json) -> Party | None:
    return Party(**{**fields, "notes": tuple(fields["notes"])}) if fields else None


@dataclass(frozen=True, eq=False)
class SideRows:
    """What a transplant says of the rows of one matrix.

    Args:
        provenance: index into `PROVENANCE` per row, uint8 (V_rows,).
        wanted: new ids whose rows the method made, int64 (n,).
        residual: what its weights leave of a token's donor row, as a share, float32 (n,), NaN for fallback rows; None
            where there is nothing to be left.
        extras: more numbers per made row by name, float32 (n,): sums of weights, number of them, and the like.
        facts: numbers about all rows by name.
        fallbacks: rows that the method could not make, by reason.
        norms: length of each row, float32 (V_rows,).
        map_ids: new ids on the map, int64 (M,); the same for all methods.
        map_points: their places on the two main axes of the original's own rows, float32 (M, 2).
        axes: share of the variance of those rows along each axis.
    """

    provenance: NDArray[np.uint8]
    wanted: NDArray[np.int64]
    residual: NDArray[np.float32] | None
    extras: Mapping[str, NDArray[np.float32]]
    facts: Mapping[str, float]
    fallbacks: Mapping[str, int]
    norms: NDArray[np.float32]
    map_ids: NDArray[np.int64]
    map_points: NDArray[np.float32]
    axes: tuple[float, float]

    @property
    def n_by_provenance(self) -> dict[str, int]:
        """Rows of each origin."""
        counts = np.bincount(self.provenance, minlength=len(PROVENANCE)).tolist()
        return dict(zip(PROVENANCE, counts, strict=True))

    @property
    def left_after(self) -> dict[int, NDArray[np.float32]]:
        """What was left of a token's donor row after so many atoms, (n,), ascending; empty where none are counted."""
        found = {
            int(name.removeprefix(LEFT_AFTER)): x for name, x in self.extras.items() if name.startswith(LEFT_AFTER)
        }
        return dict(sorted(found.items()))

    def worst(self, most: int = 50) -> NDArray[np.intp]:
        """Places in `wanted` of the rows with the largest residuals, worst first; empty without residuals."""
        if self.residual is None:
            return np.empty(0, np.intp)
        order = np.argsort(-np.nan_to_num(self.residual, nan=-1.0), kind="stable")
        return np.asarray(order[: min(most, int((~np.isnan(self.residual)).sum()))])


@dataclass(frozen=True, eq=False)
class Outcome:
    """One model that was measured: the original, the donor, or a transplant.

    Args:
        name: unique in the result, such as "omp_robust k=32, seed 1".
        role: the original and the donor are anchors; a control is a method that should be beaten.
        method: key of the method; empty for anchors.
        label: for people, without seed.
        params: all parameters of the method.
        seed: of what the method draws.
        measures: by key of the evaluator.
        unavailable: why an evaluator gave nothing, by its key.
        rows: by side of the matrices; empty for anchors.
        seconds: of the method alone.
        peak_bytes: memory of the method at most; NaN if unknown.
        measuring_seconds: by key of the evaluator; the first that reads the texts pays for all.
        remarks: what a user should know, in sentences.
    """

    name: str
    role: Role
    method: str
    label: str
    params: Mapping[str, Value] = field(default_factory=dict)
    seed: int = 0
    measures: Mapping[str, Measures] = field(default_factory=dict)
    unavailable: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, SideRows] = field(default_factory=dict)
    seconds: float = 0.0
    peak_bytes: float = nan
    measuring_seconds: Mapping[str, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def anchor(self) -> bool:
        """Whether it is no transplant."""
        return self.role in ("original", "donor")

    def number(self, evaluator: str, key: str) -> Number:
        """A number that an evaluator declares, or why there is none."""
        if evaluator not in self.measures:
            return Number(nan, reason=self.unavailable.get(evaluator, "It was not measured."))
        return self.measures[evaluator].numbers.get(key, Number(nan, reason="It has no meaning here."))

    def table(self, evaluator: str, name: str) -> Table | None:
        """A table that an evaluator made, or None."""
        return self.measures[evaluator].tables.get(name) if evaluator in self.measures else None

    def stored(self) -> Output:
        """The outcome as arrays and JSON."""
        arrays: dict[str, Array] = {}
        facts: dict[str, Json] = {}
        for key, measures in self.measures.items():
            kept = measures.stored(f"measures/{key}/")
            arrays |= kept.arrays
            facts |= kept.facts
        for side, rows in self.rows.items():
            arrays |= {f"rows/{side}/{key}": value for key, value in _row_arrays(rows)}
        facts["outcome"] = {
            "name": self.name,
            "role": self.role,
            "method": self.method,
            "label": self.label,
            "params": dict(self.params),
            "seed": self.seed,
            "measured": list(self.measures),
            "unavailable": dict(self.unavailable),
            "seconds": self.seconds,
            "peak_bytes": None if isnan(self.peak_bytes) else self.peak_bytes,
            "measuring_seconds": dict(self.measuring_seconds),
            "remarks": list(self.remarks),
            "rows": {
                side: {
                    "extras": list(rows.extras),
                    "facts": _finite(rows.facts),
                    "fallbacks": dict(rows.fallbacks),
                    "axes": list(rows.axes),
                }
                for side, rows in self.rows.items()
            },
        }
        return Output(arrays, facts)


def outcome_of(output: Output | Result) -> Outcome:
    """The outcome that `Outcome.stored` wrote."""
    facts = output.facts["outcome"]
    whole = Output(output.arrays, output.facts)
    peak = facts["peak_bytes"]
    return Outcome(
        name=facts["name"],
        role=facts["role"],
        method=facts["method"],
        label=facts["label"],
        params=facts["params"],
        seed=facts["seed"],
        measures={key: restored(whole, f"measures/{key}/") for key in facts["measured"]},
        unavailable=facts["unavailable"],
        rows={side: _side_rows(output.arrays, side, about) for side, about in facts["rows"].items()},
        seconds=facts["seconds"],
        peak_bytes=nan if peak is None else peak,
        measuring_seconds=facts["measuring_seconds"],
        remarks=tuple(facts["remarks"]),
    )


_ROW_ARRAYS = ("provenance", "wanted", "norms", "map_ids", "map_points")


def _row_arrays(rows: SideRows) -> Iterator[tuple[str, Array]]:
    yield from ((name, getattr(rows, name)) for name in _ROW_ARRAYS)
    if rows.residual is not None:
        yield "residual", rows.residual
    yield from ((f"extras/{name}", values) for name, values in rows.extras.items())


def _side_rows(arrays: Mapping[str, Array], side: str, about: Json) -> SideRows:
    named = {name: arrays[f"rows/{side}/{name}"] for name in _ROW_ARRAYS}
    extras = {name: arrays[f"rows/{side}/extras/{name}"] for name in about["extras"]}
    facts = {name: nan if value is None else value for name, value in about["facts"].items()}
    residual = arrays.get(f"rows/{side}/residual")
    return SideRows(
        **named,
        residual=residual,
        extras=extras,
        facts=facts,
        fallbacks=about["fallbacks"],
        axes=(about["axes"][0], about["axes"][1]),
    )


def _finite(numbers: Mapping[str, float]) -> dict[str, float | None]:
    return {name: float(value) if np.isfinite(value) else None for name, value in numbers.items()}


@dataclass(frozen=True)
class About:
    """What a method or an evaluator is, as it was when the result was made.

    Args:
        key, label, definition, source: as it declares them.
        numbers: of an evaluator, the numbers that stand for it in a table.
    """

    key: str
    label: str
    definition: str
    source: str
    numbers: tuple[Definition, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """As it stands in a stored result."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class LabResult:
    """One comparison: who took part, what was measured, in the order of the plan.

    Args:
        plan: what was asked.
        setting: what is known without models; None until that is finished.
        outcomes: finished ones: the anchors, the methods in order of the plan, the controls.
        waiting: names of what is to come; empty for a complete result.
        methods, evaluators: what they are, by key.
    """

    plan: Plan
    setting: Setting | None
    outcomes: tuple[Outcome, ...]
    waiting: tuple[str, ...] = ()
    methods: Mapping[str, About] = field(default_factory=dict)
    evaluators: Mapping[str, About] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Is nothing left to come?"""
        return not self.waiting

    @cached_property
    def original(self) -> Outcome | None:
        """The model before the transplant."""
        return next((o for o in self.outcomes if o.role == "original"), None)

    @cached_property
    def donor(self) -> Outcome | None:
        """A model that was trained with the new tokenizer."""
        return next((o for o in self.outcomes if o.role == "donor"), None)

    @cached_property
    def transplants(self) -> tuple[Outcome, ...]:
        """Methods and controls."""
        return tuple(o for o in self.outcomes if not o.anchor)

    def outcome(self, name: str) -> Outcome:
        """The outcome of this name, which must be there."""
        return next(o for o in self.outcomes if o.name == name)

    def stored(self) -> Output:
        """The result as arrays and JSON."""
        arrays: dict[str, Array] = {}
        facts: dict[str, Json] = {
            "plan": self.plan.to_json(),
            "waiting": list(self.waiting),
            "methods": [about.to_json() for about in self.methods.values()],
            "evaluators": [about.to_json() for about in self.evaluators.values()],
            "outcomes": [],
        }
        if self.setting is not None:
            kept = self.setting.stored()
            arrays |= kept.arrays
            facts |= kept.facts
        for n, outcome in enumerate(self.outcomes):
            one = outcome.stored()
            arrays |= {f"{n}/{name}": values for name, values in one.arrays.items()}
            facts["outcomes"].append(dict(one.facts))
        return Output(arrays, facts)


def lab_result(output: Output | Result) -> LabResult:
    """The result that `LabResult.stored` wrote: what a finished job of the kind "transplant" holds."""
    arrays, facts = output.arrays, output.facts
    outcomes = []
    for n, one in enumerate(facts["outcomes"]):
        mine = {name.partition("/")[2]: a for name, a in arrays.items() if name.startswith(f"{n}/")}
        outcomes.append(outcome_of(Output(mine, one)))
    return LabResult(
        plan_of(facts["plan"]),
        setting_of(output) if "setting" in facts else None,
        tuple(outcomes),
        tuple(facts["waiting"]),
        abouts_of(facts["methods"]),
        abouts_of(facts["evaluators"]),
    )


def abouts_of(documents: Json) -> dict[str, About]:
    """What methods or measures are, by key, as `About.to_json` wrote them."""
    found = (About(**{**each, "numbers": tuple(Definition(**one) for one in each["numbers"])}) for each in documents)
    return {about.key: about for about in found}
