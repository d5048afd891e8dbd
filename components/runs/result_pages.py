"""Kinds of jobs whose results a page of their own shows, and what that page is to be asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from components.runs.job_cards import LAB, OPENED
from core.common.data_folders import ROOT
from core.jobs.job import Job
from core.jobs.store.files import Json
from core.models.under_trained.job import KIND as UNDER_TRAINED
from core.probes.asked_otherwise.job import KIND as SPELLING_ANSWERS
from core.probes.bytes.job import KIND as NEXT_BYTE
from core.probes.bytes.prompt import as_given
from core.probes.filling.job import KIND as GAPS
from core.probes.merging.job import KIND as DYNAMIC_TOKENS
from core.probes.pooling.job import KIND as POOLED
from core.probes.respelled.job import KIND as SPELLING_LOSS
from core.probes.samples.job import KIND as DRIFT_SAMPLES
from core.probes.sums.job import ASKED as SUMS
from core.probes.sums.job import TRAINED as ADDERS
from core.probes.with_model.letters import KIND as LETTERS
from core.probes.with_model.noise import KIND as NOISE
from core.probes.with_model.traps import KIND as TRAPS
from core.segmenters.live.job import KIND as SEGMENTER
from core.training.job import KIND as TRAIN
from core.vocabulary.mixture.job import KIND as MIXTURE

Choices = Mapping[str, str | int]


@dataclass(frozen=True)
class ResultPage:
    """Where the result of a kind of job is shown.

    Args:
        page: its file.
        choices: what is chosen there, by its key in the session and in the link, from the job's parameters.
        by_key: whether the page finds the result by the job's key in the link; else by what is chosen.
    """

    page: str
    choices: Callable[[Mapping[str, Json]], Choices] = lambda params: {}
    by_key: bool = True


def _probe(key: str, given: Mapping[str, str | int]) -> Choices:
    """An experiment with what was asked there, by the keys of its controls."""
    return {"probe": key} | {f"{key}_{name}": value for name, value in given.items()}


def _next_byte(params: Mapping[str, Json]) -> Choices:
    given = {
        **as_given(bytes.fromhex(params["prompt_hex"])),
        "model": params["model"],
        "walked": params["walked"],
        "spellings": "all" if params["every"] else "written",
        "back": 0,
    }
    return _probe(NEXT_BYTE, given)


def _drift_samples(params: Mapping[str, Json]) -> Choices:
    words = {
        "languages": " ".join(params["languages"]),
        "temperatures": " ".join(f"{one:g}" for one in params["temperatures"]),
    }
    return _probe(DRIFT_SAMPLES, {**_some(params, "model", "samples", "tokens", "seed"), **words})


def _spelling_loss(params: Mapping[str, Json]) -> Choices:
    return _probe(SPELLING_LOSS, _some(params, "model", "text", "samples", "seed"))


def _spelling_answers(params: Mapping[str, Json]) -> Choices:
    return _probe(SPELLING_ANSWERS, {**_some(params, "model", "seed"), "languages": " ".join(params["languages"])})


def _pooled(params: Mapping[str, Json]) -> Choices:
    return _probe(POOLED, _some(params, "model", "other", "text"))


def _dynamic_tokens(params: Mapping[str, Json]) -> Choices:
    return _probe(DYNAMIC_TOKENS, _some(params, "model", "text", "sample", "merges", "hypernetwork"))


def _gaps(params: Mapping[str, Json]) -> Choices:
    return _probe(GAPS, _some(params, "model", "text", "most"))


def _noise(params: Mapping[str, Json]) -> Choices:
    return _probe(NOISE, _some(params, "model", "text", "most", "seed"))


def _traps(params: Mapping[str, Json]) -> Choices:
    return _probe(TRAPS, _some(params, "model", "text", "pairs", "seed"))


def _letters(params: Mapping[str, Json]) -> Choices:
    return _probe(LETTERS, _some(params, "model", "text"))


def _sums_trained(params: Mapping[str, Json]) -> Choices:
    return _probe("numbers", {"length": params["longest"], **_some(params, "steps", "training_seed")})


def _some(params: Mapping[str, Json], *keys: str) -> dict[str, str | int]:
    return {key: params[key] for key in keys}


def _under_trained(params: Mapping[str, Json]) -> Choices:
    return {"vocabulary": "Under-trained", "under_trained_model": params["model"]}


RESULT_PAGES = {
    LAB: ResultPage("transplants.py"),
    TRAIN: ResultPage("train.py"),
    SEGMENTER: ResultPage("train.py"),
    MIXTURE: ResultPage("vocabulary.py", lambda params: {"vocabulary": "Training mixture"}),
    UNDER_TRAINED: ResultPage("vocabulary.py", _under_trained, by_key=False),
    NEXT_BYTE: ResultPage("probes.py", _next_byte, by_key=False),
    DRIFT_SAMPLES: ResultPage("probes.py", _drift_samples, by_key=False),
    SPELLING_LOSS: ResultPage("probes.py", _spelling_loss, by_key=False),
    SPELLING_ANSWERS: ResultPage("probes.py", _spelling_answers, by_key=False),
    POOLED: ResultPage("probes.py", _pooled, by_key=False),
    DYNAMIC_TOKENS: ResultPage("probes.py", _dynamic_tokens, by_key=False),
    GAPS: ResultPage("probes.py", _gaps, by_key=False),
    NOISE: ResultPage("probes.py", _noise, by_key=False),
    TRAPS: ResultPage("probes.py", _traps, by_key=False),
    LETTERS: ResultPage("probes.py", _letters, by_key=False),
    SUMS: ResultPage("probes.py", lambda params: _probe("numbers", _some(params, "model")), by_key=False),
    ADDERS: ResultPage("probes.py", _sums_trained, by_key=False),
}


def go_to_result(job: Job) -> None:
    """Leave for the page that shows the result of this job; stay where none does."""
    there = RESULT_PAGES.get(job.kind)
    if there is None:
        return
    choices = there.choices(job.params)
    if not there.by_key:
        st.session_state.update(choices)  # a choice of this session goes before the link's
    address = {key: f"{value}" for key, value in choices.items()} | ({OPENED: job.key} if there.by_key else {})
    st.switch_page(ROOT / "pages" / there.page, query_params=address)
