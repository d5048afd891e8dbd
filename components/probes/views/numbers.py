"""Numbers: three tiny models that learnt the same sums, cut in three ways, and larger ones that are asked them."""

import pandas as pd
import streamlit as st

from components.cached import probes as cached
from components.charts.chart import CONFIG
from components.frame.errors import plain, user_errors
from components.probes.answers_chart import answers_chart
from components.probes.chosen import chosen
from components.probes.context import ProbeContext
from components.probes.figure import show
from components.probes.job_answer import of_job, say_it_ships
from components.probes.linked import LINKED, key_of
from components.probes.predict import predicted, verdict
from components.probes.view import ProbeView
from components.widgets.model_box import model_box
from components.widgets.typed_number import typed_number
from core.common.numbers import count
from core.export.provenance import CitedTokenizer
from core.models.shipped import REAL_MODEL
from core.models.typed import model_spec
from core.probes.probe import Asked, Value
from core.probes.sums.adders import ADDERS, LONGEST, STEPS
from core.probes.sums.answers import SumsAsked
from core.probes.sums.job import ASKED, TRAINED, params_to_ask, params_to_train
from core.probes.sums.places import in_columns, lines_up, sum_in
from core.probes.sums.published import PUBLISHED_SOURCE, published_shares
from core.probes.sums.shipped import ShippedSums, shipped_sums
from core.stats.number import Number

_SUM = "45678+156789"
_PART, _MODEL = key_of("numbers", "part"), key_of("numbers", "model")
_STEPS, _LENGTH, _SEED = (key_of("numbers", name) for name in ("steps", "length", "training_seed"))
_CLOSE = 0.1  # a guess so near is right
_LEFT = 1  # place of the adder that cuts from the left
_SECONDS = 0.5  # of a free processor for a step of all three, measured on one


def draw(context: ProbeContext) -> None:
    """The three adders first; then a sum of one's own, what is published, a model that is asked, and training."""
    ready = shipped_sums()
    seen, guess = predicted(context, _question(ready), _guess)
    if not seen:
        return
    if guess:
        _judge(float(guess), ready)
    part = chosen("Share of right sums by", ready.adders.in_words, _PART, 230)
    by = [CitedTokenizer(one.label, f"{count(STEPS)} steps") for one in ready.adders.by]
    _shown(ready.adders, part, "numbers", context, by)
    st.caption(
        "Three models of two layers that learnt the same sums in the same order and differ only in how digits are "
        f"cut. They were asked {count(len(ready.adders.numbers))} others, {count(ready.each)} of each length; bars are "
        "Wilson's 95 % intervals. Longer sums carry more, so the pictures are not independent."
    )
    with user_errors():
        _own(context.text("sum"))
    _published(ready)
    with user_errors():
        _asked(context, ready, part)
    _trained(context, part)


def _shown(found: SumsAsked, part: str, key: str, context: ProbeContext, by: list[CitedTokenizer]) -> None:
    show(answers_chart(found, part, key), context, found, _of_lengths(found), by, (count(len(found.numbers)), "sums"))


def _of_lengths(found: SumsAsked) -> str:
    return f"Sums of two numbers of one to {max(one.n_digits for one in found.sums)} digits"


def _question(ready: ShippedSums) -> str:
    left, right = ready.adders.by[_LEFT], ready.adders.by[_LEFT + 1]
    share = ready.adders.share(right).value
    return (
        f"Three tiny models learnt the same sums. The one that cuts digits {plain(right.label)} adds {share:.0%} of "
        f"new sums rightly. What share does the one that cuts {plain(left.label)}?"
    )


def _guess() -> str:
    return str(st.slider("Share of right sums", 0.0, 1.0, 0.9, 0.01, key="numbers_guess"))


def _judge(guess: float, ready: ShippedSums) -> None:
    truth = ready.adders.share(ready.adders.by[_LEFT]).value
    right = abs(guess - truth) <= _CLOSE
    verdict(right, f"You guessed {guess:.0%}; it is {truth:.0%}{': about right' if right else ''}.")


def _own(text: str) -> None:
    """A sum as each adder cuts it, in columns, and what it says."""
    one = sum_in(text)
    st.markdown("**Your sum in columns**; a bar is where a token ends")
    answers = []
    for place, adder in zip(st.columns(len(ADDERS)), ADDERS, strict=True):
        with place:
            st.caption(f"{adder.label.capitalize()}: {'lined up' if lines_up(one, adder) else 'not lined up'}")
            st.code(in_columns(one, adder), language=None)
            answers.append(st.empty())
    with st.spinner("Asking the three adders …"):
        said = cached.adders_say(one.a, one.b)
    for answer, adder in zip(answers, ADDERS, strict=True):
        number = said[adder.key]
        words = "no number" if number is None else count(number)
        answer.markdown(f"It says **{words}**, which is {'right' if number == one.answer else 'wrong'}.")
    if one.n_digits > LONGEST:
        st.caption(f"They learnt sums of numbers up to {LONGEST} digits; this one is longer than all they met.")


def _published(ready: ShippedSums) -> None:
    """Large models, as published, and a small one, as asked here."""
    st.markdown("**Models that learnt from text**, asked with and without commas")
    rows = [_row(one.model, one.written, one.sums, one.share, one.n, "published") for one in published_shares()]
    rows += [
        _row("SmolLM2-135M", style, "all", ready.real.share(one), len(one.said), "asked here")
        for style, one in zip(("plain", "commas"), ready.real.by, strict=True)
    ]
    percent = st.column_config.NumberColumn(format="percent")
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, placeholder="–", key="numbers_published",
        column_config={
            "Written": st.column_config.TextColumn(width=70), "Sums": st.column_config.TextColumn(width=320),
            "Right": percent, "From": percent, "To": percent,
        },
    )  # fmt: skip
    st.caption(
        f"Published: {plain(PUBLISHED_SOURCE)}; numbers of seven to nine digits, intervals ours. Commas make a "
        "tokenizer that cuts from the left cut from the right."
    )


def _row(who: str, written: str, sums: str, share: Number, n: int, where: str) -> dict[str, object]:
    return {
        "Model": who, "Written": written, "Sums": sums, "Right": share.value, "From": share.low, "To": share.high,
        "Asked": n, "Source": where,
    }  # fmt: skip


def _asked(context: ProbeContext, ready: ShippedSums, part: str) -> None:
    """A model of the user's choice, asked by a job."""
    st.markdown("**Ask a model such sums**")
    model = model_box(LINKED, _MODEL, REAL_MODEL)
    found = ready.real if model == ready.model else _of_job(model, ready)
    if found is None:
        return
    if model == ready.model:
        say_it_ships(ready.date)
    by = [CitedTokenizer(one.label, model) for one in found.by]
    _shown(found, part, "numbers_asked", context, by)
    with st.expander("What it was asked, word for word"):
        for one in found.by:
            st.code(one.prompt, language=None)


def _of_job(model: str, ready: ShippedSums) -> SumsAsked | None:
    params = params_to_ask(model, ready.longest, ready.each_of_real, ready.seed)
    return of_job(SumsAsked, ASKED, params, f"Sums put to {model}", "numbers_ask", (
        "To ask all sums twice takes some minutes of a processor for SmolLM2-135M, beside this server, and longer for "
        "larger models; it goes on when this tab is closed."
    ))  # fmt: skip


def _trained(context: ProbeContext, part: str) -> None:
    """The three trained here, in the way they were."""
    st.markdown("**Train the three yourself**")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        steps = _whole("Steps", _STEPS, 400, 20, 4_000)
        length = _whole("Digits up to", _LENGTH, 4, 2, LONGEST)
        seed = _whole("Seed", _SEED, 0, 0, 1_000_000)
    ready = shipped_sums()
    params = params_to_train(length, ready.each, ready.seed, steps, seed)
    minutes = max(1, round(steps * _SECONDS / 60))
    label = f"Three adders, {count(steps)} steps, up to {length} digits, seed {seed}"
    found = of_job(SumsAsked, TRAINED, params, label, "numbers_train", (
        f"About {count(minutes)} {'minute' if minutes == 1 else 'minutes'} of a free processor for all three, beside "
        f"this server; the shipped ones learnt {count(STEPS)} steps of numbers up to {LONGEST} digits."
    ), "Train three adders")  # fmt: skip
    if found is not None:
        by = [CitedTokenizer(one.label, f"{count(steps)} steps, seed {seed}") for one in found.by]
        _shown(found, part, "numbers_trained", context, by)


def _whole(label: str, key: str, usual: int, least: int, most: int) -> int:
    return int(typed_number(LINKED, label, key, usual, least, most, whole=True, width=130))


def _as_asked(context: ProbeContext) -> dict[str, Value]:
    """The command that asks the model which is chosen below."""
    return {"model": model_spec(str(st.session_state.get(_MODEL) or REAL_MODEL))}


def _card(dark: bool) -> str:
    found = shipped_sums().adders
    chart = answers_chart(found, "digits", "card_numbers_picture", 230)
    chart.figure.update_layout(margin={"t": 62}).update_yaxes(visible=False)
    st.plotly_chart(chart.figure, key=chart.key, config={**CONFIG, "staticPlot": True}, alt=chart.alt)
    return _of_card(found)


def _of_card(found: SumsAsked) -> str:
    """The longest sums, by the three."""
    last = [(one.label, [*found.shares(one, "digits").values()][-1][0].value) for one in found.by]
    said = ", ".join(f"**{share:.0%}** {plain(label)}" for label, share in last)
    return f"Of sums of six-digit numbers three tiny models add rightly: {said}."


VIEW = ProbeView(
    name="numbers",
    label="Numbers",
    place=40,
    draw=draw,
    about="45678 + 156789: can a model add what it sees cut in pieces that do not line up?",
    card=_card,
    asked=(Asked(key="sum", kind="text", text="a sum of two whole numbers", default=_SUM),),
    most={"sum": 40},
    as_asked=_as_asked,
    examples={
        "It does not line up from the left": {"sum": _SUM},
        "It lines up in all ways": {"sum": "123456+234567"},
        "The sum is one digit longer": {"sum": "4567+8765"},
        "Carries all the way": {"sum": "99999+1"},
        "Three digits": {"sum": "314+271"},
        "Longer than all they learnt": {"sum": "12345678+87654321"},
    },
)
