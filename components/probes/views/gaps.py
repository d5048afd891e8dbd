"""Gaps: the rest of a word that a model writes, bound to the tokens before it or not."""

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
from core.common.numbers import count, so_many
from core.export.provenance import CitedTokenizer
from core.models.shipped import REAL_MODEL
from core.probes.filling.job import KIND, n_gaps, params_of
from core.probes.filling.shipped import shipped_gaps
from core.probes.gaps import WAYS, GapFilling, in_percent, in_points

_NAMES = {"exact": "byte by byte", "healed": "last token taken back", "naive": "behind the tokens"}
_CLOSE, _TAIL = 2, 24  # gaps by which a right guess may be off; characters shown before a gap


def draw(context: ProbeContext) -> None:
    """Shares of gaps filled rightly, and every gap."""
    found = _found(context)
    if found is None:
        return
    n, naive = len(found.gaps), sum(one.right("naive") for one in found.gaps)
    question = (
        f"Behind the tokens before the gap {plain(found.model)} fills {count(naive)} of "
        f"{so_many(n, 'gap', 'gaps')} rightly. How many does it fill byte by byte?"
    )
    seen, guess = predicted(context, question, lambda: str(st.slider("Gaps", 0, n, n // 2, key="gaps_guess")))
    if not seen:
        return
    if guess:
        exact = sum(one.right("exact") for one in found.gaps)
        verdict(abs(int(guess) - exact) <= _CLOSE, f"You guessed {count(int(guess))}; it is {count(exact)}.")
    st.markdown(plain(_in_words(found)))
    by = [CitedTokenizer(found.model, found.fingerprint)]
    show(_chart(found, KIND), context, found, context.text("text"), by)
    asked = "It has tokens for gaps" if found.marked else "Without tokens for gaps it read what follows above the text"
    st.caption(f"{asked}. Bars are Wilson's 95 % intervals. Only the missing letters count as right.")
    st.markdown("**Every gap**: what is missing, and what was written there")
    st.dataframe(_table(found), hide_index=True, placeholder="–", key="gaps_table", height=300)


def _found(context: ProbeContext) -> GapFilling | None:
    """What ships, where that is asked for; else what a job found, or None while there is none."""
    ready = shipped_gaps()
    asked = context.text("model"), context.text("text"), context.number("most")
    if asked == (ready.model, "", ready.most):
        say_it_ships(ready.date)
        return ready.found
    params = params_of(*asked)
    n = so_many(n_gaps(params), "gap", "gaps")
    return of_job(GapFilling, KIND, params, f"{n} filled by {params['model']}", KIND, (
        f"To fill {n} in three ways takes some seconds of a processor for each with SmolLM2-135M, beside this server, "
        "and longer with larger models; it goes on when this tab is closed."
    ))  # fmt: skip


def _in_words(found: GapFilling) -> str:
    inside = sum(one.inside for one in found.gaps)
    return (
        f"Byte by byte {in_percent(found.right('exact'))} of {so_many(len(found.gaps), 'gap is', 'gaps are')} filled "
        f"rightly, behind the tokens before them {in_percent(found.right('naive'))}: on the same gaps "
        f"{in_points(found.gain('exact'))}, and with the last token taken back {in_points(found.gain('healed'))}. "
        f"{so_many(inside, 'of them begins', 'of them begin')} inside a token."
    )


def _chart(found: GapFilling, key: str) -> Chart:
    rows = {name: found.right(way) for way, name in _NAMES.items()}
    axis = {"title": "gaps filled rightly", "tickformat": ".0%", "range": [0, 1]}
    return interval_dots(key, rows, axis, _in_words(found), lambda: _table(found), 1)


def _table(found: GapFilling) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Before the gap": one.gap.before.replace("\n", "⏎")[-_TAIL:],
                "Missing": one.gap.missing,
                **{_NAMES[way].capitalize(): f"{_mark(one.right(way))} {one.filled[way]}" for way in _NAMES},
                **{f"First byte, {_NAMES[way]}": one.first[way] for way in WAYS},
                "Inside a token": "yes" if one.inside else "no",
            }
            for one in found.gaps
        ]
    )


def _mark(right: bool) -> str:
    return "✓" if right else "✕"


def _card(dark: bool) -> str:
    found = shipped_gaps().found
    chart = _chart(found, "card_gaps_picture")
    chart.figure.update_xaxes(title="filled rightly")
    st.plotly_chart(chart.figure, key=chart.key, config={**CONFIG, "staticPlot": True}, alt=chart.alt)
    naive, exact = (sum(one.right(way) for one in found.gaps) for way in ("naive", "exact"))
    return (
        f"SmolLM2 ends {count(naive)} of {count(len(found.gaps))} half words rightly behind their tokens, and "
        f"**{count(exact)}** byte by byte."
    )


VIEW = ProbeView(
    name="gaps",
    label="Gaps",
    place=22,
    draw=draw,
    about="Half a word is gone, and the tokens before it are not those of the whole word. Is it still ended rightly?",
    card=_card,
    usual={"model": REAL_MODEL},
    examples={
        "What ships": {"text": ""},
        "Code": {
            "text": "def largest(values):\n    current = values[0]\n    for value in values:\n"
            "        if value > current:\n"
            "            current = value\n    return current"
        },
        "German": {"text": "Die Bäckerei öffnet morgens, und draußen warten schon Menschen auf frische Brötchen."},
    },
)
