"""Terms: how many tokens the words of a field take."""

import streamlit as st

from components.cached import probes as cached
from components.charts.chart import CONFIG
from components.frame.errors import plain
from components.probes.chosen import chosen
from components.probes.context import ProbeContext
from components.probes.figure import show
from components.probes.on_page import OnPage, that_open
from components.probes.predict import predicted, verdict
from components.probes.terms_chart import each_term, in_words, terms_chart
from components.probes.view import ProbeView
from components.widgets.colours import OKABE_ITO
from core.probes.probe import Value
from core.probes.shipped_words import terms_by_field
from core.probes.terms import PROBE, TermCounts

_OF_CARD = "mistral:v3"
_CLOSE = 0.25  # tokens a term by which a right guess may be off


def draw(context: ProbeContext) -> None:
    """A mark per field and tokenizer, and every term with its counts."""
    shown, text = that_open(context), context.text("text")
    if not shown:
        return
    with st.spinner("Counting …", show_time=True):
        found = cached.terms(tuple(one.spec for one in shown), _fields(text), text)
    field = chosen("Field", {name: name for name in found.terms}, "terms_field", 160)
    terms = ", ".join(found.terms[field][:3])
    question = f"{plain(terms)} …: how many tokens does a term of {field} take for {plain(shown[0].label)}, on average?"
    seen, guess = predicted(context, question, _guess)
    if not seen:
        return
    if guess:
        _judge(float(guess), found, shown[0], field)
    st.markdown(in_words(found, shown))
    show(terms_chart(found, shown), context, found, _subject(found), [one.cited for one in shown])
    st.markdown(f"**Every term of {field}**, the dearest first")
    st.dataframe(each_term(found, shown, field), hide_index=True, key="terms_each", height=300, placeholder="–")


def _fields(text: str) -> tuple[str, ...]:
    """With terms of one's own all fields have to be named."""
    return tuple(terms_by_field()) if text.strip() else ()


def _as_asked(context: ProbeContext) -> dict[str, Value]:
    return {**context.given, "fields": _fields(context.text("text"))}


def _subject(found: TermCounts) -> str:
    return "\n".join(term for some in found.terms.values() for term in some)


def _guess() -> str:
    return str(st.slider("Tokens for each term", 1.0, 8.0, 2.0, 0.1, key="terms_guess"))


def _judge(guess: float, found: TermCounts, one: OnPage, field: str) -> None:
    truth = found.per_term(one.key, field)
    right = abs(guess - truth) <= _CLOSE
    verdict(right, f"You guessed {guess:.1f}; {plain(one.label)} takes {truth:.2f}{': about right' if right else ''}.")


def _card(dark: bool) -> str:
    found = cached.terms((_OF_CARD,), (), "")
    one = OnPage(_OF_CARD, next(iter(found.labels)), "Mistral 7B", OKABE_ITO[0], "")
    chart = terms_chart(found, [one], 170)
    chart.figure.update_layout(showlegend=False, margin={"t": 4}).update_xaxes(title="tokens for a term")
    st.plotly_chart(chart.figure, key="card_terms_picture", config={**CONFIG, "staticPlot": True}, alt=chart.alt)
    law, code = (found.per_term(one.key, field) for field in ("law", "code"))
    return f"A term of law takes Mistral 7B **{law:.2f} tokens**, one of programming **{code:.2f}**."


VIEW = ProbeView(
    name="terms",
    label="Terms",
    place=105,
    draw=draw,
    about="How many tokens do the words of law, finance, medicine and programming take?",
    card=_card,
    as_asked=_as_asked,
    asked=tuple(one for one in PROBE.asked if one.key != "fields"),
    examples={
        "The lists that ship": {"text": ""},
        "Chemistry": {
            "text": "covalent bond\nelectronegativity\nstoichiometry\nenantiomer\nbenzene\nacid\ncatalyst\n"
            "Le Chatelier's principle"
        },
        "Music": {"text": "appoggiatura\nbasso continuo\ncadence\ncounterpoint\nfugue\nritardando\nsonata form\ntempo"},
        "Arabic": {"text": "عقد\nمحكمة\nمسؤولية\nالقوة القاهرة\nشهادة الإيداع\nالتهاب المفاصل"},
    },
)
