"""Tokenizers of one size, each put into the same language model: how well it then reads, without any training."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress

import streamlit as st

from components.cached import lab as cached_lab
from components.cached import runs as cached_runs
from components.cached import tokenizers as cached_tokenizers
from components.frame.errors import plain
from components.runs.job_cards import may_see, refuse, session, show_refusal, submit
from components.runs.under_way import several_under_way
from components.training.context import TrainingContext
from components.training.in_model_answer import ask_part, in_model_answer, labels
from components.training.kept_spec import keep, opens, spec_of
from components.training.linked import LINKED, among
from components.widgets.model_box import model_box
from components.widgets.typed_number import typed_number
from components.widgets.view import View
from core.common.errors import UserError
from core.common.numbers import count, so_many
from core.jobs.job import Job
from core.lab.example import LANGUAGES, SENTENCES
from core.lab.foreseen import KIND
from core.lab.in_model import (
    METHOD,
    InModelQuestion,
    asked_before,
    same_content,
    trained_languages,
    with_tokenizer,
)
from core.text.languages import language
from core.training.recipe import Trained

_KEY, _REFUSED = "train_in_jobs", "train_in_refused"
_MOST_SENTENCES = 1_000


def draw(context: TrainingContext) -> None:
    """What is asked, a button that asks it, and what is there of the answer."""
    by_size = _several(context.made)
    if not by_size:
        st.info(
            "Tokenizers of one size are compared here, and no two have the same number of entries. Train several "
            "trainers with the same.",
            icon=":material/block:",
        )
        return
    show_refusal()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        among("train_in_size", [f"{n}" for n in by_size])
        size = LINKED.box("Entries", {f"{n}": count(n) for n in by_size}, "train_in_size", width=130)
        question = _ask(by_size[int(size)])
        part = ask_part(question.languages if question else ())
    made = {spec_of(one): one for one in by_size[int(size)]}
    if question is None:
        st.info("Choose a model and a language.", icon=":material/checklist:")
        return
    jobs, refused = _jobs(made, question), _refused(question)
    if _asks(made, jobs):
        _submit({spec: made[spec] for spec in _missing(made, jobs)}, question, refused)
        st.rerun()
    names = labels(made, context.made)
    for spec, why in refused.items():
        if spec in made and spec not in jobs:
            st.warning(f"**{plain(names[spec])}**: {plain(why)}", icon=":material/block:")
    if jobs:
        several_under_way({names[spec]: job for spec, job in jobs.items()}, _KEY)
        in_model_answer(made, context.made, jobs, question, part)


def _missing(made: Mapping[str, Trained], jobs: Mapping[str, Job]) -> list[str]:
    """Those for which nothing is there, and nothing can be gone on with."""
    return [spec for spec in made if spec not in jobs]


def _asks(made: Mapping[str, Trained], jobs: Mapping[str, Job]) -> bool:
    """The button, where there is something left to ask; whether it is pressed."""
    n_missing, n = len(_missing(made, jobs)), len(made)
    if not n_missing:
        return False
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Put each into the model" if n_missing == n else f"Put {n_missing} more into the model",
            icon=":material/play_arrow:", key="train_in_ask", type="primary",
        )  # fmt: skip
        st.caption(
            f"{so_many(n, 'tokenizer', 'tokenizers')}, each in place of the model's own, by a comparison of the page "
            "Transplants. It goes on beside this page."
        )
    return pressed


def _several(made: Sequence[Trained]) -> dict[int, list[Trained]]:
    """Tokenizers by size, where several have it; the largest of those that most have first."""
    found = defaultdict[int, list[Trained]](list)
    for one in made:
        if all(one.content != other.content for other in found[one.n_vocabulary]):
            found[one.n_vocabulary].append(one)
    order = sorted(found, key=lambda n: (len(found[n]), n), reverse=True)
    return {n: found[n] for n in order if len(found[n]) > 1}


def _ask(made: Sequence[Trained]) -> InModelQuestion | None:
    """What is the same for all of them; None as long as a part is missing."""
    model = model_box(LINKED, "train_in_model")
    methods = cached_lab.simple_methods()
    order = sorted(methods, key=lambda key: key != METHOD)
    method = LINKED.box(
        "Rows by", {key: methods[key] for key in order}, "train_in_method", width=220,
        about="How the rows of the new tokens are made. These need nothing beside the model and the tokenizer; more "
        "are on the page Transplants.",
    )  # fmt: skip
    there = trained_languages(file.name for one in made for file in one.recipe.files) or list(LANGUAGES)
    there = [*(code for code in LANGUAGES if code in there), *(code for code in there if code not in LANGUAGES)]
    usual = [code for code in there if code in LANGUAGES] or there
    with st.popover("Texts", icon=":material/menu_book:", width="content"):
        among("train_in_languages", there)
        codes = LINKED.several(
            "Languages", {code: language(code).name for code in there}, "train_in_languages", usual,
            "Those that were trained on and have sentences to measure; else those that Transplants begins with.",
        )  # fmt: skip
        sentences = typed_number(
            LINKED, "Sentences of each", "train_in_sentences", SENTENCES, 1, _MOST_SENTENCES, whole=True, width=160
        )
    if not model or not codes:
        return None
    return InModelQuestion(model, method, tuple(code for code in there if code in codes), int(sentences))


def _jobs(made: Mapping[str, Trained], question: InModelQuestion) -> dict[str, Job]:
    """The jobs that answer it, by spec, of those that anybody began whom this visitor may see."""
    there = [job for job in cached_runs.jobs().of_kind(KIND) if may_see(job)]
    found = dict[str, Job]()
    for spec, one in made.items():
        if there and opens(one, spec):
            with suppress(UserError):
                tokenizer = cached_tokenizers.tokenizer(spec)
                job = asked_before(there, question.plan(spec), tokenizer.info.fingerprint)
                if job is not None:
                    found[spec] = job
    return _of_the_model_now(found, question)


def _of_the_model_now(jobs: dict[str, Job], question: InModelQuestion) -> dict[str, Job]:
    """Those that read the model as it lies there now, where its files may change."""
    if not jobs or not question.model.startswith("file:"):
        return jobs
    with suppress(UserError):  # what has gone is what it was
        look = cached_lab.look(question.plan(next(iter(jobs))))
        return {spec: job for spec, job in jobs.items() if same_content(job.inputs, look.submission.inputs)}
    return jobs


def _refused(question: InModelQuestion) -> dict[str, str]:
    """Why some could not be handed in, by spec, of what was asked last; only this session knows."""
    asked, why = st.session_state.get(_REFUSED, (None, {}))
    if asked != question:
        asked, why = st.session_state[_REFUSED] = question, dict[str, str]()
    found: dict[str, str] = why
    return found


def _submit(made: Mapping[str, Trained], question: InModelQuestion, refused: dict[str, str]) -> None:
    """Hand in those that were not asked before, as the form of Transplants would.

    Args:
        refused: gains why one was not, by spec.
    """
    session()
    refused.clear()
    look = None
    for spec, one in made.items():
        try:
            keep(one, spec)
            if look is None:
                look = cached_lab.look(question.plan(spec))
            asked = with_tokenizer(look, cached_tokenizers.tokenizer(spec).info)
        except UserError as error:
            if list(refused.values()) == [str(error)]:  # twice the same: it is not the tokenizer
                refused.clear()
                refuse(error)
                return
            refused[spec] = str(error)
            continue
        if submit(KIND, asked.params, asked.inputs, asked.label) is None:
            return


VIEW = View(
    name="model",
    label="In a model",
    place=57,
    draw=draw,
    about="How well a language model reads with each in place of its own tokenizer, before any training.",
)
