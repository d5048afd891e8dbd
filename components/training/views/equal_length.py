"""At which size each language becomes as short as the reference is at a given one."""

import streamlit as st

from components.training.context import TrainingContext
from components.training.equal_length_charts import curves_chart, needed_chart
from components.training.figure import show
from components.training.linked import LINKED
from components.widgets.view import View
from core.common.numbers import count
from core.training.equal_length import equal_length


def draw(context: TrainingContext) -> None:
    """The curves of one trainer with the length that is to be met, and the size at which each language meets it."""
    runs = {name: ones for name, ones in context.runs.items() if equal_length(ones, ones[0].n_vocabulary) is not None}
    if not runs:
        st.info(
            "This needs one trainer in two sizes or more, and the same sentences kept apart in two languages or more: "
            "train with languages of one corpus.",
            icon=":material/translate:",
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        labels = {name: context.run_label(name) for name in runs}
        made = runs[LINKED.box("Trainer", labels, "train_equal_by", width=240)]
        sizes = {f"{one.n_vocabulary}": count(one.n_vocabulary) for one in made}
        at = int(LINKED.choice("As short as the reference with", sizes, "train_equal_at"))
    found = equal_length(made, at)
    assert found is not None
    left, right = st.columns(2)
    with left:
        show(curves_chart(found))
    with right:
        show(needed_chart(found))
    exact = "go through all sizes" if found.misfit < 1e-6 else f"are off by {found.misfit:.1%} at most"
    st.caption(
        f"{found.reference} takes {found.target:.1f} tokens a sentence with {count(at)} entries; right is the size at "
        f"which each language takes as many, with 95 % intervals over {count(found.n_sentences)} sentences. Left, log "
        f"tokens over log entries, fitted by curves of "
        f"{'second' if len(found.sizes) > 2 else 'first'} degree, which {exact}. Where the sizes that were trained do "
        "not bracket it no number is given. All languages share one vocabulary here."
    )


VIEW = View(
    name="equal-length",
    label="Size for equal length",
    place=30,
    draw=draw,
    about="With how many entries each language takes as few tokens as the reference does with fewer.",
)
