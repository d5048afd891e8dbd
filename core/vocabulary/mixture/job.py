"""A job that infers a mixture, the kind `core.work.mixture`: what to submit, and the mixtures in its result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.common.codec import built, plain
from core.common.errors import UserError
from core.common.numbers import count
from core.corpora.corpus import Corpus
from core.corpora.facts import CorpusFacts
from core.jobs.job import Output
from core.jobs.store.files import Input, Json, Result
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.mixture.categories import CODE, MOST_BYTES, MOST_CATEGORIES, USUAL_BYTES
from core.vocabulary.mixture.infer import Mixture, check_merges

KIND = "mixture"
STEPS = (0.1, 0.2, 0.5, 1.0)  # of the merges: numbers of them for which an answer is looked for


@dataclass(frozen=True)
class MixtureQuestion:
    """What to submit: the parameters and inputs of a job that infers a mixture, and what it is called."""

    params: Mapping[str, Json]
    inputs: tuple[Input, ...]
    label: str


@dataclass(frozen=True)
class Kinds:
    """What the categories are.

    Args:
        languages: codes by corpus, which is open or told of by its facts.
        code: whether code is one.
        texts: specs of texts that the user uploaded, as `upload:HASH/NAME`.
    """

    languages: Sequence[tuple[Corpus | CorpusFacts, Sequence[str]]] = ()
    code: bool = False
    texts: Sequence[str] = ()

    @property
    def names(self) -> list[str]:
        """One a category, from which it is opened again."""
        spoken = [f"{corpus.spec} {language}" for corpus, languages in self.languages for language in languages]
        return [*spoken, *([CODE] if self.code else []), *self.texts]


def question(tokenizer: Tokenizer, kinds: Kinds, n_merges: int, most_bytes: int = USUAL_BYTES) -> MixtureQuestion:
    """The job of inferring what a tokenizer was trained on, for growing numbers of merges.

    Raises:
        UserError: too few or too many categories, merges or bytes, or a corpus lacks a language.
    """
    check_merges(n_merges)
    for corpus, languages in kinds.languages:
        for language in languages:
            corpus.require(language)
    if not 2 <= len(kinds.names) <= MOST_CATEGORIES:
        raise UserError(f"{len(kinds.names)} categories are chosen; choose from 2 to {MOST_CATEGORIES}.")
    if not 1_000 <= most_bytes <= MOST_BYTES:
        raise UserError(
            f"{count(most_bytes)} bytes a category cannot be taken; choose from {count(1_000)} to {count(MOST_BYTES)}."
        )
    info = tokenizer.info
    params = {
        "tokenizer": info.spec,
        "categories": kinds.names,
        "merges": sorted({max(1, round(step * n_merges)) for step in STEPS}),
        "bytes": most_bytes,
    }
    inputs = (
        Input(info.spec, info.fingerprint),
        *(Input(corpus.spec, corpus.fingerprint) for corpus, _ in kinds.languages),
    )
    return MixtureQuestion(params, inputs, f"What {info.label} was trained on, {len(kinds.names)} categories")


def as_output(mixtures: Sequence[Mixture]) -> Output:
    """Mixtures as the result of a unit or a job, from which `mixtures_in` reads them."""
    return Output(facts={"mixtures": [plain(one) for one in mixtures]})


def mixtures_in(result: Result | Output) -> tuple[Mixture, ...]:
    """The mixtures in the result of a unit or a job, for growing numbers of merges."""
    return tuple(built(Mixture, one) for one in result.facts["mixtures"])
