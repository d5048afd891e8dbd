"""Keeping a transplant: the folder that transformers loads, and the link to this comparison."""

import shlex

import streamlit as st

from components.lab.at_hand import AtHand
from components.lab.view import View
from core.lab.result import Outcome


def draw(at_hand: AtHand) -> None:
    """How to write the model of one method as a folder."""
    made = [o for o in at_hand.result.transplants if o.role == "method"]
    if not made:
        st.info("No method is finished yet.", icon=":material/hourglass_top:")
        return
    name = st.selectbox(
        "Method", [o.name for o in made], format_func=lambda name: at_hand.names[name], key="lab_keep", width=260
    )
    st.markdown(
        "This command makes the same model again, to the bit, and writes it as a folder that `AutoModelForCausalLM` "
        "and `AutoTokenizer` load, with a card of its provenance and measures; it is read back and must give the "
        "same bits per byte before the folder appears."
    )
    st.code(command(at_hand, at_hand.result.outcome(name)), language="bash", wrap_lines=True)


def command(at_hand: AtHand, outcome: Outcome) -> str:
    """The command line that writes the folder."""
    plan = at_hand.result.plan
    parts = ["python", "-m", "core", "transplant", "--model", plan.model]
    if plan.donor:
        parts += ["--donor", plan.donor]
    parts += ["--tokenizer", plan.tokenizer or at_hand.setting.tokenizer.spec]
    parts += ["--method", outcome.method]
    for key, value in outcome.params.items():
        parts += ["--param", f"{key}={value}"]
    return shlex.join([*parts, "--out", f"{outcome.method}-transplant", "--json"])


VIEW = View(
    "Keep",
    "Keep",
    0,
    "The model of one method as a folder that transformers loads, with a card of where each row comes from and what "
    "was measured.",
    draw,
)
