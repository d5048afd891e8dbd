"""Read otherwise: what a model needs for a text whose tokens are not those that its tokenizer writes."""

import streamlit as st

from components.charts.chart import CONFIG
from components.frame.errors import plain
from components.probes.context import ProbeContext
from components.probes.figure import show
from components.probes.job_answer import of_job, say_it_ships
from components.probes.loss_chart import in_words, loss_chart
from components.probes.predict import predicted, verdict
from components.probes.view import ProbeView
from components.widgets.chips import chips, piece_shown
from core.common.numbers import count
from core.export.provenance import CitedTokenizer
from core.models.shipped import REAL_MODEL
from core.probes.respelled.job import KIND, n_asked, params_of
from core.probes.respelled.shipped import shipped_losses
from core.probes.spelling_loss import MOST_BYTES, MOST_SAMPLES, SpellingLoss

_CLOSE = 1.3  # a guess is right up to this factor
_MOST_CHIPS = 120


def draw(context: ProbeContext) -> None:
    """Loss by distance, and one of the spellings that are farthest."""
    found = _found(context)
    if found is None:
        return
    first, last = found.rows[0].mean, found.rows[-1].mean
    question = (
        f"{plain(found.model)} needs {first:.2f} bits for each byte of this text. How many does it need when every "
        "token that can be is spelled by others?"
    )
    seen, guess = predicted(context, question, _guess)
    if not seen:
        return
    if guess:
        _judge(float(guess), last)
    st.markdown(plain(in_words(found)))
    by = [CitedTokenizer(found.model, found.fingerprint)]
    show(loss_chart(found, "spelling_loss"), context, found, found.text, by)
    st.caption(
        "A dot is one spelling, drawn by chance; the line goes through the means. Published for large models that were "
        "asked questions in tokens drawn by chance: they keep up to 93.4 % of their right answers (Broken Tokens?)."
    )
    st.markdown("**The first of the spellings that are farthest**, the same bytes")
    chips([*map(piece_shown, found.pieces[:_MOST_CHIPS])], n_more=max(0, len(found.pieces) - _MOST_CHIPS))


def _found(context: ProbeContext) -> SpellingLoss | None:
    """What ships, where that is asked for; else what a job found, or None while there is none."""
    ready = shipped_losses()
    asked = context.text("model"), context.text("text"), context.number("samples"), context.number("seed")
    if asked == (ready.model, ready.found.text, ready.samples, ready.seed):
        say_it_ships(ready.date)
        return ready.found
    params = params_of(*asked)
    label = f"{count(n_asked(params))} spellings put to {params['model']}"
    return of_job(SpellingLoss, KIND, params, label, "spelling_loss", (
        f"To ask about {count(n_asked(params))} spellings takes about a minute of a processor for SmolLM2-135M, "
        "beside this server, and longer for larger models; it goes on when this tab is closed."
    ))  # fmt: skip


def _guess() -> str:
    return str(st.slider("Bits for each byte", 0.0, 12.0, 2.0, 0.1, key="spelling_loss_guess"))


def _judge(guess: float, truth: float) -> None:
    right = truth / _CLOSE <= guess <= truth * _CLOSE
    verdict(right, f"You guessed {guess:.1f}; it is {truth:.2f}{': about right' if right else ''}.")


def _card(dark: bool) -> str:
    found = shipped_losses().found
    chart = loss_chart(found, "card_spelling_loss_picture", 170)
    chart.figure.update_layout(margin={"t": 4}, showlegend=False).update_xaxes(title=None)
    st.plotly_chart(chart.figure, key=chart.key, config={**CONFIG, "staticPlot": True}, alt=chart.alt)
    first, last = found.rows[0].mean, found.rows[-1].mean
    return (
        f"SmolLM2 needs **{first:.2f} bits** for each byte of a text in its own tokens, and **{last:.2f}** for the "
        "same bytes in others: it has hardly met them."
    )


VIEW = ProbeView(
    name="spelling_loss",
    label="Read otherwise",
    place=11,
    draw=draw,
    about="The same text in other tokens than the tokenizer would write: how much worse does a model read it?",
    card=_card,
    usual={"model": REAL_MODEL},
    most={"text": MOST_BYTES, "samples": MOST_SAMPLES},
    examples={
        "German": {"text": "Der Zug fährt um halb sieben ab, und eine Fahrkarte kostet siebenundzwanzig Euro."},
        "Arabic": {"text": "اللغة العربية جميلة ويتكلمها كثير من الناس."},
        "Thai": {"text": "ภาษาไทยสวยงามและมีคนพูดมาก"},
        "Code": {"text": "for i in range(10):\n    print(i)\n"},
    },
)
