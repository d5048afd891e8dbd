"""Whether tokens end where morphemes do, by size, on the shipped words of a language."""

import pandas as pd
import streamlit as st

from components.cached import training as cached
from components.charts.chart import Chart
from components.training.charts import Ends, by_size, size_lines
from components.training.context import TrainingContext
from components.training.figure import show
from components.training.linked import LINKED
from components.training.looks import label_of, run_name
from components.widgets.view import View
from core.common.numbers import count
from core.probes.morphemes.gold import shipped_languages
from core.probes.morphology import MorphologyScores
from core.stats.number import Number
from core.text.languages import language
from core.training.recipe import Trained

_SCORES = {"f1": "F1", "precision": "Precision", "recall": "Recall"}


def draw(context: TrainingContext) -> None:
    """A score by size."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        code = LINKED.box("Words in", _languages(context), "train_words", width=200)
        score = LINKED.choice("Boundaries", _SCORES, "train_morphemes")
    with st.spinner("Cutting words …", show_time=True):
        found = {one: cached.morphology(one, code) for one in context.made}
    show(_chart(found, score))
    first = next(iter(found.values()))
    st.caption(
        f"On {count(first.intervals.n)} words whose morphemes stand in them, a space before each; bars are 95 % "
        "intervals over words. Precision: of the cuts within a word, the share where one morpheme ends and the next "
        "begins. Recall: of these places, the share that is cut; who cuts everywhere finds all. F1 weighs both. "
        "Better agreement has not been shown to make better models. More on the page Probes, Morphology."
    )


def _languages(context: TrainingContext) -> dict[str, str]:
    """Those with words, by code; those that were trained on first, then by name."""
    names = {code: language(code).name for code in shipped_languages()}
    trained_on = {part.name for part in context.made[0].parts}
    return {code: names[code] for code in sorted(names, key=lambda code: (names[code] not in trained_on, names[code]))}


def _number(scores: MorphologyScores, score: str) -> Number:
    found: Number = getattr(scores.intervals, score)
    return found


def _chart(found: dict[Trained, MorphologyScores], score: str) -> Chart:
    made = list(found)

    def value_of(one: Trained) -> Ends:
        number = _number(found[one], score)
        return number.value, number.low, number.high

    best = max(made, key=lambda one: value_of(one)[0])
    return Chart(
        "train_morphemes_chart",
        by_size(made, size_lines(made, value_of, f"{_SCORES[score]} %{{y:.2f}}"), f"{_SCORES[score]} of boundaries"),
        f"{_SCORES[score]} of boundaries between morphemes by size; the most has {label_of(best, made)}, "
        f"{value_of(best)[0]:.2f}.",
        lambda: pd.DataFrame([_row(run_name(one, made), one, scores) for one, scores in found.items()]),
    )


def _row(name: str, one: Trained, scores: MorphologyScores) -> dict[str, object]:
    numbers = {label: _number(scores, key) for key, label in _SCORES.items()}
    numbers["Tokens a word"] = scores.intervals.tokens_per_word
    ends = {
        f"{label}{end}": value
        for label, number in numbers.items()
        for end, value in (("", number.value), (", low", number.low), (", high", number.high))
    }
    return {"Trainer": name, "Entries": one.n_vocabulary} | ends


VIEW = View(
    name="morphemes",
    label="Morphemes",
    place=40,
    draw=draw,
    about="Whether tokens end where morphemes do, in languages with lists of words cut by people.",
)
