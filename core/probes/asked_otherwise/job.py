"""A job that puts questions to a model in several spellings, the kind `core.work.spelling_answers`: what to submit."""

from collections.abc import Mapping, Sequence

from core.evaluation.passes.choice_items import shipped_items
from core.jobs.store.files import Json
from core.models.submitted import model_params
from core.probes.spelling_answers import known

KIND = "spelling_answers"


def params_of(model: str, languages: Sequence[str], seed: int) -> dict[str, Json]:
    """The parameters of the job.

    Raises:
        UserError: this server opens no models of this kind, or there are no questions in a language.
    """
    return {**model_params(model), "languages": known(languages), "seed": seed}


def n_questions(params: Mapping[str, Json]) -> int:
    """The questions that such a job puts.

    >>> n_questions(params_of("shipped:tiny-english", ["eng_Latn"], 0))
    20
    """
    return sum(item.language in params["languages"] for item in shipped_items())
