"""Hidden words: a letter before a word, and a filter that reads tokens no longer meets it."""

from collections.abc import Sequence
from string import ascii_lowercase

import streamlit as st

from components.cached import probes as cached
from components.cached import tokenizers as cached_tokenizers
from components.frame.errors import plain
from components.probes.chosen import chosen
from components.probes.context import ProbeContext
from components.probes.figure import show
from components.probes.hidden_chart import hidden_chart
from components.probes.on_page import OnPage, that_open
from components.probes.predict import predicted, verdict
from components.probes.view import ProbeView
from components.widgets.chips import chips, piece_shown, visible
from core.common.numbers import count, so_many
from core.probes.hidden_words import HiddenWord, HiddenWords

_OF_CARD, _WORD, _LETTER = "mistral:v3", "instructions", "f"
_CLOSE = 3  # letters by which a right guess may be off
_LETTERS = {letter: letter for letter in (_LETTER, *ascii_lowercase.replace(_LETTER, ""))}


def draw(context: ProbeContext) -> None:
    """How often words are hidden, and one word with and without one letter, under every tokenizer."""
    shown = that_open(context)
    if not shown:
        return
    with st.spinner("Cutting every word behind every letter …", show_time=True):
        found = cached.hidden_words(tuple(one.spec for one in shown), context.text("text"))
    word, letter = _looked_at(found, shown)
    question = f"How many of the 26 letters, put before “{plain(visible(word))}”, hide it from {plain(shown[0].label)}?"
    seen, guess = predicted(context, question, _guess)
    if not seen:
        return
    if guess:
        _judge(int(guess), _row(found, shown[0], word), shown[0])
    _warn(found, shown, word, letter)
    show(hidden_chart(found, shown), context, found, _subject(found, shown), [one.cited for one in shown])
    for one in shown:
        _both(one, _row(found, one, word), letter)


def _looked_at(found: HiddenWords, shown: Sequence[OnPage]) -> tuple[str, str]:
    """The word, at first the shipped example if it is among them, and the letter."""
    words = [row.word for row in found.words[shown[0].key]]
    words.sort(key=lambda word: word != _WORD)
    with st.container(horizontal=True):
        word = chosen("Word", {word: word for word in words}, "hidden_words_word", 240)
        return word, chosen("Letter before it", _LETTERS, "hidden_words_letter", 140)


def _row(found: HiddenWords, one: OnPage, word: str) -> HiddenWord:
    return next(row for row in found.words[one.key] if row.word == word)


def _subject(found: HiddenWords, shown: Sequence[OnPage]) -> str:
    return " ".join(row.word for row in found.words[shown[0].key])


def _guess() -> str:
    return str(st.slider("Letters", 0, 26, 5, key="hidden_words_guess"))


def _judge(guess: int, row: HiddenWord, one: OnPage) -> None:
    truth = len(row.hidden_by)
    said = f"You guessed {guess}; {so_many(truth, 'letter hides', 'letters hide')} it from {plain(one.label)}"
    verdict(abs(guess - truth) <= _CLOSE, f"{said}: {''.join(row.hidden_by)}." if truth else f"{said}.")


def _warn(found: HiddenWords, shown: Sequence[OnPage], word: str, letter: str) -> None:
    """What it means for a filter."""
    alone, joined = (plain(visible(one)) for one in (word, letter + word))
    hiding = [one.label for one in shown if letter in _row(found, one, word).hidden_by]
    if hiding:
        st.warning(
            f"Everybody reads “{joined}”. A filter that learnt the tokens of “{alone}” does not "
            f"meet them in it under {plain(', '.join(hiding))}.",
            icon=":material/warning:",
        )
    else:
        st.info(f"“{joined}” hides nothing: these cut the word as before.", icon=":material/info:")


def _both(one: OnPage, row: HiddenWord, letter: str) -> None:
    """The tokens without and with the letter, marked where they hide the word."""
    hidden = letter in row.hidden_by
    icon = ":orange[:material/visibility_off:]" if hidden else ":material/visibility:"
    n = f"{count(len(row.hidden_by))} of 26 letters hide it"
    st.markdown(f"{icon} **{plain(one.label)}**: {'hidden' if hidden else 'not hidden'}; {n}")
    chips([*map(piece_shown, row.tokens)], become=_with(one, row, letter), all_marked=hidden)


def _with(one: OnPage, row: HiddenWord, letter: str) -> list[str]:
    """The tokens with the letter before the word, as in a running text."""
    if letter in row.hidden_by:
        return [piece_shown(piece) for piece in row.hidden_by[letter]]
    cut = cached_tokenizers.segmentation(one.spec, f" {letter}{row.word}", False, False)
    spans = zip(cut.starts.tolist(), cut.ends.tolist(), strict=True)
    return [piece_shown(piece) for a, b in spans if (piece := cut.text[a:b].strip())]


def _card(dark: bool) -> str:
    row = next(iter(cached.hidden_words((_OF_CARD,), _WORD).words.values()))[0]
    st.caption("A word")
    chips([piece_shown(piece) for piece in row.tokens])
    hiding = _LETTER if _LETTER in row.hidden_by else next(iter(row.hidden_by), _LETTER)
    st.caption(f"The same behind the letter {hiding}")
    chips([piece_shown(piece) for piece in row.hidden_by.get(hiding, row.tokens)], lambda _: True)
    return f"**{len(row.hidden_by)} of 26 letters** hide *{_WORD}* from a filter that reads the tokens of Mistral 7B."


VIEW = ProbeView(
    name="hidden_words",
    label="Hidden words",
    place=102,
    draw=draw,
    about="Which letter, put before a word, hides it from a filter that reads tokens?",
    card=_card,
    most={"text": 1_000},
    examples={
        "The list that ships": {"text": ""},
        "Names of attacks": {"text": "ransomware keylogger botnet trojan backdoor rootkit"},
        "German": {"text": "Passwort Gewinn Rechnung Überweisung dringend"},
        "Spanish": {"text": "contraseña premio factura urgente ganador"},
        "Arabic": {"text": "جائزة كلمة عاجل"},
    },
)
