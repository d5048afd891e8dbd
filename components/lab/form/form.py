"""What is asked of a comparison: model, tokenizer, donor, methods, texts, measures; all from what the entries declare
of themselves."""

from collections.abc import Sequence

import streamlit as st

from components.cached import lab as cached_lab
from components.cached import tokenizers as cached
from components.lab.form.machine import ask_machine
from components.lab.form.measures import ask_measures
from components.lab.form.methods import ask_methods
from components.lab.form.model_choice import fitting, model_label, typed_or_chosen
from components.lab.form.state import usual
from components.lab.form.texts import ask_texts
from components.widgets.pickers import labels, short_name
from components.widgets.trained_here import trained_here
from core.common.settings import settings
from core.lab.plan import Plan
from core.models.shipped import REAL_MODEL
from core.models.typed import model_spec
from core.tokenizers.typed import spec_of


def ask() -> Plan | None:
    """Draw the form; the plan it comes to, or None as long as a part is missing.

    Raises:
        UserError: the parts make no sense together.
    """
    known = cached_lab.catalogue()
    shipped = [f"shipped:{name}" for name in known.models]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        model = _model([*shipped, *([REAL_MODEL] if settings().hub else [])])
        donor = _donor(shipped, model)
        tokenizer = _tokenizer(bool(donor))
        methods_here = st.container(width="content")  # drawn last: what they need stands in the other choices
        texts = ask_texts()
        evaluators, seeds, minutes = ask_measures(known.measures, known.absent)
        machine = ask_machine()
        with methods_here:
            methods, besides = ask_methods(known.methods, shipped, model=model, has_donor=bool(donor), texts=texts)
    if not model or not (tokenizer or donor) or not methods or not seeds or not (texts.corpus or texts.files):
        return None
    return Plan(
        model,
        tokenizer=tokenizer,
        donor=donor,
        methods=methods,
        evaluators=evaluators,
        corpus=texts.corpus,
        languages=texts.languages,
        sentences=texts.sentences,
        files=texts.files,
        seeds=seeds,
        old_language=texts.old_language,
        budget_seconds=minutes * 60,
        **besides,
        **machine._asdict(),
    )


def _model(shipped: Sequence[str]) -> str:
    usual("lab_model", shipped[0] if shipped else None)
    return model_spec(
        typed_or_chosen(
            "Model",
            shipped,
            "lab_model",
            model_label,
            "Hub id or folder",
            "The model whose tokenizer is replaced. Type a Hub id such as Qwen/Qwen3-0.6B, the path of a folder with "
            "config.json and safetensors, of a .gguf file, or of a llama2.c .bin file.",
        )
    )


def _donor(shipped: Sequence[str], model: str) -> str:
    offered = [spec for spec in shipped if spec != model]
    usual("lab_donor", offered[-1] if offered else None)
    if st.session_state["lab_donor"] == model:
        st.session_state["lab_donor"] = None
    return model_spec(
        typed_or_chosen(
            "Donor (optional)",
            offered,
            "lab_donor",
            model_label,
            "No donor",
            "A model that was trained with the new tokenizer. Several methods learn from its rows, and it shows what "
            "a native model reaches. Type a Hub id or a path, as for the model.",
        )
    )


def _no_donor() -> None:
    """A donor was trained with its own tokenizer, so one for a tokenizer just chosen has to be named anew."""
    if st.session_state["lab_tokenizer"]:
        st.session_state["lab_donor"] = None


def _tokenizer(with_donor: bool) -> str:
    usual("lab_tokenizer", None)
    names = labels()
    chosen = typed_or_chosen(
        "New tokenizer",
        [*trained_here(), *(spec for spec, _ in cached.offered() if not spec.startswith("builtin:"))],
        "lab_tokenizer",
        lambda spec: names.get(spec) or fitting(short_name(spec)),
        "The donor's" if with_donor else "Hub id or spec",
        "Any tokenizer: one offered here, a Hub id, or file:PATH. Empty takes the donor's own.",
        _no_donor,
    )
    return spec_of(chosen) if chosen else ""
