"""Who takes part in a comparison: the models and tokenizers that a plan names, opened once and fitted together."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from core.common.errors import UnknownName, UnreadableFile, UserError, shown
from core.common.named_path import named_path
from core.common.numbers import count
from core.common.settings import settings
from core.evaluation.base import EVALUATORS, Evaluator, Reference, quick_evaluators
from core.jobs.store.files import Input
from core.lab.lexicons import read_dictionary, read_vectors
from core.lab.memory import needs, refuse_too_large_together
from core.lab.plan import AS_STORED, Choice, Plan
from core.lab.texts import Texts, texts_of
from core.models.checkpoint import content_hash
from core.models.device import DTYPES, pick_device
from core.models.language_model import LanguageModel, text_config
from core.models.load import MatricesOf, open_matrices, open_model, outline
from core.models.stored_format import StoredFormat
from core.models.text_encoder import TextEncoder, open_encoder
from core.tokenizers.kinds import Kind
from core.tokenizers.local_tokenizer import open_local
from core.tokenizers.matching import Match, match, vocabulary_of
from core.tokenizers.tokenizer import LocalTokenizer
from core.transplants.base import METHODS
from core.transplants.hypernetworks.opening import Hypernetwork, check_fits, open_hypernetwork
from core.transplants.hypernetworks.shipped import shipped_for
from core.transplants.linear.rotary import RotaryShape
from core.transplants.needs import DONOR, HYPERNETWORK, WHOLE_MODEL, Available
from core.transplants.problem import Problem
from core.transplants.resources import Resources

_GIVEN = (
    "token_vectors",
    "old_vectors",
    "new_vectors",
    "dictionary",
    "encoder",
    "helper",
    "hypernetwork",
)  # in plan and resources


@dataclass(frozen=True, eq=False)
class Participants:
    """The parts of a plan, opened; what several of them come to is computed once.

    Args:
        plan: what they were opened for.
        original: the base model.
        donor: a model with the new tokenizer; None without.
        tokenizer: the new one.
        texts: of the plan.
        helper: another model with the new tokenizer; None without.
        encoder: of texts; None without.
        hypernetwork: that predicts rows for the model; None without, or where no method asks for one.
        frugal: whether memory counts more than time.
    """

    plan: Plan
    original: LanguageModel
    donor: LanguageModel | None
    tokenizer: LocalTokenizer
    texts: Texts
    helper: LanguageModel | None = None
    encoder: TextEncoder | None = None
    hypernetwork: Hypernetwork | None = None
    frugal: bool = False

    @property
    def needs(self) -> dict[str, int]:
        """Bytes of what is loaded, and of what measures hold besides, by its name for people."""
        models = {"": self.original, "the donor ": self.donor, "the helper ": self.helper}
        return needs(models, self.encoder, self.hypernetwork, _copies(self.plan))

    @cached_property
    def match(self) -> Match:
        """Which old row each new row corresponds to."""
        model, pad_to = self.original, self.plan.pad_to
        return match(model.tokenizer, self.tokenizer, model.n_rows, model.special_ids, pad_to)

    @cached_property
    def problem(self) -> Problem:
        """The transplant to make."""
        return Problem(
            self.original.tokenizer,
            self.tokenizer,
            self.original.matrices(),
            self.donor.matrices() if self.donor else None,
            self.resources,
            self.original.special_ids,
            self.original.device,
            pad_to=self.plan.pad_to,
            untie=self.plan.untie,
            frugal=self.frugal,
        )

    @property
    def unties(self) -> list[str]:
        """Labels of the methods that give a model whose head is tied to its input a head of its own; "" for all."""
        if not self.original.tied:
            return []
        own = [METHODS.get(choice.key) for choice in self.plan.methods]
        return [""] if self.plan.untie else list(dict.fromkeys(one.label for one in own if one.own_head))

    @cached_property
    def resources(self) -> Resources:
        """What some methods need besides."""
        plan = self.plan
        return Resources(
            target_text=self.texts.target(plan.old_language),
            old_text=self.texts.source(plan.old_language),
            parallel=self.texts.parallel(plan.old_language),
            dictionary=read_dictionary(plan.dictionary) if plan.dictionary else (),
            old_vectors=read_vectors(plan.old_vectors) if plan.old_vectors else None,
            new_vectors=read_vectors(plan.new_vectors) if plan.new_vectors else None,
            token_vectors=self._token_vectors,
            helper=self.helper.matrices().input if self.helper else None,
            encoder=self.encoder,
            hypernetwork=self.hypernetwork,
            rotary=_rotary(self.original, self.donor),
            model=None if self.frugal or self.original.fetched else self.original,
        )

    @property
    def _token_vectors(self) -> Tensor | None:
        if not self.plan.token_vectors:
            return None
        given = read_vectors(self.plan.token_vectors, most=2 * len(vocabulary_of(self.tokenizer)))
        return given.by_spelling(self.tokenizer)

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """All that it was opened from, by content."""
        plan = self.plan
        opened = (self.original, self.donor, self.helper, self.encoder)
        models = [Input(m.spec, m.fingerprint) for m in opened if m is not None]
        one = self.hypernetwork  # it may ship under the name of its model
        models += [] if one is None else [Input(f"hypernetwork {one.spec}", one.fingerprint)]
        files = [Input(name, _hash(name)) for name in plan.lexicons]
        tokenizer = Input(self.tokenizer.info.spec, self.tokenizer.info.fingerprint)
        texts = [Input(name, fingerprint) for name, fingerprint in self.texts.labels]
        own = [tokenizer] if plan.tokenizer else []
        return (*models, *own, *texts, *files, *self._read_by_measures)

    @property
    def _read_by_measures(self) -> list[Input]:
        chosen = [(EVALUATORS.get(choice.key), choice) for choice in self.plan.evaluators]
        return [
            Input(one.label, content_hash(paths)[:16])
            for one, choice in chosen
            if (paths := one.reads(one.read(choice.params)))
        ]

    @cached_property
    def reference(self) -> Reference:
        """What all outcomes are held against."""
        return Reference(self.texts.measured, self.original, self.donor, self.texts.left, seed=self.plan.seeds[0])


def opened(plan: Plan, device: str = "") -> Participants:
    """The participants of a plan, weights and all.

    Args:
        device: where models run instead of the plan's own.

    Raises:
        UserError: a part is not there, cannot be used, or does not fit the others.
    """
    there = replace(plan, device=device or plan.device)
    if plan.donor or plan.helper or plan.encoder or _hypernetwork_of(plan) or _copies(plan):
        outlined(there)  # together they may be too large for what each fits into
    return replace(_participants(there, open_model, weights=True), plan=plan)


def opened_matrices(plan: Plan) -> tuple[Participants, MatricesOf]:
    """The participants of a plan with nothing of any model but its two matrices, and the files of the base model.

    Raises:
        UserError: as `opened`; or a model does not lie there as safetensors.
    """
    read = dict[str, MatricesOf]()

    def matrices(spec: str, device: str, *_: object) -> LanguageModel:
        read[spec] = open_matrices(spec, device)
        return read[spec].model

    return replace(_participants(plan, matrices, weights=True), frugal=True), read[plan.model]


def outlined(plan: Plan) -> Participants:
    """The participants of a plan without weights: enough to see what a transplant would do, not to do it.

    Raises:
        UserError: as `opened`, but for what only shows in weights.
    """
    found = _participants(plan, outline, weights=False)
    there = [model.placement for model in (found.original, found.donor, found.helper) if model and model.placement]
    device = there[0].device if there else pick_device(plan.device)
    spreads = all(one.spreads and one.spread is None for one in there)
    refuse_too_large_together(found.needs, device, spreads=spreads)
    return found


def _participants(
    plan: Plan, opener: Callable[[str, str, str, float], LanguageModel], *, weights: bool
) -> Participants:
    device = plan.device
    for choice in plan.methods:
        METHODS.get(choice.key).read(choice.params)
    for choice in plan.evaluators:
        EVALUATORS.get(choice.key).ready(choice.params)
    texts = texts_of(plan)
    _refuse_what_lacks(plan, texts)
    _read_beginnings(plan)
    shares = _shares(plan, weights)
    original = _to_be_written(opener(plan.model, device, plan.dtype, next(shares)), plan.out_dtype)
    _refuse_learning(plan, original)
    donor = opener(plan.donor, device, plan.dtype, next(shares)) if plan.donor else None
    tokenizer = open_local(plan.tokenizer) if plan.tokenizer else None
    if tokenizer is None:
        assert donor is not None, "a plan names a tokenizer or a donor"
        tokenizer = donor.tokenizer
    elif donor is not None:
        _check_donor(donor, tokenizer, "donor")
    helper = opener(plan.helper, device, plan.dtype, next(shares)) if plan.helper else None
    if helper is not None:
        _check_donor(helper, tokenizer, "helper")
    encoder = open_encoder(plan.encoder, device, weights=weights) if plan.encoder else None
    vocabulary_of(original.tokenizer), vocabulary_of(tokenizer)
    hypernetwork = _hypernetwork(plan, original, weights)
    return Participants(plan, original, donor, tokenizer, texts, helper, encoder, hypernetwork)


def _shares(plan: Plan, weights: bool) -> Iterator[float]:
    """Of the memory that is free when each model is opened, what it may take if it is spread: all may take as much.

    Args:
        weights: whether those that are opened take theirs, so that less is free for the next.
    """
    n_models = sum(map(bool, (plan.model, plan.donor, plan.helper)))
    return (1.0 / (n_models - n if weights else n_models) for n in range(n_models))


def _refuse_learning(plan: Plan, original: LanguageModel) -> None:
    """Do nothing unless a plan learns through weights that are packed or fetched, where that cannot be done.

    Raises:
        UserError: a measure trains copies of them, or a method learns rows through layers that are fetched one at a
            time, all of which it would hold.
    """
    for one, _ in chosen_evaluators(plan):
        if reason := one.untrainable(original):
            raise UserError(f"{one.label} cannot be measured here. {reason}")
    for method in (METHODS.get(choice.key) for choice in plan.methods):
        if original.fetched and WHOLE_MODEL in method.needs:
            raise UserError(f"{method.label} cannot be used here. {WHOLE_MODEL.advice}")


def _rotary(original: LanguageModel, donor: LanguageModel | None) -> tuple[RotaryShape, RotaryShape] | None:
    """How both turn by positions; None where there is no donor, or one of both does not."""
    shapes = [_turns(model) for model in (original, donor) if model is not None]
    first, second = shapes if len(shapes) == 2 else (None, None)
    return None if first is None or second is None else (first, second)


def _turns(model: LanguageModel) -> RotaryShape | None:
    config = text_config(model.module.config)
    theta = (getattr(config, "rope_parameters", None) or {}).get("rope_theta") or getattr(config, "rope_theta", None)
    heads = getattr(config, "num_attention_heads", None)
    return RotaryShape(int(heads), float(theta)) if heads and theta else None


def _hypernetwork_of(plan: Plan) -> str:
    """The spec of the hypernetwork that a method of a plan predicts by; empty where none asks for one."""
    asked = any(HYPERNETWORK in METHODS.get(choice.key).needs for choice in plan.methods)
    return (plan.hypernetwork or shipped_for(plan.model)) if asked else ""


def _hypernetwork(plan: Plan, original: LanguageModel, weights: bool) -> Hypernetwork | None:
    spec = _hypernetwork_of(plan)
    if not spec:
        return None
    found = open_hypernetwork(spec, plan.device, weights=weights)
    check_fits(found, original)
    return found


def _refuse_what_lacks(plan: Plan, texts: Texts) -> None:
    """Do nothing if every method of a plan has what it needs, as far as that shows without models.

    Raises:
        UserError: one lacks something; says what, before anything is measured in vain.
    """
    old, something = plan.old_language, ("",)
    given: dict[str, Any] = {name: something for name in _GIVEN if getattr(plan, name)}
    given |= {"hypernetwork": something} if _hypernetwork_of(plan) else {}
    given |= {"target_text": texts.target(old), "old_text": texts.source(old), "parallel": texts.parallel(old)}
    here = Available(resources=Resources(**given), has_donor=bool(plan.donor))
    for one in (METHODS.get(choice.key) for choice in plan.methods):
        if reason := one.lacks(here):
            raise UserError(f"{one.label} cannot be used here. {reason}")


def _read_beginnings(plan: Plan) -> None:
    """Do nothing if the files for methods are of their formats, as far as the first line of large ones says.

    Raises:
        UserError: one cannot be read; says which, before anything is measured in vain.
    """
    if plan.dictionary:
        read_dictionary(plan.dictionary)
    for name in filter(None, (plan.old_vectors, plan.new_vectors, plan.token_vectors)):
        read_vectors(name, most=1)


def _to_be_written(model: LanguageModel, dtype: str) -> LanguageModel:
    if dtype == AS_STORED:
        return model
    if dtype not in DTYPES:
        raise UnknownName("number format", dtype, [AS_STORED, *DTYPES])
    return replace(model, stored=StoredFormat(DTYPES[dtype]))


def _check_donor(donor: LanguageModel, tokenizer: LocalTokenizer, role: str) -> None:
    """Do nothing if the rows of a donor, or of a helper, belong to a tokenizer.

    Raises:
        UserError: they do not, or the donor lacks rows; says how far apart they are.
    """
    new, own = vocabulary_of(tokenizer), vocabulary_of(donor.tokenizer)
    n = min(len(new), len(own))
    other = sum(
        new.pieces[i] != own.pieces[i]
        for i in range(n)
        if new.kinds[i] == Kind.ORDINARY or own.kinds[i] == Kind.ORDINARY
    )
    if other:
        raise UserError(
            f"{donor.name} cannot be the {role} for {tokenizer.info.label}: {count(other)} of {count(n)} ids stand for "
            "other bytes in its own tokenizer. Choose a model that was trained with that tokenizer, or leave the "
            "tokenizer out to take the donor's."
        )


def _hash(name: str) -> str:
    settings().refuse("file")
    path = named_path(name)
    if not path.is_file():
        raise UnreadableFile(f"{shown(name)} is no file. Name one that holds what methods read.")
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError as error:
        raise UnreadableFile(f"{shown(name)} cannot be read: {error.strerror or error}. Name one that can.") from None


def choice_label(choice: Choice) -> str:
    """A method for people: its label, with the parameters that are not as by default."""
    about = ", ".join(f"{key} {value}" for key, value in sorted(choice.params.items()))
    return METHODS.get(choice.key).label + (f" ({about})" if about else "")


def controls(problem_has_donor: bool) -> tuple[str, ...]:
    """Keys of the controls that can run."""
    return tuple(
        key for key, one in METHODS.all().items() if one.control and (problem_has_donor or DONOR not in one.needs)
    )


def chosen_evaluators(plan: Plan) -> Sequence[tuple[Evaluator, Choice]]:
    """The measures of a plan with their parameters: those it names, or the quick default."""
    if plan.evaluators:
        return [(EVALUATORS.get(choice.key), choice) for choice in plan.evaluators]
    return [(one, Choice(one.key)) for one in quick_evaluators()]


def _copies(plan: Plan) -> int:
    """How many times measures hold a model's weights besides it, at most."""
    return max((one.copies for one, _ in chosen_evaluators(plan)), default=0)


def release(device: torch.device) -> None:
    """Give memory back to a device that several models have used in turn."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
