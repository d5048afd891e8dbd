"""A text in lanes while the vocabulary grows, and how a token was put together."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from components.cached import training as cached
from components.segmentation.rows import Row
from components.segmentation.token_view.component import token_view
from components.segmentation.view_model import token_view_of
from components.training.context import TrainingContext
from components.training.linked import LINKED
from components.training.merge_tree import merge_tree
from components.widgets.colours import tokenizer_colours
from components.widgets.view import View
from components.widgets.view_options import ViewOptions
from core.common.numbers import count
from core.text.samples import opening_text
from core.text.windows import windows
from core.training.opened import Growth
from core.training.recipe import Trained

_TEXT, _SIZE, _PICKED = "train_growth_text", "train_growth_size", "train_growth_token"
_STOPS, _MOST_CHARACTERS = 80, 400


def draw(context: TrainingContext) -> None:
    """A slider over sizes, lanes below it, and the history of the token that was clicked."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        labels = {name: context.run_label(name) for name in context.runs}
        run = LINKED.box("Trainer", labels, "train_growth_of", width=240)
        made = context.runs[run]
        grown = cached.growth(made[-1])
        n = _size(made, grown)
    LINKED.text(_TEXT, opening_text(), _MOST_CHARACTERS)
    text = st.text_area(
        "Text", key=_TEXT, max_chars=_MOST_CHARACTERS, height=68, label_visibility="collapsed", persist_state="session"
    )
    if not text:
        st.info("Type a text to see it cut.", icon=":material/edit:")
        return
    one = made[-1] if grown else next(each for each in made if each.n_vocabulary == n)
    rows = _rows({n: one} | {each.n_vocabulary: each for each in (made[-1],) if each.n_vocabulary != n}, text)
    event = token_view(token_view_of(rows, text, windows(text)[0], ViewOptions()), key="train_growth_lanes")
    if event is not None:
        st.session_state[_PICKED] = one.content, event.id
    st.caption(_how(grown))
    if grown:
        _history(one, grown)


def _size(made: Sequence[Trained], grown: Growth | None) -> int:
    """The size chosen: any that merging went through, or one of those trained."""
    trained = [one.n_vocabulary for one in made]
    stops = trained
    if grown:
        between = np.geomspace(grown.least, grown.most, _STOPS).round().astype(int).tolist()
        stops = sorted({*between, *(n for n in trained if grown.least <= n <= grown.most)})
    if len(stops) == 1:
        return stops[0]
    options = [f"{n}" for n in stops]
    if st.session_state.get(_SIZE) not in options:
        st.session_state.pop(_SIZE, None)
    middle = options[len(options) // 2]
    LINKED.option(_SIZE, [middle, *(one for one in options if one != middle)])
    return int(
        st.select_slider(
            "Entries", options, key=_SIZE, format_func=lambda one: count(int(one)), persist_state="session"
        )
    )


def _rows(chosen: Mapping[int, Trained], text: str) -> list[Row]:
    """A lane per size."""
    tokenizers = [cached.tokenizer(one, n) for n, one in chosen.items()]
    kept = st.session_state.setdefault("tokenizer_colours", {})
    colours = tokenizer_colours([f"{n}" for n in range(len(tokenizers))], kept)
    return [
        Row(each.info.spec, each, each.segment(text), colour) for each, colour in zip(tokenizers, colours, strict=True)
    ]


def _how(grown: Growth | None) -> str:
    if grown is None:
        return (
            "This trainer does not build its vocabulary by adding to it, so the sizes are those that were trained. "
            "Choose one that merges, such as BPE, to go through all sizes."
        )
    return (
        "The vocabulary as it stood when it had so many entries, and below it with all. By merging a smaller one is "
        "the beginning of a larger one; before its transition SuperBPE is drawn without the cuts between words "
        "that it was trained with. Click a token for how it was made."
    )


def _history(one: Trained, grown: Growth) -> None:
    """Of the token that was clicked last."""
    content, i = st.session_state.get(_PICKED, ("", -1))
    if content != one.content or i >= grown.most:
        return
    steps = grown.history(i)
    if len(steps) == 1:
        st.caption(f"Entry {count(i)} is one of the {count(grown.least)} that were there before the first merge.")
        return
    pieces = cached.entries(one).pieces
    merge_tree([(depth, pieces[each], each + 1 if each >= grown.least else 0) for depth, each in steps])


VIEW = View(
    name="growth",
    label="Growth",
    place=50,
    draw=draw,
    about="A text in lanes while the vocabulary grows, and how each token was put together.",
)
