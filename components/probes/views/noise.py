"""Noise: how many cuts move when a text is edited in ways that a reader hardly minds."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from components.cached import probes as cached
from components.cached import tokenizers as cached_tokenizers
from components.charts.chart import CONFIG
from components.frame.errors import plain
from components.probes.chosen import chosen
from components.probes.context import ProbeContext
from components.probes.cut_rows import cut_rows
from components.probes.figure import show
from components.probes.linked import LINKED
from components.probes.noise_chart import ADDED, MEASURES, MOVED, in_words, noise_chart, per_edit
from components.probes.on_page import OnPage, that_open
from components.probes.predict import predicted, verdict
from components.probes.to_a_model import of_a_model
from components.probes.view import ProbeView
from components.widgets.colours import OKABE_ITO
from core.common.numbers import so_many
from core.probes.edits.edit import edited
from core.probes.moved_cuts import ByteChanges, around_change, byte_changes
from core.probes.noise import PROBE, EditEffect, Noise, NoiseToModel
from core.probes.recut import IN_WORDS
from core.probes.with_model.noise import KIND, params_of
from core.tokenizers.segmentation import Segmentation

_TEXT = (
    "Über the years, Élodie wrote more than a thousand letters from the old clinic beside the river, and nobody could "
    "read them aloud without stopping. She described the weather, the patients, the corridors and the naïve "
    "enthusiasm of every young doctor; she never complained. When the building was closed, a neighbour carried the "
    "boxes into her own cellar, where they survived two floods and one fire."
)
_PROGRAM = (
    "def readLine(max_size, file_name):\n    total_count = max_size+1\n    if total_count>100:\n"
    "        raise ValueError(file_name)\n    openFile = fileOpener(file_name, total_count)\n"
    "    lineNumber = openFile.nextLine + total_count*2\n    return lineNumber, openFile\n"
)
_ABOUT = (
    "A cut has moved where the edited text has none between the same characters, or a new one. Of a word that is "
    "written otherwise as a whole, as in capitals, only the cuts beside it can be compared: look at tokens added there."
)
_OF_CARD, _EDIT_OF_CARD = "mistral:v3", "invisible"
_N_LOOKED_AT = 100  # edits of which one is shown
_N_BESIDE, _CLOSE = 2, 0.5  # tokens shown on both sides of an edit; cuts by which a right guess may be off
_MORE_BITS = "More bits a byte"  # by the bytes of the text as it is


def draw(context: ProbeContext) -> None:
    """A cell per edit and tokenizer, and the tokens around one edit before and after."""
    shown = that_open(context)
    if not shown:
        return
    text, most, seed = context.text("text"), context.number("most"), context.number("seed")
    with st.spinner("Editing and cutting …", show_time=True):
        found = cached.noise(tuple(one.spec for one in shown), text, most, seed)
    if not found.effects:
        st.info("This text has no place for any of the edits. Give one with a few words.", icon=":material/block:")
        return
    with st.container(horizontal=True):
        effect, measure = _looked_at(found), LINKED.choice("Count", MEASURES, "noise_count", _ABOUT)
    seen, guess = predicted(context, _question(effect, measure, shown[0]), _guess)
    if not seen:
        return
    if guess:
        _judge(float(guess), effect, measure, shown[0])
    st.markdown(plain(in_words(found, shown, measure)))
    show(noise_chart(found, shown, measure, context.dark), context, found, text, [one.cited for one in shown])
    _around(effect, text, shown)
    if found.missing:
        st.caption(plain(f"This text has no place for: {', '.join(found.missing)}."))
    _to_model(found, text, most, seed)


def _looked_at(found: Noise) -> EditEffect:
    effects = {effect.key: effect for effect in found.effects}
    labels: Mapping[str, str] = {key: effect.label for key, effect in effects.items()}
    return effects[chosen("Look at", labels, "noise_edit", 340)]


def _question(effect: EditEffect, measure: str, one: OnPage) -> str:
    asked = {MOVED: "how many cuts move", ADDED: "how many tokens come in addition"}[measure]
    return f"{effect.label.capitalize()}: {asked} for one such edit, under {plain(one.label)}?"


def _guess() -> str:
    return str(st.slider("For each edit, on average", -2.0, 8.0, 1.0, 0.1, key="noise_guess"))


def _judge(guess: float, effect: EditEffect, measure: str, one: OnPage) -> None:
    truth = per_edit(effect, one.key, measure)
    right = abs(guess - truth) <= _CLOSE
    verdict(
        right,
        f"You guessed {guess:.1f}; under {plain(one.label)} it is {truth:.2f}, on average over "
        f"{so_many(len(effect.changes), 'edit', 'edits')}{': about right' if right else ''}.",
    )


def _around(effect: EditEffect, text: str, shown: Sequence[OnPage]) -> None:
    """One edit, before and after, under every tokenizer: the one that the first of them feels most."""
    st.markdown(f"**One of {so_many(len(effect.changes), 'edit', 'edits')}: {plain(effect.label)}**")
    st.caption("A bar marks a cut that moved; stronger chips reach as far as the edit is felt. All are made at once.")
    after, places = edited(text, effect.changes), byte_changes(text, effect.changes)
    cuts = [[cached_tokenizers.segmentation(one.spec, each, False, False) for each in (text, after)] for one in shown]
    place = _most_felt(cuts[0][0], cuts[0][1], places)
    for one, (first, second) in zip(shown, cuts, strict=True):
        before, now = around_change(first, second, places, place, _N_BESIDE)
        cut_rows(one.label, {"before": before, "after": now})
    if effect.recut:
        st.markdown("**What becomes of the cuts between its letters**, by tokenizer")
        st.dataframe(_kinds(effect, shown), hide_index=True, placeholder="–", key="noise_recut")
        st.caption("; ".join(f"{kind.value}: {words}" for kind, words in IN_WORDS.items()) + ".")


def _kinds(effect: EditEffect, shown: Sequence[OnPage]) -> pd.DataFrame:
    rows = [(one.label, effect.recut[one.key]) for one in shown]
    return pd.DataFrame(
        [{"Tokenizer": label, **{kind.value.capitalize(): n for kind, n in kinds.items()}} for label, kinds in rows]
    )


def _most_felt(first: Segmentation, second: Segmentation, places: ByteChanges) -> int:
    """Of the first edits the one that touches most tokens, before and after."""

    def touched(place: int) -> int:
        return sum(one.touched for side in around_change(first, second, places, place, 0) for one in side)

    return max(range(min(len(places.starts), _N_LOOKED_AT)), key=touched)


def _to_model(found: Noise, text: str, most: int, seed: int) -> None:
    """What the edits cost a model, each at all its places."""
    n_bytes = (1 + len(found.effects)) * found.n_bytes
    read = of_a_model(
        NoiseToModel, KIND, lambda model: params_of(model, text, most, seed), "What do the edits cost a model?", n_bytes
    )
    if read is None:
        return
    if read.bits_per_byte is None:
        st.caption(plain(f"{read.model} gives no number for this text."))
        return
    places = {effect.key: effect for effect in found.effects}
    costs = {key: bits - read.bits_per_byte for key, bits in read.by_edit.items() if bits is not None}
    st.markdown(plain(f"{read.model} needs {read.bits_per_byte:.3f} bits for each byte of the text as it is."))
    rows = [
        {"Edit": places[key].label, "Places": len(places[key].changes), _MORE_BITS: cost}
        for key, cost in sorted(costs.items(), key=lambda pair: -pair[1])
        if key in places
    ]
    columns = {_MORE_BITS: st.column_config.NumberColumn(format="%+.3f")}
    st.dataframe(pd.DataFrame(rows), hide_index=True, placeholder="–", key="noise_model_costs", column_config=columns)


def _card(dark: bool) -> str:
    found = cached.noise((_OF_CARD,), _TEXT, 100, 0)
    one = OnPage(_OF_CARD, next(iter(found.labels)), "Mistral 7B", OKABE_ITO[0], "")
    chart = noise_chart(found, [one], MOVED, dark, 270)
    st.plotly_chart(chart.figure, key="card_noise_picture", config={**CONFIG, "staticPlot": True}, alt=chart.alt)
    effects = {effect.key: effect for effect in found.effects}
    return (
        f"A character that nobody sees moves **{per_edit(effects[_EDIT_OF_CARD], one.key, MOVED):.1f} cuts** of "
        f"Mistral 7B; two letters in the wrong order move {per_edit(effects['swapped'], one.key, MOVED):.1f}."
    )


VIEW = ProbeView(
    name="noise",
    label="Noise",
    place=100,
    draw=draw,
    about="A slip of the finger, a scan, an accent left out: how many tokens change with it?",
    card=_card,
    asked=tuple(one for one in PROBE.asked if one.key in ("tokenizers", "text", "most", "seed")),
    usual={"text": _TEXT},
    most={"text": 10_000},
    segmenters=True,
    examples={
        "A letter": {"text": _TEXT},
        "A program": {"text": _PROGRAM},
        "German": {
            "text": "Über die Jahre schrieb sie tausend Briefe aus der alten Klinik, und niemand konnte sie "
            "vorlesen, ohne zu stocken. Wettervorhersagen, Kranke und Flure beschrieb sie geduldig."
        },
        "French": {
            "text": "Élodie a rédigé mille lettres depuis la vieille clinique ; personne n'a pu les lire à haute "
            "voix sans s'arrêter. Elle décrivait la météo, les malades et l'été."
        },
        "Arabic": {"text": "كَتَبَتْ أَلْفَ رِسَالَةٍ مِنَ المُسْتَشْفَى القَدِيمِ ولم يستطع أحد أن يقرأها بصوت مرتفع دون توقف"},
        "Thai": {"text": "เธอเขียนจดหมายนับพันฉบับจากโรงพยาบาลเก่าริมแม่น้ำ และไม่มีใครอ่านออกเสียงได้โดยไม่หยุด"},
    },
)
