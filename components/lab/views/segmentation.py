"""The same sentence before and after: how the old and the new tokenizer cut it."""

from dataclasses import replace

import streamlit as st

from components.cached import corpora as cached_corpora
from components.cached import lab as cached_lab
from components.lab.context import LabContext
from components.segmentation.rows import Row
from components.segmentation.token_view.component import token_view
from components.segmentation.view_model import token_view_of
from components.widgets.view import View
from components.widgets.view_options import ViewOptions
from core.common.numbers import count, so_many
from core.lab.plan import Plan
from core.tokenizers.tokenizer import PLAIN


def draw(context: LabContext) -> None:
    """A sentence of the measured ones, or one's own."""
    plan = context.result.plan
    old, new = cached_lab.tokenizers(plan)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = _sentence(context, plan)
    if not text:
        st.caption("Type a sentence to see how both tokenizers cut it.")
        return
    names = (f"{context.setting.model.label}, old", f"{context.setting.tokenizer.label}, new")
    colours = ("#0072B2", "#D55E00")
    rows = [
        Row(name, tokenizer, tokenizer.segment(text), colour)
        for name, colour, tokenizer in zip(names, colours, (old, new), strict=True)
    ]
    options = ViewOptions(specials=PLAIN)
    drawn = token_view_of(rows, text, (0, len(text)), options)
    lanes = tuple(replace(lane, label=name) for lane, name in zip(drawn.lanes, names, strict=True))
    token_view(replace(drawn, lanes=lanes), key="lab_token_view")
    before, after = (row.segmentation.n_tokens for row in rows)
    if not before:
        st.caption("No tokens.")
        return
    more = f"{after / before - 1:.0%} more" if after > before else "as many"
    saved = f"{1 - after / before:.0%} fewer" if after < before else more
    st.caption(f"{so_many(before, 'token', 'tokens')} before, {count(after)} after: {saved}.")


def _sentence(context: LabContext, plan: Plan) -> str:
    codes = context.languages
    if not codes or not plan.corpus:
        return st.text_area("Text", key="lab_own_text", max_chars=2000)
    code = st.selectbox("Language", codes, format_func=context.language, key="lab_sentence_language", width=220)
    texts, sentences = context.setting.texts, cached_corpora.corpus(plan.corpus).sentences[code]
    numbers = [int(texts.words("sentence")[row]) for row in texts.where(language=code) if texts.words("sentence")[row]]
    chosen = st.selectbox("Sentence", numbers, format_func=lambda n: sentences[n][:80], key=f"lab_sentence_{code}")
    return "" if chosen is None else sentences[chosen]


VIEW = View(
    group="Text",
    label="Segmentation",
    place=0,
    about="The same sentence as the old and the new tokenizer cut it.",
    draw=draw,
)
