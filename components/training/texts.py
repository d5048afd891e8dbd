"""What to train on: languages of a corpus, the code of Python's library, and texts of the user's own."""

import streamlit as st

from components.cached import corpora as cached_corpora
from components.runs.corpus_upload import uploaded_corpora
from components.runs.count_corpus import corpora
from components.training.hub_dataset import ask_dataset, dataset_under_way
from components.training.sizes import fit_sizes
from components.training.table import table_text
from components.widgets.languages import language_boxes
from components.widgets.own_texts import KEPT, own_texts, text_typer
from core.corpora.text_uploads import text_path
from core.training.sources import PYTHON

_CORPUS, _LANGUAGES, _CODE = "train_corpus", "train_languages", "train_code"
_OWN, _ONLY = "train_uploaded", "train_only_own"  # where `own_texts` keeps them; whether nothing else is taken
_OWN_TURN = "train_own_turn"

_USUAL = (
    "eng_Latn", "deu_Latn", "spa_Latn", "pol_Latn", "fin_Latn", "tur_Latn", "vie_Latn", "swh_Latn", "rus_Cyrl",
    "ell_Grek", "arb_Arab", "hin_Deva",
)  # fmt: skip


def ask_texts() -> list[str]:
    """Names of the texts chosen, as `core.training.sources` reads them; may be empty."""
    n_own = len(st.session_state.get(_OWN, []))
    only = bool(n_own) and st.session_state.get(_ONLY, True)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        brought = uploaded_corpora()  # tables of strangers are read in processes of their own, so not from here
        named = {spec: label for spec, label in corpora().items() if spec not in brought}
        corpus = st.selectbox(
            "Languages from", list(named), format_func=lambda one: named.get(one, one), key=_CORPUS, width=240,
            disabled=only,
        )  # fmt: skip
        code = st.checkbox(
            "Python code", value=True, key=_CODE, help="The library of the Python that runs this page.", disabled=only
        )
    facts = cached_corpora.corpus_facts(corpus)
    kept = st.session_state.get(_LANGUAGES, _USUAL)
    st.session_state[_LANGUAGES] = [one for one in kept if one in facts.languages]
    chosen = "none beside your own texts" if only else f"{len(st.session_state[_LANGUAGES])} chosen"
    with st.expander(f"Languages: {chosen}", key="train_languages_fold"):
        codes = language_boxes(
            "Languages", facts.languages, key=_LANGUAGES, label_visibility="collapsed", disabled=only
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Texts of your own: {n_own}" if n_own else "A text of your own"
        # by another key it is drawn anew, and closed, when a text was added
        with st.popover(label, icon=":material/add:", key=f"train_own_{st.session_state.get(_OWN_TURN, 0)}"):
            own = own_texts("train", "A file", f"UTF-8, in lines. {KEPT}")
            new = text_typer("train", "Or paste a text", "Add it") or table_text()
            ask_dataset()
        if n_own:
            st.toggle("Only these", value=True, key=_ONLY, help="Off, they are added to the languages and the code.")
    if new := new or dataset_under_way():
        st.session_state[_OWN] = [*dict.fromkeys([*st.session_state.get(_OWN, []), new])]
        st.session_state[_OWN_TURN] = st.session_state.get(_OWN_TURN, 0) + 1
        if not n_own:
            fit_sizes(text_path(new).stat().st_size)
        st.rerun()
    if only:
        return own
    return [*(f"{corpus} {one}" for one in codes), *([PYTHON] if code else []), *own]


def chosen_texts() -> list[str]:
    """The same names, of what is chosen already and without drawing the choice."""
    state = st.session_state
    own = list(state.get(_OWN, []))
    if own and state.get(_ONLY, True):
        return own
    languages = [f"{state[_CORPUS]} {one}" for one in state.get(_LANGUAGES, []) if _CORPUS in state]
    return [*languages, *([PYTHON] if state.get(_CODE) else []), *own]
