"""Drift: which ids do not survive being written as text and cut again."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.cached import probes as cached
from components.cached import tokenizers as cached_tokenizers
from components.charts.chart import Chart
from components.frame.errors import plain
from components.probes.context import ProbeContext
from components.probes.drift_rows import DriftRow, draw_drift, drift_rows, drift_table, in_short
from components.probes.figure import keep
from components.probes.linked import LINKED
from components.probes.predict import predicted, verdict
from components.probes.view import ProbeView
from components.widgets.chips import chips
from components.widgets.token_lookup import entry_shown
from core.common.errors import UserError
from core.export.provenance import CitedTokenizer
from core.probes.drift import PROBE, Drift
from core.probes.drift_text import WAYS
from core.probes.probe import Asked, Value

_TEXT = "Hello world, these are the NASA papers."
_OF_CARD = "tiktoken:cl100k_base"
_WAY = "drift_cut"  # in the session and in the link
_YES, _NO = "They come back", "They do not"
_WAYS = {key: f"Cut {way.label}" for key, way in WAYS.items() if key != "whole"} | {"whole": "Cut as one text"}


def draw(context: ProbeContext) -> None:
    """The ids that were pasted, or those of a text under every tokenizer."""
    if ids := context.ids("ids"):
        _pasted(context, ids)
    elif context.text("text"):
        _of_text(context)
    else:
        st.info("Type a text or paste ids, or take one of the examples.", icon=":material/science:")


def _pasted(context: ProbeContext, ids: tuple[int, ...]) -> None:
    spec = context.text("tokenizer")
    found = cached.drift(spec, ids)
    shown, guess = predicted(context, "Will these ids come back when their text is cut again?", _guess)
    if not shown:
        return
    _judge(guess, found)
    draw_drift(spec, found)
    st.caption("Read as text")
    st.code(cached_tokenizers.tokenizer(spec).decode(ids).decode(errors="replace"), language=None, wrap_lines=True)
    table = pd.DataFrame({"Tokenizer": [context.names[spec]], "Ids": [in_short(found)]})
    _keep(context, table, [spec], found, " ".join(map(str, ids)))


def _of_text(context: ProbeContext) -> None:
    """A table of tokenizers and ways to cut, and one of its cells in chips."""
    way = LINKED.choice("Cut", _WAYS, _WAY, "Programs cut texts in parts: a prompt and its answer, or word by word.")
    name, spec = context.names[context.text("tokenizer")], context.text("tokenizer")
    question = f"Cut {WAYS[way].label}: will the ids of {plain(name)} come back when their text is cut again?"
    with st.spinner("Cutting …", show_time=True):
        rows = drift_rows(context.names, context.text("text"))
    found = next(row.found[way] for row in rows if row.spec == spec)
    if isinstance(found, UserError):
        raise found
    shown, guess = predicted(context, question, _guess)
    if not shown:
        return
    _judge(guess, found)
    draw_drift(spec, found)
    st.markdown("**Every tokenizer, in every way to cut this text**")
    table = drift_table(rows)
    st.dataframe(table, hide_index=True, placeholder="–", key="drift_table")
    _keep(context, table, _answered(rows), found, context.text("text"))


def _as_asked(context: ProbeContext) -> dict[str, Value]:
    """The ids of the text in the way that was chosen, where none were pasted."""
    ids, spec = context.ids("ids"), context.text("tokenizer")
    if not ids and context.text("text"):
        ids = cached.ids_in_parts(spec, context.text("text"), st.session_state.get(_WAY) or next(iter(_WAYS)))
    return {"tokenizer": spec, "ids": ids or None}


def _guess() -> str | None:
    return st.segmented_control("Your guess", [_YES, _NO], key="drift_guess", label_visibility="collapsed")


def _judge(guess: str | None, found: Drift) -> None:
    if guess:
        truth = _YES if found.first is None else _NO
        verdict(guess == truth, f"You said: {guess.lower()}. {'Right' if guess == truth else 'No'}: {truth.lower()}.")


def _answered(rows: list[DriftRow]) -> list[str]:
    """Specs of the tokenizers that gave an answer."""
    return [row.spec for row in rows if not any(isinstance(one, UserError) for one in row.found.values())]


def _keep(context: ProbeContext, table: pd.DataFrame, specs: list[str], found: Drift, subject: str) -> None:
    by = [CitedTokenizer(context.names[spec], cached_tokenizers.tokenizer(spec).info.fingerprint) for spec in specs]
    keep(Chart("drift", go.Figure(), in_short(found), lambda: table), context, found.document, subject, by, False)


def _card(dark: bool) -> str:
    ids = cached.ids_in_parts(_OF_CARD, "Hello world", "words")
    found = cached.drift(_OF_CARD, ids)
    tokenizer = cached_tokenizers.tokenizer(_OF_CARD)
    for title, side in (("A model wrote", found.ids), ("What comes back", found.reencoded)):
        st.caption(title)
        chips([*map(entry_shown, tokenizer.describe(side))], lambda place: place >= (found.first or 0))
    return (
        f"The same text, **{len(found.ids)} tokens** before and **{len(found.reencoded)}** after: whoever trains on "
        "the text again trains on tokens that the model never wrote."
    )


VIEW = ProbeView(
    name="drift",
    label="Drift",
    place=30,
    draw=draw,
    about="Do tokens come back when the text that they say is cut again?",
    card=_card,
    as_asked=_as_asked,
    asked=(
        PROBE.asked[0],
        Asked(key="text", kind="text", text="a text, which is cut in parts as programs do", default=_TEXT),
        Asked(key="ids", kind="ids", text="ids, which are looked at in place of the text", optional=True),
    ),
    examples={
        "A sentence": {"text": _TEXT},
        "Spaces and lines": {"text": "one  two\n\n three \n"},
        "Code": {"text": 'if x == 10:\n    return "done"'},
        "Emoji": {"text": "fine 👍🏽 thanks"},
        "Arabic": {"text": "اللغة العربية جميلة"},
        "Thai": {"text": "ภาษาไทยสวยงาม"},
        "Hindi": {"text": "हिन्दी एक भाषा है"},
        "Ids of Hello, a space and world (GPT-4)": {"tokenizer": _OF_CARD, "ids": "9906, 220, 14957"},
    },
)
