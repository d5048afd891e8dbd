"""Merged on the fly: what a model loses when the frequent pairs of a text are one token each."""

import re

import streamlit as st

from components.charts.chart import CONFIG
from components.frame.errors import plain
from components.probes.context import ProbeContext
from components.probes.figure import show
from components.probes.job_answer import of_job, say_it_ships
from components.probes.merging_chart import in_bits, in_words, merging_chart
from components.probes.predict import predicted, verdict
from components.probes.view import ProbeView
from components.widgets.chips import chips, on_circle, piece_shown
from core.common.numbers import count, so_many
from core.export.provenance import CitedTokenizer
from core.probes.dynamic_tokens import SAMPLE, text_of
from core.probes.long_texts import LONG_TEXTS
from core.probes.merging.found import DynamicTokens
from core.probes.merging.job import KIND, params_of
from core.probes.merging.shipped import shipped_dynamic_tokens
from core.tokenizers.backends.display import is_hex

_FEWER, _SOME, _MORE = "Nothing, or it gains", "Up to .2 bits a byte", "More"
_A_LITTLE = 0.2
_MOST_CHIPS = 120
_RUNS = re.compile("[\udc80-\udcff]+|[^\udc80-\udcff]+")  # bytes of no whole character, and text


def draw(context: ProbeContext) -> None:
    """Loss against tokens saved, with predicted rows and with means."""
    found = _found(context)
    if found is None:
        return
    last = found.rows[-1]
    question = (
        f"All merges save {found.saved(last):.0%} of the tokens. What does the model lose by them where a hypernetwork "
        "makes the rows?"
    )
    seen, guess = predicted(context, question, _guess)
    if not seen:
        return
    if guess:
        _judge(guess, last.predicted.lost.value, in_bits(last.predicted.lost))
    st.markdown(plain(in_words(found)))
    text = text_of(context.text("text"), context.text("sample"))
    by = [
        CitedTokenizer(found.model, found.fingerprint),
        CitedTokenizer(f"hypernetwork {found.hypernetwork}", found.hypernetwork_fingerprint),
    ]
    show(merging_chart(found, KIND), context, found, text, by)
    _explain(found)


def _explain(found: DynamicTokens) -> None:
    st.caption(
        f"Compared are {so_many(found.n_compared, 'token', 'tokens')} of {count(found.n_tokens)}, with "
        f"{count(found.compared_bytes)} of {so_many(found.n_bytes, 'byte', 'bytes')}, of "
        f"{so_many(found.n_lines, 'line', 'lines')}: those behind a boundary that is left after all merges, the same "
        "in every reading and behind the same bytes. What stands inside a merged token is read and not predicted. "
        "Intervals resample the lines."
    )
    if found.plain.reason:
        st.caption(plain(found.plain.reason))
    st.markdown(
        f"**The line that shrinks most**, {count(len(found.example))} dynamic tokens in place of "
        f"{so_many(found.example_plain, 'token', 'tokens')}"
    )
    chips([*map(merged_shown, found.example[:_MOST_CHIPS])], n_more=max(0, len(found.example) - _MOST_CHIPS))
    longest = max(row.n_longer for row in found.rows)
    if longest:
        merged = so_many(longest, "merged token is", "merged tokens are")
        st.caption(f"{merged} spelled with more old tokens than the hypernetwork reads, of which the first count.")


def merged_shown(piece: bytes) -> str:
    """A token as people read it, with the bytes of a character that it cuts in brackets, and only those.

    >>> merged_shown("né".encode() + b"\\xe0\\xb8"), merged_shown(b" a"), merged_shown(b"\\xe0\\xb8")
    ('né⟨e0b8⟩', '␣a', '⟨e0 b8⟩')
    """
    runs = [run.encode(errors="surrogateescape") for run in _RUNS.findall(piece.decode(errors="surrogateescape"))]
    if len(runs) < 2:
        return piece_shown(piece)
    return "".join(on_circle(shown.replace(" ", "") if is_hex(shown) else shown) for shown in map(piece_shown, runs))


def _found(context: ProbeContext) -> DynamicTokens | None:
    """What ships, where that is asked for; else what a job found, or None while there is none."""
    ready, sample = shipped_dynamic_tokens(), context.text("sample")
    params = params_of(
        context.text("model"), context.text("text"), sample, context.number("merges"), context.text("hypernetwork")
    )
    if params == params_of(ready.model, "", sample, 0, ""):
        say_it_ships(ready.date)
        return ready.found[sample]
    return of_job(DynamicTokens, KIND, params, f"{params['model']} on dynamic tokens", KIND, (
        "The text is read eleven times: in plain tokens, and after five numbers of merges with both kinds of rows. "
        "That takes half a minute of a processor for the model that ships, beside this server; it goes on when this "
        "tab is closed."
    ))  # fmt: skip


def _guess() -> str | None:
    options = [_FEWER, _SOME, _MORE]
    return st.segmented_control("Your guess", options, key="dynamic_tokens_guess", label_visibility="collapsed")


def _judge(guess: str, lost: float, said: str) -> None:
    truth = _FEWER if lost <= 0 else _SOME if lost <= _A_LITTLE else _MORE
    verdict(guess == truth, f"You said: {guess.lower()}. It is {said} bits a byte.")


def _card(dark: bool) -> str:
    found = shipped_dynamic_tokens().found[SAMPLE]
    chart = merging_chart(found, "card_dynamic_tokens_picture", 180)
    chart.figure.update_layout(showlegend=False, margin={"t": 4})
    st.plotly_chart(chart.figure, key=chart.key, config={**CONFIG, "staticPlot": True}, alt=chart.alt)
    last = found.rows[-1]
    return (
        f"Merging the frequent pairs of a text saves **{found.saved(last):.0%}** of its tokens. A tiny model loses "
        f"**{last.mean.lost.value:.2f} bits** for each byte with the mean of the old rows, and "
        f"**{last.predicted.lost.value:.2f}** with rows that a network predicts."
    )


VIEW = ProbeView(
    name="dynamic_tokens",
    label="Merged on the fly",
    place=14,
    draw=draw,
    about="The frequent pairs of a text become one token each, whose rows a network predicts: what does a model lose?",
    card=_card,
    named={"sample": {name: name for name in LONG_TEXTS}},
    examples={name: {"sample": name} for name in LONG_TEXTS},
)
