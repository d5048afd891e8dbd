"""Letters: which of them stand alone in a token, and what writing them apart changes."""

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from components.cached import probes as cached
from components.frame.errors import plain
from components.probes.context import ProbeContext
from components.probes.counted import counted
from components.probes.figure import show
from components.probes.letter_chart import letter_chart
from components.probes.predict import predicted, verdict
from components.probes.side_by_side import LOOKED_AT, cited, looked_at, open_ones
from components.probes.to_a_model import of_a_model
from components.probes.view import ProbeView
from components.widgets.chips import chips, piece_shown
from core.common.numbers import count, so_many
from core.probes.letters import PROBE, FormIsolation, Letters, LettersAsked, why_not_asked
from core.probes.with_model.letters import KIND, params_of

_WORD = "strawberry"
_OF_CARD = "tiktoken:cl100k_base"
_PLAIN, _ON_CARD = "as it is", "hyphenated"
_MOST_IN_QUESTION = 40  # characters
_LIKE_A_FORM = 3_000  # bytes that a model reads in the time that it takes to ask about one form
_RIGHT, _ANY = "The right digit, of digits", "Any digit"


def draw(context: ProbeContext) -> None:
    """A cell per tokenizer and form; below, one tokenizer's tokens in each form."""
    if not (opened := open_ones(context)):
        return
    text, spec = context.text("text"), looked_at(context, opened)
    found = cached.letters(tuple(opened), text)
    rows = {context.names[one]: found.by_tokenizer[opened[one].info.spec] for one in opened}
    name = context.names[spec]
    n = rows[name][_PLAIN].n_letters
    word = text if len(text) <= _MOST_IN_QUESTION else f"{text[:_MOST_IN_QUESTION]}…"
    of = so_many(n, "letter", "letters")
    question = f"How many of {of} of “{plain(word)}” stand alone in a token of {plain(name)}?"
    shown, guess = predicted(context, question, partial(_guess, n))
    if not shown:
        return
    if guess:
        _judge(int(guess), rows[name][_PLAIN])
    st.markdown("**Letters that stand alone in a token**, by how the text is written")
    show(letter_chart(rows, context.dark), context, found, text, cited(context, opened))
    _forms(name, rows[name])
    counted(context)
    _to_model(found, text)


def _guess(n: int) -> str | None:
    return str(st.slider("Letters alone", 0, n, n // 2, key="letters_guess"))


def _judge(guess: int, found: FormIsolation) -> None:
    n = found.n_alone
    verdict(guess == n, f"You guessed {count(guess)}; {count(n)} of {count(found.n_letters)} stand alone.")


def _forms(name: str, forms: Mapping[str, FormIsolation]) -> None:
    """The tokens of one tokenizer; those of a letter that is alone are strong."""
    st.markdown(f"**The tokens of {plain(name)}**, letters that are alone marked")
    for form, one in forms.items():
        alone = f"{count(one.n_alone)} of {so_many(one.n_letters, 'letter', 'letters')} alone"
        ids = f"{one.ids_per_letter:.2f} ids for each different letter"
        st.caption(f"{form.capitalize()}: {alone}, {so_many(len(one.tokens), 'token', 'tokens')}, {ids}")
        _row(one)


def _row(one: FormIsolation) -> None:
    chips([*map(piece_shown, one.tokens)], one.alone.__getitem__)


def _to_model(found: Letters, text: str) -> None:
    """What a model says of this text, in every form."""
    question = f"How often does a model say that {found.letter} occurs?"
    if why := why_not_asked(found):
        st.caption(plain(f"A model is not asked: {why}"))
        return
    n_bytes = _LIKE_A_FORM * len(found.forms)
    asked = of_a_model(LettersAsked, KIND, lambda model: params_of(model, text, found.letter), question, n_bytes)
    if asked is None:
        return
    st.markdown(plain(f"The letter {found.letter} occurs {so_many(found.n, 'time', 'times')}. {asked.model} says:"))
    rows = [
        {"Written": form, "Says": one.says, _RIGHT: one.p_right, _ANY: one.p_digits}
        for form, one in asked.by_form.items()
    ]
    columns = dict.fromkeys((_RIGHT, _ANY), st.column_config.NumberColumn(format="percent"))
    st.dataframe(pd.DataFrame(rows), hide_index=True, placeholder="–", key="letters_asked_table", column_config=columns)


def _card(dark: bool) -> str:
    forms = next(iter(cached.letters((_OF_CARD,), _WORD).by_tokenizer.values()))
    for form in (_PLAIN, _ON_CARD):
        st.caption(form.capitalize())
        _row(forms[form])
    plain_form, apart = forms[_PLAIN], forms[_ON_CARD]
    return (
        f"GPT-4 has **{plain_form.n_alone} of {plain_form.n_letters}** letters of *{_WORD}* alone in a token, and "
        f"**{apart.n_alone}** once hyphens part them."
    )


VIEW = ProbeView(
    name="letters",
    label="Letters",
    place=50,
    draw=draw,
    about="How often does r occur in strawberry? Whoever sees tokens sees few letters.",
    card=_card,
    asked=(PROBE.asked[0], LOOKED_AT, PROBE.asked[1]),
    examples={
        "A word": {"text": _WORD},
        "Capital letters": {"text": "STRAWBERRY"},
        "Accents": {"text": "Überprüfungsgerät"},
        "Greek": {"text": "φράουλα"},
        "Arabic": {"text": "فراولة"},
        "Thai": {"text": "สตรอว์เบอร์รี"},
        "Hindi": {"text": "स्ट्रॉबेरी"},
        "Chinese": {"text": "草莓很好吃"},
    },
)
