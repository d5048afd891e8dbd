"""Two as one: two models that cut texts otherwise, brought together byte by byte."""

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
from core.common.numbers import so_many
from core.export.provenance import CitedTokenizer
from core.probes.pooled import TOGETHER, WAYS, Pooled, in_bits
from core.probes.pooling.job import KIND, n_texts, params_of
from core.probes.pooling.shipped import shipped_pooled

_GAINS, _LOSES = "Less than the better alone", "As much or more"


def draw(context: ProbeContext) -> None:
    """What both as one need less than the better alone."""
    found = _found(context)
    if found is None:
        return
    question = "The mean of both models' distributions of each byte: what does it need for these texts?"
    seen, guess = predicted(context, question, _guess)
    if not seen:
        return
    gain = found.gain("mean")
    if guess:
        truth = _GAINS if gain.value > 0 else _LOSES
        verdict(guess == truth, f"You said: {guess.lower()}. It needs {in_bits(gain)} bits a byte less.")
    alone = (f"{name} {in_bits(found.bits_per_byte(way))}" for way, name in zip(WAYS, found.names, strict=False))
    st.markdown(plain(f"{_in_words(found)} Alone they need {', '.join(alone)}."))
    by = [CitedTokenizer(*pair) for pair in zip(found.names, found.fingerprints, strict=True)]
    show(_chart(found, KIND), context, found, context.text("text"), by)
    if gain.reason:
        st.caption(plain(gain.reason))


def _found(context: ProbeContext) -> Pooled | None:
    """What ships, where that is asked for; else what a job found, or None while there is none."""
    ready = shipped_pooled()
    params = params_of(context.text("model"), context.text("other"), context.text("text"))
    if params == params_of(ready.model, ready.other, ""):
        say_it_ships(ready.date, "the models were asked")
        return ready.found
    n = so_many(n_texts(params), "text", "texts")
    return of_job(Pooled, KIND, params, f"{params['model']} and {params['other']} on {n}", KIND, (
        "Both models are asked before each byte: a line of sixty takes some seconds of a processor for the models that "
        "ship, and about a minute with SmolLM2-135M, beside this server; it goes on when this tab is closed."
    ), "Ask both models")  # fmt: skip


def _guess() -> str | None:
    return st.segmented_control("Your guess", [_GAINS, _LOSES], key="pooled_guess", label_visibility="collapsed")


def _in_words(found: Pooled) -> str:
    said = (f"their {way} {in_bits(found.gain(way))}" for way in TOGETHER)
    return (
        f"Bits a byte that both as one need less than {found.names[found.better == 'other']} alone: {', '.join(said)}."
    )


def _rows(found: Pooled) -> dict[str, str]:
    first, second = found.names
    other = second if second != first else f"{second}, the second"
    return {"model": first, "other": other, "mean": "mean of both", "product": "product of both"}


def _chart(found: Pooled, key: str) -> Chart:
    names = _rows(found)
    rows = {label: found.gain(way) for way, label in names.items() if way != found.better}
    axis = {"title": f"bits a byte less than {names[found.better]} alone"}
    chart = interval_dots(key, rows, axis, _in_words(found), lambda: _table(found), 1)
    chart.figure.add_vline(x=0, line={"color": "#888", "width": 2}, layer="below")
    return chart


def _table(found: Pooled) -> pd.DataFrame:
    return pd.DataFrame(
        [{"Bytes": text.n_bytes, **{_rows(found)[way]: text.bits[way] for way in WAYS}} for text in found.texts]
    )


def _card(dark: bool) -> str:
    found = shipped_pooled().found
    chart = _chart(found, "card_pooled_picture")
    chart.figure.update_xaxes(title="fewer bits for each byte")
    st.plotly_chart(chart.figure, key=chart.key, config={**CONFIG, "staticPlot": True}, alt=chart.alt)
    alone, both = found.bits_per_byte(found.better).value, found.bits_per_byte("mean").value
    return (
        f"Two tiny models that cut text otherwise: the better needs **{alone:.2f} bits** for each byte, the mean of "
        f"both **{both:.2f}**."
    )


VIEW = ProbeView(
    name="pooled",
    label="Two as one",
    place=21,
    draw=draw,
    about="Two models that cut text otherwise share no tokens, but they share bytes: do they read better as one?",
    card=_card,
    usual={"model": "shipped:tiny-english", "other": "shipped:tiny-world"},
    examples={
        "The sentences that ship": {"text": ""},
        "German": {"text": "Der Zug fährt um halb sieben ab.\nEs war ein kalter Tag."},
    },
)
