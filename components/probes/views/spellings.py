"""Many spellings: how many token sequences say one text, how long they are, and some of them."""

from collections.abc import Sequence

import streamlit as st

from components.cached import probes as cached
from components.cached import tokenizers as cached_tokenizers
from components.cached import vocabulary as cached_vocabulary
from components.charts.chart import CONFIG
from components.frame.errors import plain, show_error
from components.probes.context import ProbeContext
from components.probes.figure import show
from components.probes.number_words import in_words, written_out
from components.probes.predict import predicted, verdict
from components.probes.spelling_chart import spelling_chart
from components.probes.view import ProbeView
from components.widgets.chips import chips, piece_shown
from core.common.errors import UserError
from core.common.numbers import count, so_many
from core.export.provenance import CitedTokenizer
from core.probes.spellings import MOST_BYTES_BY_LENGTH, Spellings, in_figures

_WORD = "unbelievable"
_OF_CARD = "mistral:v3"  # one of the opening's, and quick to open
_DRAWS = {"all": "all spellings", "pre_tokens": "within pre-tokens", "unigram": "by Unigram scores"}
_HOW = {
    "all": "each as likely as every other",
    "pre_tokens": "each that keeps to the cuts of the pre-tokenizer as likely as every other",
    "unigram": "each as often as the scores of its tokens say",
}
_GUESSES = tuple(10**k for k in range(13))


def draw(context: ProbeContext) -> None:
    """The number, the lengths, and some spellings as chips."""
    spec = context.text("tokenizer")
    with st.spinner("Counting spellings …", show_time=True):
        found, why = _found(spec, context)
    if not found.paths.n:
        st.info(plain(" ".join(found.notes)), icon=":material/block:")
        return
    shown, guess = predicted(context, "How many different token sequences spell this text?", _guess)
    if not shown:
        return
    if guess:
        _judge(int(guess), found.paths.n)
    _numbers(found)
    _picture(found, context, spec)
    _spelled(found, spec, context)
    if why is not None:
        show_error(why)
    for note in found.notes:
        st.caption(plain(note))


def _found(spec: str, context: ProbeContext) -> tuple[Spellings, UserError | None]:
    """What was counted and drawn, and why nothing could be drawn in the way that was chosen."""
    numbers = context.number("samples"), context.number("seed")
    try:
        return cached.spellings(spec, context.text("text"), *numbers, context.text("draws")), None
    except UserError as error:
        return cached.spellings(spec, context.text("text"), 0, context.number("seed")), error.with_traceback(None)


def _guess() -> str | None:
    guess: int = st.select_slider("About so many", _GUESSES, format_func=in_words, key="spellings_guess")
    return str(guess)


def _judge(guess: int, n: int) -> None:
    """How far the guess is off."""
    factor = max(guess, n) // min(guess, n)
    words = "that is about right" if factor < 10 else f"off by a factor of {in_words(factor)}"
    verdict(factor < 10, f"You guessed {in_words(guess)}; there are {in_figures(n)}: {words}.")


def _numbers(found: Spellings) -> None:
    """What was counted, in one sentence, and all digits where they do not fit in it."""
    paths, within = found.paths, found.within
    those = "All" if within is not None and within.n == paths.n else f"{in_figures(within.n if within else 0)} of them"
    keep_to = "keeps to" if those.startswith("1 ") else "keep to"
    keep = "" if within is None else f" {those} {keep_to} the cuts of the pre-tokenizer."
    said = f", {in_words(paths.n)}" if paths.n >= 1_000 else ""
    st.markdown(
        f"**{plain(in_figures(paths.n))}** {'spelling' if paths.n == 1 else 'spellings'} of "
        f"{so_many(len(found.data), 'byte', 'bytes')}{said}: the shortest of "
        f"{so_many(paths.shortest or 0, 'token', 'tokens')}, the longest of "
        f"{count(paths.longest or 0)}; the tokenizer writes the one of {count(found.canonical)}.{plain(keep)}"
    )
    if len(exact := written_out(paths.n)) > len(in_figures(paths.n)):
        with st.expander("All digits"):
            st.code(exact, language=None, wrap_lines=True, height=120)


def _picture(found: Spellings, context: ProbeContext, spec: str) -> None:
    if found.lengths is None:
        most = count(MOST_BYTES_BY_LENGTH)
        st.caption(f"The picture by number of tokens is drawn for texts up to {most} bytes.")
        return
    label = context.names[spec]
    by = [CitedTokenizer(label, cached_tokenizers.tokenizer(spec).info.fingerprint)]
    show(spelling_chart(found, label, context.dark), context, found, context.text("text"), by)


def _spelled(found: Spellings, spec: str, context: ProbeContext) -> None:
    """The tokenizer's own spelling on top, and those that were drawn."""
    own = cached_tokenizers.segmentation(spec, context.text("text"), False, False).ids.tolist()
    share = "" if found.own_share is None else f", {found.own_share:.1%} of the probability of all by its scores"
    st.markdown(f"**The tokenizer's own spelling**{share}")
    _row(own, spec, strong=True)
    if found.drawn:
        st.markdown(f"**Drawn by chance**, {_HOW[context.text('draws')]}")
        for ids in found.drawn:
            _row(ids, spec)


def _row(ids: Sequence[int], spec: str, strong: bool = False) -> None:
    pieces = cached_vocabulary.entries(spec).pieces
    chips([piece_shown(pieces[i]) for i in ids], lambda _: strong)


def _card(dark: bool) -> str:
    found = cached.spellings(_OF_CARD, _WORD, 0, 0)
    chart = spelling_chart(found, "Mistral 7B", dark, 150)
    chart.figure.update_xaxes(title=None).update_yaxes(visible=False)
    st.plotly_chart(chart.figure, key="card_spellings_picture", config={**CONFIG, "staticPlot": True}, alt=chart.alt)
    return (
        f"Mistral 7B has **{in_figures(found.paths.n)}** ways to write *{_WORD}*, and uses one, of "
        f"{count(found.canonical)} tokens."
    )


VIEW = ProbeView(
    name="spellings",
    label="Many spellings",
    place=10,
    draw=draw,
    about="A tokenizer writes a text in one way. In how many ways could its tokens have written it?",
    card=_card,
    usual={"text": _WORD, "samples": 5},
    most={"samples": 20},
    named={"draws": _DRAWS},
    examples={
        "A word": {"text": _WORD},
        "A long word": {"text": " antidisestablishmentarianism"},
        "A sentence": {"text": "Tokens are what a language model reads, and letters are not."},
        "Arabic": {"text": "اللغة العربية جميلة"},
        "Thai": {"text": "ภาษาไทยสวยงาม"},
        "Hindi": {"text": "हिन्दी एक भाषा है"},
        "Code": {"text": "for i in range(10):\n    print(i)"},
    },
)
