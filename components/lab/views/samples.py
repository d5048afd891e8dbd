"""What the models write: the same beginnings and the same seeds, side by side."""

from html import escape

import streamlit as st

from components.frame.errors import plain
from components.lab.context import LabContext
from components.widgets.view import View
from core.common.numbers import so_many
from core.evaluation.results import Table


def draw(context: LabContext) -> None:
    """One beginning and one way to draw, every model's continuation below."""
    tables = {o.name: t for o in context.result.outcomes if (t := o.table("samples", "samples")) is not None}
    first = next(iter(tables.values()))
    prompts = list(dict.fromkeys(zip(first.words("language"), first.words("prompt"), strict=True)))
    kinds = list(dict.fromkeys(first.words("kind")))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Beginning",
            range(len(prompts)),
            format_func=lambda n: f"{context.language(prompts[n][0])}: {prompts[n][1][:60] or 'from nothing'}",
            key="lab_prompt",
        )
        kind = st.segmented_control("Drawn", kinds, default=kinds[0], required=True, key="lab_sample_kind")
    language, prompt = prompts[chosen]
    shown = dict[str, tuple[str, str]]()
    before = context.result.original
    original = context.names[before.name] if before is not None else context.setting.model.label
    for name, table in tables.items():
        _add(shown, table, "original", original, language, prompt, kind)
        _add(shown, table, "model", context.names[name], language, prompt, kind)
    columns = st.columns(2)
    for n, (name, about) in enumerate(shown.items()):
        with columns[n % 2].container(border=True):
            st.markdown(f"**{plain(name)}**")
            st.html(about[0])
            st.caption(about[1])


def _add(
    shown: dict[str, tuple[str, str]], table: Table, model: str, name: str, language: str, prompt: str, kind: str
) -> None:
    """The text as HTML, in the direction of its script, and the facts below it."""
    rows = table.where(model=model, language=language, prompt=prompt, kind=kind)
    if not len(rows) or name in shown:
        return
    row = int(rows[0])
    text = escape(table.words("text")[row].replace("\n", " ⏎ "))
    n_bytes, n_tokens = int(table.numbers("n_bytes")[row]), int(table.numbers("n_tokens")[row])
    facts = [f"{so_many(n_tokens, 'token', 'tokens')} for {so_many(n_bytes, 'byte', 'bytes')}"]
    if not table.numbers("valid")[row]:
        facts.append(":red[holds bytes that are no text]")
    if table.numbers("ended")[row]:
        facts.append("ended by itself")
    begun = f'<span style="opacity:.6">{escape(prompt)}</span>'
    written = f'<p dir="auto" style="margin:0; overflow-wrap:anywhere">{begun}{text}</p>'
    shown[name] = written, " · ".join(facts)


VIEW = View(
    group="Text",
    label="Samples",
    place=1,
    about=(
        "What each model writes after the same beginnings, always taking the most probable token (greedy) or drawing "
        "by chance with the same seed. Tiny models write badly; compare them with each other."
    ),
    draw=draw,
    measure="samples",
)
