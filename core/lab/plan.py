"""What a comparison of transplants is asked to do, as it stands in links, jobs and stored results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from core.common.codec import Mismatch, built, plain
from core.common.errors import UserError, shown
from core.common.numbers import count
from core.common.params import Value
from core.jobs.job import canonical
from core.jobs.store.files import Json

MOST_SENTENCES = 5_000
MOST_SEEDS = 10
MOST_SEED = 2**53 - 1  # which JSON holds exactly, and torch takes
MOST_PADDING = 4_096
MOST_METHODS = 40


@dataclass(frozen=True)
class Choice:
    """A method or an evaluator, with the parameters that are not as by default.

    >>> Choice("omp_robust", {"k": 32}).name
    'omp_robust k=32'
    """

    key: str
    params: Mapping[str, Value] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Key and parameters in words, unique among different choices."""
        return " ".join([self.key, *(f"{key}={value}" for key, value in sorted(self.params.items()))])

    def __hash__(self) -> int:
        return hash((self.key, frozenset(self.params.items())))


AS_STORED = "stored"  # in the number format that a model was stored in


@dataclass(frozen=True)
class Plan:
    """One comparison: a model, the tokenizer that it shall have, ways to do that, and what is measured on which texts.

    Args:
        model: spec of the base model.
        tokenizer: spec of the new tokenizer; empty takes the donor's.
        donor: spec of a model trained with the new tokenizer; empty for none.
        methods: each with its parameters; the controls are added by themselves.
        evaluators: empty for the quick default.
        corpus: spec of a parallel corpus; empty for none.
        languages: of the corpus; empty for all.
        sentences: most sentences of each language that are measured; the others train, where something trains.
        files: plain texts, each a domain of its own, cut at line breaks.
        seeds: each method runs once with each.
        old_language: of the corpus, the one that dictionary and parallel text start from.
        dictionary, old_vectors, new_vectors, token_vectors: files that some methods need; empty for none.
        helper: spec of another model with the new tokenizer, whose input rows some methods go by; empty for the donor.
        hypernetwork: spec of a network that predicts rows for the model; empty for the one that ships, if one does.
        encoder: spec of a model that turns texts into vectors; empty for none.
        budget_seconds: most time it should take, by the estimate; 0 for any.
        device, dtype: as for `core.models.load.open_model`.
        out_dtype: number format in which the new model is written: "stored", as the model was, or one of `DTYPES`.
        pad_to: the new matrices have a multiple of so many rows.
        untie: whether a head that is tied to the input gets rows of its own, by every method and control.
    """

    model: str
    tokenizer: str = ""
    donor: str = ""
    methods: tuple[Choice, ...] = ()
    evaluators: tuple[Choice, ...] = ()
    corpus: str = "sample"
    languages: tuple[str, ...] = ()
    sentences: int = 100
    files: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (0,)
    old_language: str = "eng_Latn"
    dictionary: str = ""
    old_vectors: str = ""
    new_vectors: str = ""
    token_vectors: str = ""
    helper: str = ""
    hypernetwork: str = ""
    encoder: str = ""
    budget_seconds: float = 0.0
    device: str = "auto"
    dtype: str = "auto"
    out_dtype: str = AS_STORED
    pad_to: int = 1
    untie: bool = False

    def __post_init__(self) -> None:
        _check(self)

    @property
    def lexicons(self) -> tuple[str, ...]:
        """The files that it names for methods."""
        return tuple(filter(None, (self.dictionary, self.old_vectors, self.new_vectors, self.token_vectors)))

    def to_json(self) -> dict[str, Json]:
        """The plan without what is as by default, for links and jobs."""
        whole = plain(self)
        return {f.name: whole[f.name] for f in fields(self) if getattr(self, f.name) != f.default}


def plan_of(document: Json) -> Plan:
    """The plan that `Plan.to_json` wrote.

    Raises:
        UserError: it is no plan; says what is wrong with it.

    >>> plan = Plan("shipped:a", donor="shipped:b", methods=(Choice("mean"),))
    >>> plan_of(plan.to_json()) == plan
    True
    """
    if not isinstance(document, Mapping):
        raise UserError(f"{shown(str(document))} is no plan of a transplant. Set it up anew.")
    known = {f.name for f in fields(Plan)}
    for key in document:
        if key not in known:
            raise UserError(f"A plan has no {shown(str(key))}. It may be of another version; set it up anew.")
    if "model" not in document:
        raise UserError("The plan names no model. Choose the model whose tokenizer is to be replaced.")
    try:
        return built(Plan, document)
    except Mismatch as error:
        key = str(error.path[0])
        raise UserError(f"{key} of the plan cannot be {shown(canonical(document[key]))}. Set it up anew.") from None


def _check(plan: Plan) -> None:
    """Do nothing if a plan makes sense by itself; what it names is looked at by `core.lab.preview`.

    Raises:
        UserError: one message, about the first thing that is wrong.
    """
    if not plan.model:
        raise UserError("The plan names no model. Choose the model whose tokenizer is to be replaced.")
    if not plan.tokenizer and not plan.donor:
        raise UserError("The plan names no new tokenizer. Choose one, or a donor model that has it.")
    if not plan.corpus and not plan.files:
        raise UserError("The plan names no text to measure on. Choose a corpus or a file.")
    if len(plan.methods) > MOST_METHODS:
        raise UserError(f"{len(plan.methods)} methods are too many for one comparison; {MOST_METHODS} are the most.")
    for what, choices in (("method", plan.methods), ("measure", plan.evaluators)):
        twice = _twice([each.name for each in choices])
        if twice:
            raise UserError(f"The plan has the {what} {shown(twice)} twice. Take one out, or change its parameters.")
    twice = _twice([each.key for each in plan.evaluators])
    if twice:
        raise UserError(
            f"The plan measures {shown(twice)} with several settings. Take all but one out: it has one number."
        )
    if not 1 <= plan.sentences <= MOST_SENTENCES:
        raise UserError(f"{count(plan.sentences)} sentences cannot be measured: give 1 to {count(MOST_SENTENCES)}.")
    if not 1 <= plan.pad_to <= MOST_PADDING:
        raise UserError(
            f"Rows cannot be a multiple of {count(plan.pad_to)}: give 1 to {count(MOST_PADDING)}, such as 64."
        )
    fit = all(0 <= seed <= MOST_SEED for seed in plan.seeds)
    if not fit or not 1 <= len(plan.seeds) <= MOST_SEEDS or _twice(list(map(str, plan.seeds))):
        raise UserError(f"Give 1 to {MOST_SEEDS} different seeds, whole numbers from 0 to {count(MOST_SEED)}.")
    if not 0 <= plan.budget_seconds < float("inf"):
        raise UserError(f"A budget of {plan.budget_seconds} seconds is none. Give 0 for any time, or more.")


def _twice(words: Sequence[str]) -> str:
    return next((word for n, word in enumerate(words) if word in words[:n]), "")
