"""What the order of merges tells of the text: shares inferred from a finished tokenizer, beside what they were."""

from contextlib import suppress

import streamlit as st

from components.cached import runs as cached_runs
from components.cached import tokenizers as cached_tokenizers
from components.cached import training as cached
from components.frame.errors import plain, user_errors
from components.runs.job_cards import session, show_refusal, submit
from components.runs.under_way import result_of, under_way
from components.training.context import TrainingContext
from components.training.figure import show
from components.training.kept_spec import keep, opens, spec_of
from components.training.linked import LINKED
from components.training.looks import label_of
from components.vocabulary.mixture_charts import shares_chart
from components.widgets.view import View
from core.common.errors import UserError
from core.common.numbers import count
from core.jobs.job import KINDS, Job, State, content_key
from core.training.keep import usual_name
from core.training.recipe import Trained
from core.training.revealed import Reveal
from core.vocabulary.mixture.infer import Mixture
from core.vocabulary.mixture.job import KIND, MixtureQuestion, mixtures_in

_OF = "train_reveal_of"


def draw(context: TrainingContext) -> None:
    """A choice, a button that asks, and the answer beside the truth."""
    telling = {usual_name(one): one for one in context.made if cached.tells(one)}
    if not telling:
        st.info(
            "None of these was made by merging the most frequent pair of all text, so their order tells nothing of "
            "it. Train BPE on bytes or characters.",
            icon=":material/block:",
        )
        return
    show_refusal()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        labels = {name: label_of(one, context.made) for name, one in telling.items()}
        name = LINKED.box("Tokenizer", labels, _OF, width=280)
        one = telling[name]
        asks = st.button("Infer its text", icon=":material/play_arrow:", key="train_reveal_ask")
    st.caption(
        "Only the finished file is looked at: which of two pairs was merged first says which was more frequent, and so "
        "how much of the text each language was (Hayase et al. 2024). It takes about ten seconds and goes on beside "
        "this page."
    )
    with user_errors():
        _answer(one, labels[name], asks)


def _answer(one: Trained, label: str, asks: bool) -> None:
    spec = spec_of(one)
    if asks:
        keep(one, spec)
    if not opens(one, spec):
        return
    reveal = cached.reveal(one, cached_tokenizers.tokenizer(spec))
    if asks:
        session()
        submit(KIND, reveal.question.params, reveal.question.inputs, reveal.question.label)
    job = _job(reveal.question)
    if job is None:
        return
    under_way(job, "train_reveal")
    if job.state is State.DONE and (result := result_of(job, "train_reveal")) is not None:
        _drawn(label, reveal, mixtures_in(result)[-1])


def _drawn(label: str, reveal: Reveal, mixture: Mixture) -> None:
    for said in (*mixture.doubts, *mixture.warnings):
        st.warning(plain(said), icon=":material/report:")
    show(shares_chart(mixture, label, reveal.truth))
    off = max(abs(found.share - truth) for found, truth in zip(mixture.shares, reveal.truth, strict=True))
    st.caption(
        f"Dots: what {count(mixture.n_merges)} merges tell, with bars for what they leave open; upright marks: what "
        f"the text was, in bytes. They are at most {off:.1%} of the text apart. The categories are its own texts, so "
        "that none is missing, which nobody knows of a tokenizer that others made."
    )


def _job(question: MixtureQuestion) -> Job | None:
    with suppress(UserError):
        return cached_runs.jobs().get(content_key(KINDS.get(KIND), question.params, question.inputs))
    return None


VIEW = View(
    name="reveal",
    label="What it reveals",
    place=55,
    draw=draw,
    about="Its text inferred back from its merges, beside what it was.",
)
