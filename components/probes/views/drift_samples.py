"""Samples: how many of a model's own texts do not come back as the tokens that it wrote."""

from collections import Counter

import streamlit as st

from components.charts.chart import CONFIG
from components.frame.errors import plain
from components.probes.context import ProbeContext
from components.probes.figure import show
from components.probes.job_answer import of_job, say_it_ships
from components.probes.predict import predicted, verdict
from components.probes.samples_chart import by_language, samples_chart
from components.probes.view import ProbeView
from components.widgets.chips import chips, piece_shown
from core.common.numbers import count, so_many
from core.export.provenance import CitedTokenizer
from core.models.shipped import REAL_MODEL
from core.probes.drift_kinds import IN_WORDS
from core.probes.drift_samples import LANGUAGES, TEMPERATURES, DriftSamples, SampledDrift
from core.probes.samples.job import KIND, n_drawn, params_of
from core.probes.samples.shipped import shipped_samples
from core.stats.number import Number
from core.text.languages import language

_CLOSE = 0.1  # a guess so near is right


def draw(context: ProbeContext) -> None:
    """Shares by language and temperature, kinds of differences, and one example of each."""
    found = _found(context)
    if found is None:
        return
    first = found.rows[0]
    question = (
        f"{plain(found.model)} wrote {so_many(first.found.n, 'sample', 'samples')} in {_language(first)} at a "
        "temperature of "
        f"{first.temperature:g}. What share does not come back as the tokens that it wrote?"
    )
    seen, guess = predicted(context, question, _guess)
    if not seen:
        return
    if guess:
        _judge(float(guess), first.found.share)
    n = sum(row.found.n for row in found.rows)
    lost = sum(len(row.found.drifted) for row in found.rows)
    st.markdown(
        f"Of {so_many(n, 'sample', 'samples')} **{count(lost)}** {'becomes' if lost == 1 else 'become'} other tokens "
        "when cut again. Bars are Wilson's "
        "95 % intervals."
    )
    subject = f"Samples of {found.model} in {', '.join(by_language(found))}"
    by = [CitedTokenizer(found.model, found.fingerprint)]
    show(samples_chart(found, "drift_samples"), context, found, subject, by, (count(n), "samples"))
    _kinds(found)


def _found(context: ProbeContext) -> DriftSamples | None:
    """What ships, where that is asked for; else what a job found, or None while there is none."""
    ready = shipped_samples()
    samples, tokens, seed = (context.number(key) for key in ("samples", "tokens", "seed"))
    asked = context.text("model"), context.words("languages"), context.words("temperatures"), samples, tokens, seed
    if asked == (ready.model, LANGUAGES, TEMPERATURES, ready.samples, ready.tokens, ready.seed):
        say_it_ships(ready.date, "the samples were drawn")
        return ready.found
    params = params_of(*asked)
    label = f"Samples of {params['model']}, {count(n_drawn(params))}"
    return of_job(DriftSamples, KIND, params, label, "drift_samples", (
        f"To draw {count(n_drawn(params))} samples of up to {count(int(params['tokens']))} tokens takes some minutes "
        "of a processor for SmolLM2-135M, beside this server, and longer for larger models; it goes on when this tab "
        "is closed."
    ), "Draw samples")  # fmt: skip


def _language(row: SampledDrift) -> str:
    return language(row.language).name


def _guess() -> str:
    return str(st.slider("Share that drifts", 0.0, 1.0, 0.1, 0.01, key="drift_samples_guess"))


def _judge(guess: float, share: Number) -> None:
    right = abs(guess - share.value) <= _CLOSE
    reach = f"[{share.low:.0%}, {share.high:.0%}]"
    verdict(
        right, f"You guessed {guess:.0%}; it is {share.value:.0%} {reach}{': about right' if right else ''}."
    )  # fmt: skip


def _kinds(found: DriftSamples) -> None:
    """Each kind of first difference, the most frequent first, with an example."""
    drifted = [(row, one) for row in found.rows for one in row.found.drifted.values()]
    if not drifted:
        st.info("Every sample comes back as it was written.", icon=":material/check:")
        return
    st.markdown("**Where they first part**, with one sample of each kind: what the model wrote → what comes back")
    for kind, n in Counter(one.kind for _, one in drifted if one.kind).most_common():
        row, one = next((row, one) for row, one in drifted if one.kind is kind)
        st.caption(
            f"{count(n)} of {count(len(drifted))}: {IN_WORDS[kind]}. Such as in {plain(_language(row))} at "
            f"{row.temperature:g}, token {count((one.first or 0) + 1)}:"
        )
        given, back = ([*map(piece_shown, side)] for side in one.stretch)
        chips(given, become=back)


def _card(dark: bool) -> str:
    found = shipped_samples().found
    chart = samples_chart(found, "card_drift_samples_picture", 270)
    chart.figure.update_layout(margin={"t": 44}).update_xaxes(title="temperature")
    chart.figure.update_yaxes(title="do not come back")
    st.plotly_chart(chart.figure, key=chart.key, config={**CONFIG, "staticPlot": True}, alt=chart.alt)
    first = [row for row in found.rows if row.language == found.rows[0].language]
    degrees = ", ".join(f"{row.temperature:g}" for row in first)
    shares = ", ".join(f"{row.found.share.value:.0%}" for row in first)
    return (
        f"At temperatures of {degrees} SmolLM2 wrote in {_language(first[0])}: of its texts **{shares}** do not come "
        "back as its tokens."
    )


VIEW = ProbeView(
    name="drift_samples",
    label="Samples",
    place=31,
    draw=draw,
    about="A model writes a text. Cut again, is it still the tokens that it wrote?",
    card=_card,
    usual={"model": REAL_MODEL},
    most={"samples": 200, "tokens": 500},
)
