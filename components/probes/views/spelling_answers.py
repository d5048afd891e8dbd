"""Answered otherwise: whether a model still knows what is right when the question is spelled in other tokens."""

import pandas as pd
import streamlit as st

from components.charts.chart import CONFIG, Chart
from components.frame.errors import plain
from components.probes.context import ProbeContext
from components.probes.figure import show
from components.probes.interval_dots import interval_dots
from components.probes.job_answer import of_job, say_it_ships
from components.probes.predict import predicted, verdict
from components.probes.view import ProbeView
from core.common.numbers import count
from core.export.provenance import CitedTokenizer
from core.models.shipped import REAL_MODEL
from core.probes.asked_otherwise.job import KIND, n_questions, params_of
from core.probes.asked_otherwise.shipped import shipped_spelling_answers
from core.probes.spelling_answers import WAYS, SpellingAnswers, in_percent

_NAMES = {"own": "its own tokens", "random": "others, by chance", "characters": "characters"}
_CLOSE = 0.1  # a guess so near is right


def draw(context: ProbeContext) -> None:
    """Shares of right answers by spelling, and every question."""
    found = _found(context)
    if found is None:
        return
    n = sum(one.right["own"] for one in found.questions)
    question = (
        f"{plain(found.model)} answers {count(n)} of {count(len(found.questions))} questions rightly. What share of "
        "these does it still, when they are spelled character by character?"
    )
    seen, guess = predicted(context, question, _guess)
    if not seen:
        return
    if guess:
        kept = found.kept("characters").value
        verdict(abs(float(guess) - kept) <= _CLOSE, f"You guessed {float(guess):.0%}; it is {kept:.0%}.")
    st.markdown(plain(_in_words(found)))
    by = [CitedTokenizer(found.model, found.fingerprint)]
    show(_chart(found, KIND), context, found, "The shipped questions", by, (count(len(found.questions)), "questions"))
    st.caption(
        "Bars are Wilson's 95 % intervals; who guesses is right in a third. Published for large models tuned to "
        "instructions: up to 93.4 % is kept with tokens by chance, 90.8 % with characters (Broken Tokens?)."
    )
    st.markdown("**Every question**")
    st.dataframe(_table(found), hide_index=True, placeholder="–", key="spelling_answers_table", height=300)


def _found(context: ProbeContext) -> SpellingAnswers | None:
    """What ships, where that is asked for; else what a job found, or None while there is none."""
    ready = shipped_spelling_answers()
    asked = context.text("model"), context.words("languages"), context.number("seed")
    if asked == (ready.model, ready.languages, ready.seed):
        say_it_ships(ready.date)
        return ready.found
    params = params_of(*asked)
    n = count(n_questions(params))
    return of_job(SpellingAnswers, KIND, params, f"{n} questions put to {params['model']}", KIND, (
        f"To put {n} questions in three spellings takes one to three minutes of a processor for SmolLM2-135M, beside "
        "this server, and longer for larger models; it goes on when this tab is closed."
    ))  # fmt: skip


def _guess() -> str:
    return str(st.slider("Share kept", 0.0, 1.0, 0.5, 0.01, key="spelling_answers_guess"))


def _in_words(found: SpellingAnswers) -> str:
    by_chance, characters = (in_percent(found.kept(way)) for way in ("random", "characters"))
    return (
        f"Of the answers that are right in the tokenizer's own tokens it keeps {by_chance} in others drawn by chance, "
        f"and {characters} character by character."
    )


def _chart(found: SpellingAnswers, key: str) -> Chart:
    rows = {_NAMES[way]: found.right(way) for way in WAYS}
    axis = {"title": "right answers", "tickformat": ".0%", "range": [0, 1]}
    return interval_dots(key, rows, axis, _in_words(found), lambda: _table(found), 1)


def _table(found: SpellingAnswers) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Question": one.prompt,
                **{_NAMES[way].capitalize(): "✓" if right else "✕" for way, right in one.right.items()},
                **{f"Tokens, {_NAMES[way]}": n for way, n in one.n_tokens.items()},
            }
            for one in found.questions
        ]
    )


def _card(dark: bool) -> str:
    found = shipped_spelling_answers().found
    chart = _chart(found, "card_spelling_answers_picture")
    st.plotly_chart(chart.figure, key=chart.key, config={**CONFIG, "staticPlot": True}, alt=chart.alt)
    n = sum(one.right["own"] for one in found.questions)
    kept = sum(one.right["own"] and one.right["characters"] for one in found.questions)
    return (
        f"SmolLM2 answers {count(n)} of {count(len(found.questions))} easy questions rightly in its own tokens. Of "
        f"these it keeps **{count(kept)}** when they come character by character."
    )


VIEW = ProbeView(
    name="spelling_answers",
    label="Answered otherwise",
    place=12,
    draw=draw,
    about="The same question in other tokens: does the model still know the answer?",
    card=_card,
    usual={"model": REAL_MODEL},
)
