"""Why some recipes of a plan gave no tokenizer: in full where they are few or nothing else is there, else folded."""

from collections.abc import Sequence

import streamlit as st

from components.frame.errors import plain
from core.common.numbers import count
from core.training.recipe import NotTrained, TrainedPlan, TrainingRecipe
from core.training.runs import run_label

_MOST_TOLD = 2  # reasons that stand in full; more are folded


def not_made(found: TrainedPlan) -> None:
    """What could not be made, and what to do; nothing where all was made."""
    recipes = [one.recipe for one in found.made] + [one.recipe for one in found.not_made]
    said = [_told(one, recipes) for one in found.not_made]
    if len(said) <= _MOST_TOLD:
        for reason in said:
            st.warning(reason, icon=":material/block:")
        return
    of_all = f"{len(said)} of {len(said) + len(found.made)} could not be made" if found.made else "None could be made"
    with st.expander(f"{of_all}: why", expanded=not found.made, icon=":material/block:"):
        st.markdown("\n".join(f"- {reason}" for reason in said))


def _told(one: NotTrained, among: Sequence[TrainingRecipe]) -> str:
    return plain(f"{run_label(one.recipe, among)}, {count(one.recipe.options.vocab)}: {one.why}")
