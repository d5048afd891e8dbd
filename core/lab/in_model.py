"""Trained tokenizers in place of a model's own: a plan for each, its job found again, and what the model reads with it.

All are measured on the same texts, so that two of them are compared text by text as two methods of one comparison are
(`core.lab.differences`): languages weigh the same, and translations of one sentence count as one item.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan

from core.common.errors import UnknownName, UserError
from core.corpora.corpus import open_corpus
from core.jobs.job import KINDS, Job, content_key
from core.jobs.store.files import Input
from core.lab.differences import (
    ALL,
    BITS,
    Comparison,
    Entrant,
    TextPart,
    compare,
    entrants,
    macro_number,
    weights_of,
)
from core.lab.example import BASE, LANGUAGES, SENTENCES, first_plan
from core.lab.foreseen import KIND, Look, Submission, label_of
from core.lab.plan import Choice, Plan, plan_of
from core.lab.result import LabResult
from core.lab.setting import Setting
from core.stats.number import Number
from core.tokenizers.tokenizer import Info
from core.training.recipe import Trained
from core.training.sources import language_in

METHOD = "subword_mean"
_NOTHING_READ = "No text comes back exactly from its tokens, and bits per byte count where it does."


@dataclass(frozen=True)
class InModelQuestion:
    """What is the same for all tokenizers that are put into a model.

    Args:
        model: its spec.
        method: key of the one that makes the rows.
        languages: codes, of the corpus that plans name by default.
        sentences: of each language.
    """

    model: str = f"shipped:{BASE}"
    method: str = METHOD
    languages: tuple[str, ...] = LANGUAGES
    sentences: int = SENTENCES

    def plan(self, tokenizer: str) -> Plan:
        """The comparison in which a tokenizer, by its spec, is put into the model."""
        return replace(
            first_plan(tokenizer),
            model=self.model,
            methods=(Choice(self.method),),
            languages=self.languages,
            sentences=self.sentences,
        )


def trained_languages(files: Iterable[str]) -> list[str]:
    """Codes of the languages among what was trained on that there are sentences of to measure, in their order.

    >>> trained_languages(["flores200#dev deu_Latn", "python", "sample eng_Latn", "sample deu_Latn"])
    ['deu_Latn', 'eng_Latn']
    """
    here = open_corpus(Plan.corpus).sentences
    found = [language[1] for name in files if (language := language_in(name)) is not None]
    return [code for code in dict.fromkeys(found) if code in here]


def seen(made: Sequence[Trained]) -> bool:
    """Whether any was trained on the corpus that is measured."""
    found = (language_in(file.name) for one in made for file in one.recipe.files)
    return any(language is not None and language[0].partition("#")[0] == Plan.corpus for language in found)


def refuse_impossible(question: InModelQuestion) -> None:
    """Do nothing if any tokenizer could be put into the model so, as far as that shows without one.

    Raises:
        UserError: there is no such model, method or language, or the method needs more than a tokenizer; says which.
    """
    from core.models.load import outline
    from core.transplants.base import METHODS

    known = simple_methods()
    if question.method not in known:
        one = METHODS.get(question.method)
        if one.control:
            raise UnknownName("method for one tokenizer after another", question.method, list(known))
        raise UserError(f"{one.label} cannot be used here: give one of {', '.join(known)}, which need nothing else.")
    corpus = open_corpus(Plan.corpus)
    for code in question.languages:
        corpus.require(code)
    question.plan("any")
    outline(question.model)


def simple_methods() -> dict[str, str]:
    """Labels of the methods that need nothing beside a model and a tokenizer, by their keys."""
    from core.transplants.base import METHODS
    from core.transplants.needs import Available
    from core.transplants.resources import Resources

    nothing = Available(resources=Resources(), has_donor=False)
    return {key: one.label for key, one in METHODS.all().items() if not one.control and not one.lacks(nothing)}


def with_tokenizer(look: Look, tokenizer: Info) -> Submission:
    """The job of the plan that was looked at, with another tokenizer of as many entries; a look at that has the same.

    A look takes seconds, and these differ in nothing that it would find out but what the tokenizer is.
    """
    asked, plan = look.submission, plan_of(look.submission.params["plan"])
    there = replace(plan, tokenizer=tokenizer.spec)
    inputs = [
        Input(tokenizer.spec, tokenizer.fingerprint) if each.name == plan.tokenizer else each for each in asked.inputs
    ]
    label = label_of(look.setting.model.label, tokenizer.label, len(plan.methods))
    return Submission({**asked.params, "plan": there.to_json()}, tuple(inputs), label)


def asked_before(jobs: Iterable[Job], plan: Plan, fingerprint: str) -> Job | None:
    """The first of these jobs that does what a plan asks for, on the same content, as the kind computes it now.

    What a plan comes to as a job shows only once it is looked at, which takes seconds for each.

    Args:
        fingerprint: of the plan's tokenizer.
    """
    corpus = open_corpus(plan.corpus).only(plan.languages)
    content = [Input(plan.tokenizer, fingerprint), Input(corpus.label, corpus.fingerprint)]
    for job in jobs:
        if job.kind != KIND or not _asks(job, plan):
            continue
        if same_content(job.inputs, content) and content_key(KINDS.get(KIND), job.params, job.inputs) == job.key:
            return job
    return None


def same_content(inputs: Iterable[Input], others: Iterable[Input]) -> bool:
    """Whether two jobs read the same content of whatever both name, such as model and texts.

    >>> same_content([Input("file:/m", "a"), Input("trained:x", "b")], [Input("file:/m", "c")])
    False
    """
    content = {each.name: each.fingerprint for each in others}
    return all(content.get(each.name, each.fingerprint) == each.fingerprint for each in inputs)


def _asks(job: Job, plan: Plan) -> bool:
    """Does a job do what a plan says, wherever it runs, with a model of the Hub at any commit unless one is named?"""
    asked = job.params.get("plan", {})
    if not isinstance(asked, Mapping) or asked.get("tokenizer") != plan.tokenizer:
        return False
    try:
        found = plan_of(asked)
    except UserError:
        return False
    model = found.model
    if model.startswith("hub:") and "@" not in plan.model:
        name, mark, options = model.partition("?")
        model = f"{name.partition('@')[0]}{mark}{options}"
    return replace(found, model=model, device=plan.device) == plan


@dataclass(frozen=True, eq=False)
class InModel:
    """What a model reads with one tokenizer in place of its own, on some of the texts.

    Args:
        setting: of the comparison.
        entrant: the model with that tokenizer.
        part: the texts.
        bits: per byte, each language weighing the same; NaN with a reason.
        original: the same of the model with its own tokenizer.
        control: the least that a control comes to, whose rows know nothing of their tokens; NaN until there is one.
        bytes_per_token: of it on the texts that count, languages weighing the same; NaN where none does.
        original_bytes_per_token: the same of the model's own.
        n_counted: texts that count.
    """

    setting: Setting
    entrant: Entrant
    part: TextPart
    bits: Number
    original: Number
    control: Number
    bytes_per_token: float
    original_bytes_per_token: float
    n_counted: int


def in_model(result: LabResult, part: TextPart = ALL) -> InModel | None:
    """What is read with the tokenizer of a comparison by its only method; None as long as that is not finished."""
    setting = result.setting
    if setting is None:
        return None
    everybody = entrants(result)
    one = next((each for each in everybody if each.role == "method"), None)
    if one is None:
        return None

    def number(entrant: Entrant) -> Number:
        found = macro_number(setting, entrant, part)
        return found if isfinite(found.value) else Number(nan, reason=_NOTHING_READ)

    original = next((each for each in everybody if each.role == "original"), None)
    controls = [number(each) for each in everybody if each.role == "control"]
    missing = Number(nan, reason="It is not measured yet.")
    return InModel(
        setting,
        one,
        part,
        number(one),
        number(original) if original else missing,
        min(controls, key=lambda each: each.value, default=missing),
        _bytes_per_token(setting, one, part),
        _bytes_per_token(setting, original, part) if original else nan,
        int(weights_of(setting, one, part)[0].sum()),
    )


def _bytes_per_token(setting: Setting, entrant: Entrant, part: TextPart) -> float:
    """On the texts that count, languages weighing the same; NaN where none does."""
    used, weights, n_bytes = weights_of(setting, entrant, part)
    table = entrant.outcomes[0].table(BITS, "texts")
    if table is None or not used.any():
        return nan
    return float((weights * n_bytes).sum() / (weights * table.numbers("model_tokens")[used]).sum())


def read_best(found: Mapping[str, InModel]) -> list[str]:
    """Names of those with which anything is read, fewest bits per byte first."""
    there = [name for name, one in found.items() if isfinite(one.bits.value)]
    return sorted(there, key=lambda name: found[name].bits.value)


def beside_best(found: Mapping[str, InModel]) -> dict[str, Comparison]:
    """Bits per byte that each other one takes beyond the best, by name: paired over the texts that both read.

    They are corrected for their number.

    Args:
        found: several on the same texts, by name.
    """
    ranked = read_best(found)
    if len(ranked) < 2:
        return {}
    best = found[ranked[0]]
    second = replace(best.entrant, name=ranked[0])
    pairs = [(replace(found[name].entrant, name=name), second) for name in ranked[1:]]
    return {each.first: each for each in compare(best.setting, pairs, (best.part,))}
