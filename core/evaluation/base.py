"""What a module of `core.evaluation.measures` declares: a measure of a model whose tokenizer was replaced.

A `Reference` is what all methods of one comparison share: the texts, the original model, the donor, and their one
reading of the texts. A `Subject` is one transplanted model. Measures that need only one pass over the texts take it
from `Subject.reading` and `Reference.original_reading`, so that any number of them costs one pass per method.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.common.definitions import Definition
from core.common.errors import UserError
from core.common.memo import Memo
from core.common.need import Need, missing
from core.common.optional_package import OptionalPackage
from core.common.params import Param, Params, Value, read_params
from core.common.registry import Registry
from core.evaluation.passes.reading import Group, Reading, read
from core.evaluation.results import Measures
from core.models.language_model import LanguageModel
from core.models.large import QUANTISED
from core.models.score import usual_window
from core.tokenizers.matching import Match, match, vocabulary_of
from core.tokenizers.special_roles import special_ids
from core.transplants.base import Method, Transplanted
from core.transplants.problem import Problem

# Distributions of the next byte take a kilobyte per token; on more text than this they are kept of a sample of it.
NEXT_BYTES_OF = 200_000


@dataclass(frozen=True)
class EvalText:
    """A text to measure on.

    Args:
        language: its code.
        domain: what kind of text it is, empty if there is but one.
        sentence: what it says, as a name that its translations share; empty where there are none.
    """

    language: str
    domain: str
    text: str
    sentence: str = ""


@dataclass(frozen=True, eq=False)
class Reference(Memo):
    """What all methods of one comparison are held against.

    Args:
        texts: to measure on; intervals resample them, so many short ones say more than few long ones.
        original: the model before the transplant.
        donor: a model that was trained with the new tokenizer.
        training: texts to train on where a measure trains; none of `texts`.
        window_bytes, stride_bytes: how long texts are cut, the same for all models; 0 for the usual.
        seed: of everything that is drawn.
    """

    texts: tuple[EvalText, ...]
    original: LanguageModel | None = None
    donor: LanguageModel | None = None
    training: tuple[EvalText, ...] = ()
    window_bytes: int = 0
    stride_bytes: int = 0
    seed: int = 0

    def sample(self, n_bytes: int, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Some of these texts, drawn at random, of `n_bytes` together at most, but one at least, bool (N,)."""
        order = np.random.default_rng(self.seed + 1).permutation(np.flatnonzero(among))
        sizes = np.array([len(self.texts[i].text.encode()) for i in order.tolist()], np.int64)
        chosen = np.zeros(len(self.texts), np.bool_)
        chosen[order[np.cumsum(sizes) <= n_bytes]] = True
        chosen[order[:1]] = True
        return chosen

    def only(self, chosen: NDArray[np.bool_]) -> list[str]:
        """The texts chosen, and empty ones in the place of all others."""
        return [t.text if keep else "" for t, keep in zip(self.texts, chosen.tolist(), strict=True)]

    @cached_property
    def with_next_bytes(self) -> NDArray[np.bool_]:
        """Texts of which distributions of the next byte are kept, (N,): all, or a sample."""
        return self.sample(NEXT_BYTES_OF, np.ones(len(self.texts), np.bool_))

    def read(self, model: LanguageModel, groups: NDArray[np.uint8] | None = None) -> Reading:
        """A model's reading of the texts, cut as for all others.

        Args:
            groups: `Group` of each row; None takes every token of text for shared.
        """
        known = [m for m in (self.original, self.donor) if m is not None] or [model]
        rows = row_groups(model) if groups is None else groups
        window = self.window_bytes or usual_window(*known)
        texts = [t.text for t in self.texts]
        return read(model, texts, rows, self.with_next_bytes, window, self.stride_bytes)

    @cached_property
    def original_reading(self) -> Reading:
        """The original's; one for all methods."""
        assert self.original is not None, "asked only by measures that declare the need"
        return self.read(self.original)

    @cached_property
    def donor_reading(self) -> Reading:
        """The donor's; one for all methods."""
        assert self.donor is not None, "asked only by measures that declare the need"
        return self.read(self.donor)


@dataclass(frozen=True, eq=False)
class Subject(Memo):
    """A model to measure, and what is known of how it was made.

    Args:
        model: the one whose tokenizer was replaced.
        reference: what it is held against.
        problem: the transplant that it is the outcome of.
        method: how its new rows were made.
        transplanted: its matrices with the origin of each row.
    """

    model: LanguageModel
    reference: Reference
    problem: Problem | None = None
    method: Method | None = None
    transplanted: Transplanted | None = None

    @cached_property
    def reading(self) -> Reading:
        """Its reading of the reference's texts."""
        return self.reference.read(self.model, self.groups)

    @cached_property
    def match(self) -> Match | None:
        """Which old row each of its rows corresponds to; None without an original."""
        if self.transplanted is not None:
            return self.transplanted.match
        original = self.reference.original
        if original is None:
            return None
        return match(original.tokenizer, self.model.tokenizer, original.n_rows, original.special_ids)

    @cached_property
    def groups(self) -> NDArray[np.uint8]:
        """`Group` of each row of the model, (V,)."""
        return row_groups(self.model, self.match)

    @property
    def original(self) -> LanguageModel:
        """The model before the transplant."""
        assert self.reference.original is not None, "asked only by measures that declare the need"
        return self.reference.original


def subject(problem: Problem, method: Method, transplanted: Transplanted, reference: Reference) -> Subject:
    """The original model of `reference` with transplanted matrices, ready to measure."""
    assert reference.original is not None, "a transplant has an original"
    problem = method.posed(problem)
    name = f"{reference.original.name}, {method.label}"
    model = reference.original.with_matrices(
        transplanted.matrices,
        problem.new,
        transplanted.special_ids,
        name,
        problem.unwritten,
        transplanted.other_ends(reference.original.other_ends),
    )
    return Subject(model, reference, problem, method, transplanted)


def row_groups(model: LanguageModel, found: Match | None = None) -> NDArray[np.uint8]:
    """`Group` of each row of a model, uint8 (V,); without a match every token of text is shared."""
    vocabulary, n = vocabulary_of(model.tokenizer), model.n_rows
    groups = np.full(n, Group.UNUSED, np.uint8)
    groups[[i for i, piece in enumerate(vocabulary.pieces[:n]) if piece]] = Group.SHARED
    if found is not None:
        groups[found.new_text[found.new_text < n]] = Group.NEW
    special = {*special_ids(model.tokenizer), *model.special_ids.values()}
    groups[[i for i in special if i < n]] = Group.SPECIAL
    return groups


@dataclass(frozen=True, kw_only=True)
class Evaluator:
    """A measure of a transplanted model.

    Args:
        key: its name on the command line.
        label: its name on a page.
        definition: what it measures, in a few sentences.
        source: paper, empty where the measure is our own.
        numbers: the numbers that stand for it in a table of methods, each with its meaning.
        cost: what it takes, in words.
        passes: about how many scoring passes of one model it takes beyond the one that all share.
        remakes: how often it makes a method's rows again.
        own_bytes: about how many bytes of text the model reads besides, where that is no share of the texts; of its
            parameters and the bytes of the texts. What it writes or trains on counts as what is read in the same time.
        evaluate: the measures; called only if nothing needed is missing.
        needs: what must be there beyond a model and texts.
        quick: whether it is part of the quick default.
        params: what can be set.
        copies: how many times it holds a model's weights in float32, besides the model, at most.
        package: what has to be installed for it beyond what the program needs; None for nothing.
        check: does nothing if it can be taken here with these parameters; else raises a UserError.
        reads: files of this machine that its parameters name.
    """

    key: str
    label: str
    definition: str
    numbers: tuple[Definition, ...]
    cost: str
    evaluate: Callable[[Subject, Params], Measures]
    passes: float = 0.0
    remakes: int = 0
    own_bytes: Callable[[Params, int], float] = lambda params, n_bytes: 0.0
    source: str = ""
    needs: tuple[Need[Subject], ...] = ()
    quick: bool = False
    params: tuple[Param, ...] = field(default=())
    copies: int = 0
    package: OptionalPackage | None = None
    check: Callable[[Params], None] = lambda params: None
    reads: Callable[[Params], Sequence[Path]] = lambda params: ()

    @property
    def absent(self) -> str:
        """How to install what it needs, in a sentence or two for the user; empty where it is there."""
        return self.package.advice if self.package else ""

    def unavailable(self, subject: Subject) -> str | None:
        """What is missing and how to get it, in a sentence or two for the user; None if nothing is."""
        return self.absent or self.untrainable(subject.model) or missing(self.needs, subject)

    def untrainable(self, model: LanguageModel) -> str:
        """Why it cannot train copies of a model, in two sentences for the user; empty where it can, or trains none."""
        if not self.copies or model.whole:
            return ""
        why = f"in {model.numbers} numbers" if model.numbers in QUANTISED else "spread"
        return (
            f"It trains copies of {model.name}, which is {why}: only whole weights on one device can be trained. Leave "
            "this measure out, or pick one device and bfloat16."
        )

    def read(self, given: Mapping[str, Value], seed: int = 0) -> Params:
        """All parameters: those given, and the defaults of the others.

        Raises:
            UserError: there is no such parameter, or it cannot have that value.
        """
        return read_params(self.key, self.params, given, seed)

    def ready(self, given: Mapping[str, Value], seed: int = 0) -> Params:
        """All parameters, where it can be taken here with them.

        Raises:
            UserError: what it needs is not installed, or a parameter cannot be what it is.
        """
        if self.absent:
            raise UserError(self.absent)
        params = self.read(given, seed)
        self.check(params)
        return params

    def passes_over(self, n_bytes: int, given: Mapping[str, Value]) -> float:
        """About how many scoring passes over texts of so many bytes it takes beyond the one that all share."""
        return self.passes + self.own_bytes(self.read(given), n_bytes) / max(1, n_bytes)

    def measure(self, subject: Subject, given: Mapping[str, Value] | None = None) -> Measures:
        """The measures.

        Raises:
            UserError: something that it needs is missing, or a parameter cannot be what it is.
        """
        if reason := self.unavailable(subject):
            raise UserError(f"{self.label} cannot be measured here. {reason}")
        return self.evaluate(subject, self.ready(given or {}, subject.reference.seed))


EVALUATORS = Registry(package="core.evaluation.measures", constant="EVALUATOR", kind=Evaluator, noun="evaluator")


def quick_evaluators() -> Sequence[Evaluator]:
    """Those of the quick default."""
    return [e for e in EVALUATORS.all().values() if e.quick]
