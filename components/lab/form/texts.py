"""Which texts are measured: a parallel corpus, files of the user's, or both."""

from dataclasses import dataclass

import streamlit as st

from components.cached import corpora as cached_corpora
from components.lab.form.state import usual
from components.runs.count_corpus import corpora
from components.widgets.languages import language_boxes
from components.widgets.own_texts import KEPT, own_texts
from components.widgets.typed_number import number_field, within
from core.common.settings import settings
from core.lab.plan import MOST_SENTENCES
from core.text.languages import language

LANGUAGES = ("eng_Latn", "deu_Latn", "rus_Cyrl", "hin_Deva")
_NONE = ""  # no corpus


@dataclass(frozen=True)
class AskedTexts:
    """The texts of a plan.

    Args:
        corpus: its spec; empty for none.
        languages: codes; empty for all.
        sentences: of each language.
        files: paths, and specs of uploads.
        old_language: of the corpus, the one that the model knows.
        n_languages: that there will be.
        has_old: whether the model's own is among them.
    """

    corpus: str
    languages: tuple[str, ...]
    sentences: int
    files: tuple[str, ...]
    old_language: str
    n_languages: int
    has_old: bool

    @property
    def has_training(self) -> bool:
        """Will there be text to learn from?"""
        return bool(self.corpus or self.files)

    @property
    def is_parallel(self) -> bool:
        """Will there be sentences with their translations?"""
        return self.n_languages > 1 and self.has_old


def ask_texts() -> AskedTexts:
    """A popover with the choices."""
    codes: list[str] = []
    with st.popover("Texts", icon=":material/menu_book:", width="content"):
        named = {**corpora(), _NONE: "None, only my files"}
        usual("lab_corpus", next(iter(named)))
        named.setdefault(st.session_state["lab_corpus"], st.session_state["lab_corpus"])  # a plan's, from elsewhere
        corpus = st.selectbox(
            "Corpus", list(named), format_func=lambda spec: named[spec], key="lab_corpus", persist_state="session"
        )
        languages: list[str] = []
        if corpus:
            codes = list(cached_corpora.corpus_facts(corpus).languages)
            languages = _languages(codes)
        usual("lab_sentences", 100)
        label = "Sentences of each"
        sentences = number_field(
            label, "lab_sentences", 100, within(label, 1, MOST_SENTENCES, whole=True),
            help="That many are measured, at most two thirds of the corpus; the others serve what trains.",
        )  # fmt: skip
        old_language = _old_language(codes)
        files = _files()
    there = languages or codes
    return AskedTexts(
        corpus or "", tuple(languages), int(sentences), files, old_language, len(there), old_language in there
    )


def _languages(codes: list[str]) -> list[str]:
    usual("lab_languages", [code for code in LANGUAGES if code in codes])
    return language_boxes(
        "Languages",
        codes,
        key="lab_languages",
        placeholder=f"All {len(codes)} languages",
        persist_state="session",
    )


def _old_language(codes: list[str]) -> str:
    usual("lab_old_language", "eng_Latn")
    if len(codes) < 2:
        return "eng_Latn"
    if st.session_state["lab_old_language"] not in codes:
        st.session_state["lab_old_language"] = "eng_Latn" if "eng_Latn" in codes else codes[0]
    return st.selectbox(
        "The model's own language",
        codes,
        key="lab_old_language",
        format_func=lambda code: language(code).label or code,
        help="Where dictionaries and translations start from, for methods that learn from them.",
        persist_state="session",
    )


def _files() -> tuple[str, ...]:
    """Plain texts, each a domain of its own: uploads, and paths where this server opens them."""
    found = [*own_texts("lab", "Plain text of your own", f"UTF-8; a text of its own in the tables. {KEPT}")]
    if settings().paths:
        usual("lab_files", "")
        typed = st.text_input(
            "Plain text files on this machine", key="lab_files", placeholder="a.txt, b.txt", persist_state="session",
            help="Each file is a domain of its own. Separate paths by commas.",
        )  # fmt: skip
        found += [each.strip() for each in typed.split(",") if each.strip()]
    return tuple(found)
