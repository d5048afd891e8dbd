"""Entropy: what a text says token by token, per byte, and how much of that is only the size of the text."""

from collections.abc import Callable, Sequence

import streamlit as st

from components.cached import probes as cached
from components.charts.chart import CONFIG, numbers_fold
from components.frame.errors import plain
from components.probes.context import ProbeContext
from components.probes.entropy_chart import best_compressed, compression_chart, entropy_chart, rates_left
from components.probes.figure import show
from components.probes.on_page import OnPage, that_open
from components.probes.predict import predicted, verdict
from components.probes.view import ProbeView
from components.widgets.colours import OKABE_ITO
from core.common.numbers import so_many
from core.probes.entropy import PROBE, TextEntropy
from core.probes.long_texts import LONG_TEXTS, long_text
from core.probes.probe import Asked, Value

_OF_CARD, _TEXT_OF_CARD = "mistral:v3", LONG_TEXTS[0]


def draw(context: ProbeContext) -> None:
    """The entropies, and beside them what compressors leave."""
    shown, text = that_open(context), _text(context)
    if not shown:
        return
    with st.spinner("Counting …", show_time=True):
        found = cached.entropies(tuple(one.spec for one in shown), text)
    _read(context, found)
    seen, guess = predicted(context, "Of what do compressors leave least: of which ids, or of the text?", _guess(shown))
    if not seen:
        return
    if guess:
        _judge(guess, found, shown)
    wide, narrow = st.columns([3, 2])
    with wide:
        st.markdown("**Entropy of a token, given so many before it**")
        show(entropy_chart(found, shown), context, found, text, [one.cited for one in shown])
    with narrow:
        _compressed(found, shown)
    st.caption(
        "Full marks: ten tokens or more for each context. Hollow ones on a dotted line are mostly the size of the "
        "text: what still moves from ⅛ of the text to all of it is no property of the tokenizer."
    )
    for stream in found.streams:
        if stream.note:
            st.caption(plain(stream.note))


def _text(context: ProbeContext) -> str:
    return context.text("text") or long_text(context.text("sample"))


def _as_asked(context: ProbeContext) -> dict[str, Value]:
    return {"tokenizers": context.given["tokenizers"], "text": _text(context)}


def _read(context: ProbeContext, found: TextEntropy) -> None:
    what = "your text" if context.text("text") else f"a text that ships, {context.text('sample')}"
    st.caption(f"Read: {what}, {so_many(found.n_bytes, 'byte', 'bytes')}.")


def _guess(shown: Sequence[OnPage]) -> Callable[[], str | None]:
    def ask() -> str | None:
        options = [*(one.label for one in shown), "the text itself"]
        return st.radio("Your guess", options, horizontal=True, key="entropy_guess", label_visibility="collapsed")

    return ask


def _judge(guess: str, found: TextEntropy, shown: Sequence[OnPage]) -> None:
    best, left = best_compressed(found, shown), rates_left(found, shown)
    said = f"least is left of {plain(best)}, {min(left[best].values()):.3f} bits for each byte"
    if guess not in left:  # its tokenizer has gone since
        return
    yours = min(left[guess].values())
    right = yours == min(left[best].values())  # two may be best
    behind = "" if right else f"; of {plain(guess)} it is {yours:.3f}"
    verdict(right, f"You said {plain(guess)}. {'Right' if right else 'No'}: {said}{behind}.")


def _compressed(found: TextEntropy, shown: Sequence[OnPage]) -> None:
    st.markdown("**What compressors leave of the ids, and of the text**")
    chart = compression_chart(found, shown)
    st.plotly_chart(chart.figure, key=chart.key, config=CONFIG, alt=chart.alt)
    numbers_fold(chart)


def _card(dark: bool) -> str:
    found = cached.entropies((_OF_CARD,), long_text(_TEXT_OF_CARD))
    one = OnPage(_OF_CARD, found.streams[0].spec, "Mistral 7B", OKABE_ITO[0], "")
    chart = entropy_chart(found, [one], 180)
    chart.figure.update_layout(showlegend=False, margin={"t": 20}).update_yaxes(visible=False)
    chart.figure.update_layout(xaxis3_title="tokens before; below, how much of the text")
    st.plotly_chart(chart.figure, key="card_entropy_picture", config={**CONFIG, "staticPlot": True}, alt=chart.alt)
    first, *_, whole = (sample[2].bits_per_byte or 0 for sample in found.streams[0].samples)
    return (
        f"Given two tokens, the next says **{first:.2f} bits for each byte** in an eighth of a program, and "
        f"**{whole:.2f}** in all of it: such numbers are mostly the size of the text."
    )


VIEW = ProbeView(
    name="entropy",
    label="Entropy",
    place=70,
    draw=draw,
    about="How much does each token tell, and how much of that is only the size of the text?",
    card=_card,
    as_asked=_as_asked,
    asked=(
        PROBE.asked[0],
        Asked(key="text", kind="text", text="a text of your own, the longer the better; empty reads one that ships"),
        Asked(key="sample", kind="text", text="a text that ships", default=LONG_TEXTS[0], among=LONG_TEXTS),
    ),
    named={"sample": {name: name for name in LONG_TEXTS}},
    examples={name: {"sample": name} for name in LONG_TEXTS},
)
