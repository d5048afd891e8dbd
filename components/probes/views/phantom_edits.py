"""Phantom edits: words that other tokens say too, so that one can be replaced by itself."""

import streamlit as st

from components.cached import probes as cached
from components.frame.errors import plain, show_error
from components.probes.chosen import chosen
from components.probes.context import ProbeContext
from components.probes.figure import show
from components.probes.phantom_chart import SHORT, phantom_chart
from components.probes.predict import predicted, verdict
from components.probes.side_by_side import LOOKED_AT, cited, looked_at, open_ones
from components.probes.view import ProbeView
from components.widgets.chips import chips, piece_shown, visible
from core.common.errors import UserError
from core.common.numbers import so_many
from core.probes.drift_kinds import IN_WORDS
from core.probes.phantom_edits import KINDS, MORE, PROBE, ExposedWord, PhantomEdits, WordExposure
from core.tokenizers.tokenizer import Tokenizer

_OF_CARD, _WORD = "tiktoken:cl100k_base", "walking"
_CLOSE = 1  # kinds by which a right guess may be off


def draw(context: ProbeContext) -> None:
    """A cell per kind and tokenizer, and one word in all its kinds."""
    if not (opened := open_ones(context)):
        return
    with st.spinner("Looking for other tokens …", show_time=True):
        found = _found(context, opened)
    rows = {name: found.found[opened[spec].info.spec] for spec, name in context.names.items() if spec in opened}
    if not rows:
        return
    name = context.names[looked_at(context, opened)]
    mine = rows[name]
    one = _looked_at(mine)
    word = plain(visible(one.word))
    question = f"In how many of {len(KINDS)} kinds could {plain(name)} write “{word}” in other tokens?"
    seen, guess = predicted(context, question, _guess)
    if not seen:
        return
    if guess:
        n = len(one.others)
        verdict(abs(int(guess) - n) <= _CLOSE, f"You guessed {guess}; it is {n}.")
    st.markdown(_in_words(name, mine))
    show(phantom_chart(rows, context.dark), context, found, context.text("text"), cited(context, opened))
    if mine.left_out:
        st.caption(f"{so_many(mine.left_out, 'word is', 'words are')} not spelled by the entries of {plain(name)}.")
    st.markdown(f"**“{word}”** under {plain(name)}, as it writes it and as it could")
    _chips(one)


def _looked_at(found: WordExposure) -> ExposedWord:
    """The word that was chosen, at first one that is exposed to several kinds."""
    words = {one.word: one for one in sorted(found.words, key=lambda one: -len(one.others))}
    return words[chosen("Word", {word: visible(word) for word in words}, "phantom_edits_word", 240)]


def _guess() -> str:
    return str(st.slider("Kinds", 0, len(KINDS), 2, key="phantom_edits_guess"))


def _found(context: ProbeContext, opened: dict[str, Tokenizer]) -> PhantomEdits:
    """What is known of them; one without a vocabulary, or that spells no word, is left out and says so."""
    found = dict[str, WordExposure]()
    for spec in [*opened]:
        try:
            found |= cached.phantom_edits((spec,), context.text("text"), context.number("more")).found
        except UserError as error:
            show_error(error, context.names[spec])
            del opened[spec]
    return PhantomEdits(found)


def _in_words(name: str, found: WordExposure) -> str:
    shares = (f"**{one.value:.0%}**" for one in (found.same_bytes, found.same_word, found.as_many))
    same_bytes, same_word, as_many = shares
    return (
        f"Of {so_many(len(found.words), 'word', 'words')} {plain(name)} could write {same_bytes} in other tokens with "
        f"the same bytes, {same_word} with the same letters, whatever the white space, and {as_many} in as many tokens."
    )


def _chips(one: ExposedWord) -> None:
    chips([*map(piece_shown, one.tokens)], lambda _: True)
    if not one.others:
        st.caption("No other tokens say this word.")
    for kind, pieces in one.others.items():
        st.caption(f"{SHORT[kind].capitalize()}: {IN_WORDS[kind]}")
        chips([*map(piece_shown, pieces)])


def _card(dark: bool) -> str:
    [word] = next(iter(cached.phantom_edits((_OF_CARD,), _WORD, MORE).found.values())).words
    st.caption("A word")
    chips([*map(piece_shown, word.tokens)], lambda _: True)
    st.caption("The same in other tokens")
    for pieces in word.others.values():
        chips([*map(piece_shown, pieces)])
    return (
        f"GPT-4 could write *{_WORD}* in other tokens of **{so_many(len(word.others), 'kind', 'kinds')}**: asked to "
        "replace it, it may put the same word in its place."
    )


VIEW = ProbeView(
    name="phantom_edits",
    label="Phantom edits",
    place=13,
    draw=draw,
    about="A model replaces a word, its tokens are others, and the word is the same. Which words are open to that?",
    card=_card,
    asked=(PROBE.asked[0], LOOKED_AT, *PROBE.asked[1:]),
    most={"text": 5_000},
    examples={
        "Frequent English words": {"text": ""},
        "Of every kind": {"text": "NASA cats walking London believe Anna's unhappy tokenization"},
        "German": {"text": "Wettervorhersage Haustür Kinder Bäckerei unglücklich"},
        "Arabic": {"text": "اللغة العربية جميلة كتاب"},
        "Thai": {"text": "ภาษา ไทย สวยงาม"},
    },
)
