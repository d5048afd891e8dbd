"""What vocabularies share by bytes: of all trainers at one size, or of one trainer at all sizes."""

from collections.abc import Sequence

import streamlit as st

from components.cached import training as cached
from components.cached.vocabulary import change
from components.training.context import TrainingContext
from components.training.figure import show
from components.training.linked import LINKED
from components.training.looks import run_name
from components.training.overlap_chart import overlap_chart
from components.widgets.view import View
from core.common.numbers import count
from core.training.recipe import Trained


def draw(context: TrainingContext) -> None:
    """A matrix of those chosen."""
    options = _groups(context)
    if not options:
        st.info("Overlap compares two tokenizers or more; one was trained.", icon=":material/compare_arrows:")
        return
    labels = {name: label for name, (label, _) in options.items()}
    made = options[LINKED.box("Of", labels, "train_overlap_of", width=280)][1]
    with st.spinner("Comparing every entry …"):
        read = [cached.entries(one) for one in made]
        shares = [[1.0 if a is b else change(a, b).shared for b in read] for a in read]
    show(overlap_chart(_names(made), shares))
    st.caption(
        "Read across: the share of this tokenizer's entries that the one below has as well, by bytes; special tokens "
        "by name. WordPiece has word beginnings and word parts instead of spaces, so it shares little with the others."
    )


def _groups(context: TrainingContext) -> dict[str, tuple[str, list[Trained]]]:
    """What can be compared, by what a link calls it: the largest size first."""
    by_size = {
        f"{n}": (f"All with {count(n)} entries", [one for one in context.made if one.n_vocabulary == n])
        for n in reversed(context.sizes)
    }
    by_run = {name: (f"{context.run_label(name)} in all sizes", ones) for name, ones in context.runs.items()}
    return {name: group for name, group in (by_size | by_run).items() if len(group[1]) > 1}


def _names(made: Sequence[Trained]) -> list[str]:
    """What they are called among each other: by what differs."""
    one_size = len({one.n_vocabulary for one in made}) == 1
    return [run_name(one, made) if one_size else count(one.n_vocabulary) for one in made]


VIEW = View(
    name="overlap",
    label="Overlap",
    place=10,
    draw=draw,
    about="Which share of their entries the vocabularies have in common.",
)
