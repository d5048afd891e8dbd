"""Theory: what counting tokens does for a model, on a source of zeros and ones that remembers."""

import streamlit as st

from components.cached import probes as cached
from components.charts.chart import CONFIG
from components.probes.context import ProbeContext
from components.probes.figure import show
from components.probes.predict import predicted, verdict
from components.probes.theory_chart import theory_chart
from components.probes.view import ProbeView
from components.widgets.chips import chips
from core.common.numbers import count
from core.export.provenance import CitedTokenizer
from core.probes.theory import Theory

_N_SAMPLED = 100_000  # characters
_CLOSE = 0.02  # bits: a guess so near is right
_MOST_CHIPS = 40


def draw(context: ProbeContext) -> None:
    """The curve between two lines, and the tokens in the order in which they were made."""
    p, q, order, most = context.real("p"), context.real("q"), context.number("order"), context.number("most")
    found = cached.theory(p, q, order, most)
    shown, guess = predicted(context, _question(found), _guess)
    if not shown:
        return
    if guess:
        _judge(float(guess), found)
    _said(found)
    sampled = cached.sampled_theory(found.source, most, _N_SAMPLED)
    chart = theory_chart(found, sampled, float(guess) if guess else None)
    show(chart, context, found, f"An endless text of zeros and ones with p = {p:g}, q = {q:g}, order {order}", _by())
    st.caption(
        f"Lines are exact, for an endless text. Dots: merges learnt on {count(_N_SAMPLED)} characters drawn from the "
        "source, where chance decides between pairs that are nearly as frequent."
    )
    st.markdown("**Tokens in the order in which they were merged**")
    chips(found.merged[:_MOST_CHIPS], n_more=max(0, len(found.merged) - _MOST_CHIPS))


def _question(found: Theory) -> str:
    return (
        f"A model of single characters needs {found.source.of_characters:.3f} bits for each; no model needs less than "
        f"{found.source.floor:.3f}. What does one need that counts {len(found.points) + 1} tokens made by merges?"
    )


def _guess() -> str:
    return str(st.slider("Bits for each character", 0.0, 1.0, 0.9, 0.01, key="theory_guess"))


def _judge(guess: float, found: Theory) -> None:
    truth = found.points[-1].merges
    right = abs(guess - truth) <= _CLOSE
    verdict(right, f"You guessed {guess:.2f}; it is {truth:.4f}{': about right' if right else ''}.")


def _said(found: Theory) -> None:
    """What the picture shows, and where more tokens make it worse."""
    last, best = found.points[-1], min(found.points, key=lambda point: point.merges)
    more = (
        f" It is best with {best.size}, **{best.merges:.3f}**: more tokens are not always better."
        if best.merges < last.merges - 1e-9
        else ""
    )
    st.markdown(
        f"With {last.size} tokens made by merges a model that only counts needs **{last.merges:.3f}** bits for each "
        f"character.{more}"
    )


def _by() -> list[CitedTokenizer]:
    return [
        CitedTokenizer("byte pair encoding", "closed form"),
        CitedTokenizer("a dictionary of the most frequent texts", "closed form"),
        CitedTokenizer("byte pair encoding of a sample", f"{count(_N_SAMPLED)} characters, seed 0"),
    ]


def _card(dark: bool) -> str:
    found = cached.theory(0.8, 0.8, 1, 32)
    chart = theory_chart(found, [], height=200)
    chart.figure.update_layout(margin={"t": 40}, annotations=[])
    chart.figure.update_yaxes(visible=False)
    st.plotly_chart(chart.figure, key="card_theory_picture", config={**CONFIG, "staticPlot": True}, alt=chart.alt)
    by_size = {point.size: point.merges for point in found.points}
    return (
        f"On a source of zeros and ones a model that only counts needs {by_size[2]:.3f} bits for each character, with "
        f"**16 tokens {by_size[16]:.3f}**, and with **32 tokens {by_size[32]:.3f}**: more."
    )


VIEW = ProbeView(
    name="theory",
    label="Theory",
    place=80,
    draw=draw,
    about="How far down can a model come that counts tokens and nothing else?",
    card=_card,
    sliders=("p", "q", "order"),
    examples={
        "Zeros and ones change places (p = q = 0.8)": {"p": 0.8, "q": 0.8, "order": 1},
        "Long runs (p = 0.1, q = 0.1)": {"p": 0.1, "q": 0.1, "order": 1},
        "Many zeros (p = 0.1, q = 0.6)": {"p": 0.1, "q": 0.6, "order": 1},
        "It looks back two places": {"p": 0.8, "q": 0.8, "order": 2},
        "No memory (p = 0.5, q = 0.5)": {"p": 0.5, "q": 0.5, "order": 1},
    },
)
