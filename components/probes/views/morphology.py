"""Morphology: whether tokens end where morphemes do, and what it costs to meet them all."""

from collections.abc import Mapping, Sequence
from functools import partial

import plotly.graph_objects as go
import streamlit as st

from components.cached import probes as cached
from components.charts.chart import CONFIG, Chart
from components.frame.errors import plain
from components.probes.context import ProbeContext
from components.probes.figure import keep, show
from components.probes.joints import Joined, joints
from components.probes.morpheme_limits import ceiling, hybrid
from components.probes.morphology_chart import morphology_chart, morphology_table, points
from components.probes.predict import predicted, verdict
from components.probes.side_by_side import LOOKED_AT, cited, colours, looked_at, open_ones
from components.probes.view import ProbeView
from components.widgets.colours import OKABE_ITO
from core.common.numbers import count, so_many
from core.probes.morphemes.gold import GoldWord, medical_terms, shipped_languages
from core.probes.morphemes.scores import cut_word
from core.probes.morphology import PROBE, Morphology, MorphologyScores, gold_of
from core.text.languages import language
from core.tokenizers.tokenizer import Tokenizer

_USUAL = "eng"
_OF_CARD = "tur"
_HOW_TO_READ = (
    "● F1 with its interval, between ▼ precision (cuts that are joints; dotted: cuts at random) and ▲ recall (joints "
    "that are cut). Far to the right with only ▲ high: it cuts everywhere."
)
_ON_CARD = {"builtin:characters": "Characters", "tiktoken:cl100k_base": "GPT-4", "mistral:v3": "Mistral 7B"}
_DRAWN = 24  # words
_NEAR = 0.05  # a guess that counts as right
_SAME = "Both as many"


def draw(context: ProbeContext) -> None:
    """A dot per tokenizer, and words over the tokens of one."""
    if not (opened := open_ones(context)):
        return
    asked = [context.text(key) for key in ("language", "text", "layout", "before")]
    with st.spinner("Cutting words …", show_time=True):
        found = cached.morphology(tuple(opened), *asked)
    rows = {context.names[one]: found.found[tokenizer.info.spec] for one, tokenizer in opened.items()}
    spec = looked_at(context, opened)
    name = context.names[spec]
    rival = _rival(name, [*rows])
    shown, guess = predicted(context, _question(name, rival), partial(_guess, name, rival))
    if not shown:
        return
    if guess:
        _judge(guess, name, rival, rows)
    _picture(context, found, rows, opened)
    if found.n_on_surface < found.n_words:
        ceiling(found, rows)
    if found.hybrid is not None:
        hybrid(*found.hybrid)
    _words(context, opened[spec], name, gold_of(*asked[:3]))


def _rival(name: str, names: Sequence[str]) -> str:
    """The next tokenizer of the page; empty where there is no other."""
    return names[(names.index(name) + 1) % len(names)] if len(names) > 1 else ""


def _question(name: str, rival: str) -> str:
    if not rival:
        return f"What share of the joints between morphemes does {plain(name)} find?"
    return f"Which of these two finds more of the joints between morphemes, {plain(name)} or {plain(rival)}?"


def _guess(name: str, rival: str) -> str | None:
    if not rival:
        return str(st.slider("Per cent", 0, 100, 50, key="morphology_share_guess"))
    options = [name, rival, _SAME]
    return st.segmented_control("Your guess", options, key="morphology_guess", label_visibility="collapsed")


def _judge(guess: str, name: str, rival: str, rows: Mapping[str, MorphologyScores]) -> None:
    shares = {one: rows[one].boundaries.recall or 0.0 for one in (name, rival) if one}
    said = ", ".join(f"{plain(one)} finds {share:.0%}" for one, share in shares.items())
    if not rival:
        verdict(abs(int(guess) / 100 - shares[name]) <= _NEAR, f"You guessed {guess} %; {said}.")
        return
    truth = _SAME if shares[name] == shares[rival] else max(shares, key=shares.__getitem__)
    verdict(guess == truth, f"You said: {plain(guess)}. {'Right' if guess == truth else 'No'}: {said}.")


def _picture(
    context: ProbeContext, found: Morphology, rows: Mapping[str, MorphologyScores], opened: Mapping[str, Tokenizer]
) -> None:
    """The picture, or the table alone where no word stands as its morphemes do."""
    subject, by = context.text("text") or context.text("language"), cited(context, opened)
    tokenizer_colours = colours([*opened.values()])
    if points(rows, tokenizer_colours):
        st.markdown(_HOW_TO_READ)
        show(morphology_chart(rows, tokenizer_colours), context, found, subject, by)
        return
    st.info(
        "No word here has a joint: that takes two morphemes which, side by side, are the word.", icon=":material/block:"
    )
    st.dataframe(morphology_table(rows), hide_index=True, placeholder="–", key="morphology_scores")
    chart = Chart("morphology", go.Figure(), "No word has a joint.", lambda: morphology_table(rows))
    keep(chart, context, found.document, subject, by, False)


def _words(context: ProbeContext, tokenizer: Tokenizer, name: str, gold: Sequence[GoldWord]) -> None:
    """Some of the words, taken evenly from all."""
    several = [one for one in gold if one.on_surface and len(one.morphemes) > 1]
    if not several:
        return
    some = several[:: max(1, len(several) // _DRAWN)][:_DRAWN]
    st.markdown(
        f"**Morphemes above, the tokens of {plain(name)} below**: {count(len(some))} of "
        f"{so_many(len(gold), 'word', 'words')}"
    )
    cut = [cut_word(tokenizer, one, context.text("before") == "space") for one in some]
    joints([Joined(one.gold.morphemes, one.cuts) for one in cut], context.dark)


def _card(dark: bool) -> str:
    found = cached.morphology(tuple(_ON_CARD), _OF_CARD, "", "plain", "space").found
    rows = dict(zip(_ON_CARD.values(), found.values(), strict=True))
    chart = morphology_chart(rows, OKABE_ITO[: len(rows)], 200)
    chart.figure.update_xaxes(title="tokens per word").update_yaxes(visible=False).update_traces(error_y_visible=False)
    st.plotly_chart(chart.figure, key="card_morphology_picture", config={**CONFIG, "staticPlot": True}, alt=chart.alt)
    scores = rows["GPT-4"].boundaries
    return (
        f"GPT-4 cuts {count(scores.n_words)} Turkish words at **{scores.recall or 0:.0%}** of their joints, and "
        f"**{scores.precision or 0:.0%}** of its cuts are joints. Characters find them all, by cutting everywhere."
    )


def _languages() -> dict[str, str]:
    """The shipped lists by code, in the order of their names, the usual one first."""
    named = {code: language(code).name for code in shipped_languages()}
    return {code: named[code] for code in sorted(named, key=lambda code: (code != _USUAL, named[code]))}


VIEW = ProbeView(
    name="morphology",
    label="Morphology",
    place=90,
    draw=draw,
    about="People cut houses into house and s. Do tokens part where the pieces of a word do?",
    card=_card,
    asked=(PROBE.asked[0], LOOKED_AT, *PROBE.asked[1:]),
    named={"language": _languages()},
    examples={
        "English": {"language": "eng"},
        "German compounds": {"language": "deu"},
        "Finnish": {"language": "fin"},
        "Turkish": {"language": "tur"},
        "Terms of medicine": {"text": "hyper|tens|ion\nneuro|path|y\ncardi|o|my|o|path|y\nhypo|glyc|em|ia\ngastr|itis"},
        "Terms of medicine, morphemes as they are written alone": {"layout": "sigmorphon", "text": medical_terms()},
        "Arabic, words of your own": {"text": "و|كتاب|ه\nال|مدرسة\nب|ال|بيت\nس|يكتب|ون"},
        "Thai compounds, words of your own": {"text": "แม่|น้ำ\nน้ำ|แข็ง\nรถ|ไฟ\nไฟ|ฟ้า\nโรง|เรียน\nตู้|เย็น"},
        "Of the shared task of 2022": {
            "layout": "sigmorphon",
            "text": "subsidised\tsubside @@y @@ise @@ed\t110\npozzed\tpoz @@ed\t100\nwalking\twalk @@ing\t100",
        },
    },
)
