"""Where your prompt ends: the next byte that a model expects, and what the cut at the end of the prompt does to it."""

import streamlit as st

from components.cached import probes as cached
from components.charts.chart import CONFIG, numbers_fold
from components.frame.errors import plain
from components.probes.context import ProbeContext
from components.probes.figure import show
from components.probes.job_answer import of_job, say_it_ships
from components.probes.linked import LINKED, key_of
from components.probes.next_byte_chart import begun_character, byte_shown, cover_tree, next_byte_chart, ways
from components.probes.predict import predicted, verdict
from components.probes.view import ProbeView
from components.widgets.chips import chips, piece_shown, visible
from core.common.errors import UserError
from core.common.numbers import so_many
from core.export.provenance import CitedTokenizer
from core.models.shipped import REAL_MODEL
from core.probes.bytes.examples import EXAMPLES
from core.probes.bytes.found import NextByte, NextByteEnds
from core.probes.bytes.job import KIND, MOST_ENDS, params_of
from core.probes.bytes.prompt import as_given, prompt_of
from core.probes.bytes.shipped import shipped_answers
from core.probes.probe import Value
from core.text.utf8 import utf8

_BACK = key_of("next_byte", "back")  # in the session and in the link
_OF_CARD = b"Hello worl"
_MOST_CHIPS, _TAIL = 24, 24


def draw(context: ProbeContext) -> None:
    """The end of the prompt on a slider; the answers, the covers, and what is left over."""
    model, prompt = context.text("model"), _prompt(context)
    if not model:
        st.info("Choose a model to ask, such as one of those that ship.", icon=":material/science:")
        return
    if context.given["prompt_hex"]:
        st.caption(plain(f"The prompt is given in hexadecimal, under Options: {_shown(prompt)}"))
    back = _back(len(prompt))
    ended = prompt[: len(prompt) - back]
    tail = _shown(ended)
    shown, guess = predicted(context, f"Which character comes next behind “{plain(tail)}”?", _guess)
    found = _answer(context, model, prompt, back) if shown else None
    if found is None:
        return
    begun = begun_character(ended)
    if guess:
        _judge(guess, found, begun)
    _end_of_prompt(found, begun)
    show(
        next_byte_chart(found, begun, context.dark), context, found, ended.decode(errors="replace"),
        [CitedTokenizer(found.model, model)],
    )  # fmt: skip
    _covers(found, context.dark)
    for note in found.notes:
        st.caption(plain(note))


def _prompt(context: ProbeContext) -> bytes:
    """The bytes that were given, as a text or in hexadecimal.

    Raises:
        UserError: both are given, or what was given is neither.
    """
    in_hex = context.given["prompt_hex"]
    given = prompt_of(context.text("prompt"), in_hex if isinstance(in_hex, str) else None)
    return given.text.encode() + given.rest


def _as_asked(context: ProbeContext) -> dict[str, Value]:
    """The prompt as far as the slider lets it go, in hexadecimal where it ends inside a character."""
    prompt = _prompt(context)
    ended = prompt[: len(prompt) - min(int(st.session_state.get(_BACK, 0)), len(prompt))]
    return {**context.given, **as_given(ended)}


def _shown(prompt: bytes) -> str:
    """The end of a prompt for people."""
    return visible(prompt.decode(errors="replace")[-_TAIL:])


def _back(n_bytes: int) -> int:
    """How many bytes earlier the prompt is to end."""
    most = min(n_bytes, MOST_ENDS)
    LINKED.number(_BACK, 0, 0, MOST_ENDS)
    st.session_state[_BACK] = min(int(st.session_state[_BACK]), most)
    if not most:
        return 0
    return int(
        st.slider(
            "End the prompt earlier, by bytes",
            0,
            most,
            key=_BACK,
            persist_state="session",
            help="A letter of English is one byte, of Arabic two, of Chinese three: a prompt may end inside one.",
        )
    )


def _guess() -> str | None:
    typed = st.text_input("One character", key="next_byte_guess", max_chars=1, width=160)
    return typed or None


def _judge(guess: str, found: NextByte, begun: bytes) -> None:
    """What was given to the next byte of the character that was guessed, by each answer."""
    data = utf8(guess)
    byte = data[len(begun)] if begun and data.startswith(begun) and len(data) > len(begun) else data[0]
    said = ", ".join(f"{p[byte]:.1%} {name}" for name, p in ways(found).items())
    best = int(found.exact.argmax())
    verdict(
        byte == best, f"You guessed {plain(visible(guess))}: {said}. Most likely is {plain(byte_shown(best, begun))}."
    )


def _answer(context: ProbeContext, model: str, prompt: bytes, back: int) -> NextByte | None:
    """What ships, what a shipped model says at once, or what a job found; None while there is none."""
    n_walked, every = context.number("walked"), context.text("spellings") == "all"
    ended, ready = prompt[: len(prompt) - back], shipped_answers()
    if (model, n_walked, every) == (ready.model, ready.n_walked, False) and ended in ready.answers:
        say_it_ships(ready.date)
        return ready.answers[ended]
    if model.startswith("shipped:") and not every:
        with st.spinner("Asking the model …", show_time=True):
            return cached.next_byte(model, ended, n_walked, every)
    return _of_job(model, prompt, back, n_walked, every)


def _of_job(model: str, prompt: bytes, back: int, n_walked: int, every: bool) -> NextByte | None:
    label = f"Next byte of {model} behind {_shown(prompt)}"
    ends = of_job(NextByteEnds, KIND, params_of(model, prompt, n_walked, every), label, "next_byte", (
        "To load the model and to ask it takes about a minute of a processor for SmolLM2-135M, beside this server, and "
        "longer for larger ones. All its ends are asked for at once; it goes on when this tab is closed."
    ))  # fmt: skip
    if ends is None:
        return None
    one = ends.answers[back]
    if one.found is None:
        raise UserError(one.why)
    return one.found


def _end_of_prompt(found: NextByte, begun: bytes) -> None:
    """The last tokens of the prompt as the model reads them, and what the three answers are."""
    last = found.tokens[-_MOST_CHIPS:]
    read = f"The model reads {so_many(len(found.tokens), 'token', 'tokens')}"
    st.caption(read + (", at the end" if len(last) > 1 else ""))
    chips([piece_shown(token.piece) for token in last], lambda place: place == len(last) - 1)
    best = {name: (byte_shown(int(p.argmax()), begun), float(p.max())) for name, p in ways(found).items()}
    same = len({byte for byte, _ in best.values()}) == 1
    said = ", ".join(f"**{plain(byte)}** {share:.1%} {name}" for name, (byte, share) in best.items())
    st.markdown(f"{'All agree' if same else 'They disagree'}: {said}.")


def _covers(found: NextByte, dark: bool) -> None:
    """The ways that lead to the end of the prompt, and what went elsewhere."""
    st.markdown("**The ways that lead to the end of the prompt**, and what goes on from each")
    tree = cover_tree(found, dark)
    st.plotly_chart(tree.figure, key=tree.key, config=CONFIG, alt=tree.alt)
    numbers_fold(tree)
    st.markdown(
        f"**Left over: {found.left_over:.2%}** of the probability of the last "
        f"{so_many(found.n_walked, 'byte', 'bytes')} went to "
        f"spellings that are not counted. The model was asked {so_many(found.n_calls, 'time', 'times')}."
    )


def _card(dark: bool) -> str:
    found = shipped_answers().answers[_OF_CARD]
    chart = next_byte_chart(found, b"", dark, 215, most=5)
    chart.figure.for_each_trace(lambda bars: bars.update(name=bars.name.partition(" (")[0]))
    chart.figure.update_layout(margin={"t": 66}).update_yaxes(visible=False)
    st.plotly_chart(chart.figure, key="card_next_byte_picture", config={**CONFIG, "staticPlot": True}, alt=chart.alt)
    naive, exact = (p if p is not None else found.exact for p in (found.naive, found.exact))
    return (
        f"Behind *{_OF_CARD.decode()}* SmolLM2, just asked, says **{byte_shown(int(naive.argmax()))}** "
        f"({naive.max():.0%}); with all ways to cut it added up, **{byte_shown(int(exact.argmax()))}** "
        f"({exact.max():.2%})."
    )


VIEW = ProbeView(
    name="next_byte",
    label="Where your prompt ends",
    place=20,
    draw=draw,
    about="A prompt that stops in the middle of a word: what does a model say next, and is it the cut that speaks?",
    card=_card,
    as_asked=_as_asked,
    usual={"model": REAL_MODEL, "prompt": _OF_CARD.decode()},
    most={"walked": 256},
    examples={label: as_given(prompt) for label, prompt in EXAMPLES.items()},
)
