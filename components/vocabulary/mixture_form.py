"""A form that asks what a tokenizer on the page was trained on: its categories and how many merges, as a job."""

from collections.abc import Sequence

import streamlit as st

from components.cached import corpora as cached_corpora
from components.frame.errors import user_errors
from components.runs.count_corpus import corpora
from components.runs.job_cards import OPENED, session, show_refusal, submit
from components.vocabulary.context import VocabularyContext
from components.vocabulary.rows import VocabularyRow
from components.widgets.languages import language_boxes
from components.widgets.own_texts import KEPT, own_texts
from core.corpora.facts import CorpusFacts
from core.vocabulary.mixture.categories import USUAL_BYTES
from core.vocabulary.mixture.job import KIND, Kinds, question

_USUAL = ("eng_Latn", "deu_Latn", "fra_Latn", "spa_Latn", "rus_Cyrl", "zho_Hans", "jpn_Jpan", "hin_Deva")
_N_MERGES = (100, 200, 500, 1_000, 2_000)


def mixture_form(context: VocabularyContext) -> None:
    """The form, folded away until somebody wants it."""
    show_refusal()
    with st.expander("Infer it for a tokenizer on this page", icon=":material/function:", key="mixture_form"):
        possible = [row for row in context.rows if row.entries.tokenizer.info.algorithm == "BPE"]
        if not possible:
            st.info(
                "None of the tokenizers above keeps an order of merges. Add one that is byte-pair encoding, such as "
                "GPT-4's.",
                icon=":material/block:",
            )
            return
        with user_errors():
            _ask(possible)


def _ask(possible: Sequence[VocabularyRow]) -> None:
    labels = {row.spec: row.label for row in possible}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        spec = st.selectbox(
            "Tokenizer to ask", list(labels), format_func=labels.__getitem__, key="mixture_spec", width=240
        )
        named = corpora()
        corpus = st.selectbox(
            "Languages from", list(named), format_func=lambda one: named.get(one, one), key="mixture_corpus", width=240
        )
        n_merges = st.select_slider("Merges to read", _N_MERGES, value=500, key="mixture_n_merges", width=220)
    facts = cached_corpora.corpus_facts(corpus)
    codes = _languages(facts)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        code = st.checkbox("Code is a category", value=True, key="mixture_code")
        texts = own_texts("mixture", "A text of your own as a category", f"UTF-8; its name is the category's. {KEPT}")
    st.caption(
        f"The first {USUAL_BYTES // 1000} kB of each language are its sample. Five hundred merges over twelve "
        "categories take about ten seconds of a processor, a thousand half a minute; it runs beside this page, and "
        "what is finished is kept."
    )
    if st.button("Infer", icon=":material/play_arrow:", type="primary", key="mixture_submit"):
        row = next(row for row in possible if row.spec == spec)
        _start(row, Kinds([(facts, codes)], code, texts), n_merges)


def _languages(facts: CorpusFacts) -> list[str]:
    if "mixture_languages" not in st.session_state:
        st.session_state["mixture_languages"] = [code for code in _USUAL if code in facts.languages]
    st.session_state["mixture_languages"] = [
        code for code in st.session_state["mixture_languages"] if code in facts.languages
    ]
    return language_boxes("Languages", facts.languages, key="mixture_languages")


def _start(row: VocabularyRow, kinds: Kinds, n_merges: int) -> None:
    """Submit the job and open it."""
    session()
    asked = question(row.entries.tokenizer, kinds, n_merges)
    job = submit(KIND, asked.params, asked.inputs, asked.label)
    if job is not None:
        st.query_params[OPENED] = job.key
    st.rerun()
