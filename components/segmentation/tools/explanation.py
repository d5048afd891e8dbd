"""How it got there: one tokenizer's pipeline stage by stage, and its model at work on one piece."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from components.frame.errors import plain
from components.segmentation.context import SegmentationContext
from components.segmentation.picked import Picked
from components.segmentation.rows import Row
from components.segmentation.step_player.component import step_player
from components.widgets.chips import chips, piece_shown, visible
from components.widgets.row_choice import choose_row
from components.widgets.view import View
from core.common.numbers import count
from core.tokenizers.tokenizer import Explanation, Stage

MOST_CHARACTERS = 5_000
_LAST = "Post-processor"


def draw(context: SegmentationContext) -> None:
    """The stages of one tokenizer on the text, then its model on a chosen piece."""
    picked, text = context.picked, context.text
    specs = [row.spec for row in context.rows]
    if picked is not None and picked.spec in specs and st.session_state.get("how_picked") != picked:
        st.session_state["how_picked"] = picked
        st.session_state["how_tokenizer"] = picked.spec
        st.session_state["how_piece"] = None  # chosen below, once the pieces are known
    row = choose_row(context.rows, "how_tokenizer")
    shown = text[:MOST_CHARACTERS]
    if len(shown) < len(text):
        st.caption(f"Shown for the first {count(MOST_CHARACTERS)} of {count(len(text))} characters.")
    stages = row.tokenizer.stages(shown)
    for stage in stages_shown(stages, added=context.options.specials.add):
        st.markdown(f"**{stage.name}** :gray[{plain(stage.detail)}]")
        chips(stage.pieces)
    _model_on_a_piece(row, shown, stages, picked if picked is not None and picked.spec == row.spec else None)


def stages_shown(stages: Sequence[Stage], *, added: bool) -> list[Stage]:
    """The stages; what would be put around the text stands there only where it is, else it is said in words.

    >>> (stage,) = stages_shown([Stage("Post-processor", "puts <s> in front", ("<s>", "a"))], added=False)
    >>> stage.detail, stage.pieces
    ('not asked to add anything; with “Add BOS and EOS” it puts <s> in front', ())
    """
    if added:
        return list(stages)
    return [replace(stage, pieces=(), detail=_not_added(stage)) if stage.name == _LAST else stage for stage in stages]


def _not_added(stage: Stage) -> str:
    if stage.detail == "adds nothing":
        return stage.detail
    return f"not asked to add anything; with “Add BOS and EOS” it {stage.detail}"


def _model_on_a_piece(row: Row, text: str, stages: Sequence[Stage], picked: Picked | None) -> None:
    """Choose one pre-token and replay what the model does with it."""
    pieces = next((stage.pieces for stage in reversed(stages) if stage.name == "Pre-tokenizer"), ())
    if not pieces:
        st.caption(plain(f"{row.label} has no model to replay: {row.tokenizer.info.algorithm}."))
        return
    distinct = list(dict.fromkeys(pieces))
    if st.session_state.get("how_piece") not in distinct:
        character = 0 if picked is None else len(row.segmentation.text[: picked.start].decode(errors="ignore"))
        st.session_state["how_piece"] = piece_at(pieces, text, character)
    st.markdown("**The model on one piece**")
    piece = st.selectbox(
        "Piece",
        distinct,
        key="how_piece",
        format_func=visible,
        help="One piece of the pre-tokenizer. Click a token in the view above to choose the piece it is in.",
    )
    explanation = row.tokenizer.explain(piece)
    if explanation is None:
        st.caption(plain(f"{row.label} has no model to replay: {row.tokenizer.info.algorithm}."))
    elif explanation.paths:
        _paths(explanation)
    else:
        _steps(explanation)


def piece_at(pieces: Sequence[str], text: str, character: int) -> str:
    """The piece that stands where a character of the text does, found by walking through the text.

    Pieces that a normaliser changed beyond recognition are skipped, so the answer is the nearest one before.

    >>> [piece_at(["one", " two", " three"], "one two three", character) for character in (2, 3, 4, 8)]
    ['one', ' two', ' two', ' three']
    """
    found, position = pieces[0], 0
    for piece in pieces:
        core = piece.strip(" ▁") or piece
        start = text.find(core, position)
        if start < 0:
            continue
        if start - piece.find(core) > character:  # a space in front belongs to the piece
            break
        found, position = piece, start + len(core)
    return found


def _steps(explanation: Explanation) -> None:
    """BPE, WordPiece or longest match: the steps one at a time, and the tree that merges grow."""
    if explanation.note:
        st.caption(plain(explanation.note))
    if len(explanation.steps) < 2:
        st.caption("The piece is one symbol from the start: there is nothing to put together.")
        chips([piece_shown(symbol) for step in explanation.steps for symbol in step.symbols])
        return
    step_player(explanation.steps, tree=explanation.algorithm == "BPE", key="step_player")


def _paths(explanation: Explanation) -> None:
    """Unigram: the best way to cut the piece against the next best ones."""
    best = explanation.paths[0]
    st.caption(
        "A Unigram model scores every way to cut the piece by the sum of its tokens' log-probabilities, "
        "and takes the best."
    )
    chips([piece_shown(symbol) for symbol in best.symbols])
    st.dataframe(
        pd.DataFrame(
            {
                "way to cut": [" | ".join(piece_shown(s) for s in path.symbols) for path in explanation.paths],
                "tokens": [len(path.symbols) for path in explanation.paths],
                "score (nats)": [path.score for path in explanation.paths],
                "behind the best": [best.score - path.score for path in explanation.paths],
            }
        ),
        hide_index=True,
        column_config={
            "score (nats)": st.column_config.NumberColumn(format="%.3f", help="Sum of log-probabilities, in nats"),
            "behind the best": st.column_config.NumberColumn(format="%.3f", help="Difference from the best score"),
        },
        placeholder="–",
    )
    if explanation.note:
        st.caption(plain(explanation.note))


VIEW = View(label="How it got there", place=30, draw=draw)
