"""Taking entries out of a tokenizer's file: what that changes on a corpus, and the file to take away or to compare."""

from dataclasses import replace
from typing import cast

import pandas as pd
import streamlit as st

from components.cached import vocabulary as cached
from components.cached.corpora import corpus_facts
from components.frame.errors import show_error
from components.frame.visitor import visitor
from components.runs.job_cards import refuse, show_refusal
from components.runs.job_panel import finished_result
from components.vocabulary.context import VocabularyContext
from components.vocabulary.counted_on import counted_on
from components.vocabulary.findings import findings
from components.vocabulary.linked import LINKED
from components.vocabulary.looking import looking
from components.vocabulary.one_row import one_row
from components.vocabulary.rows import VocabularyRow
from components.widgets import names
from components.widgets.pickers import TOKENIZERS, remember
from components.widgets.save_table import save_table
from components.widgets.typed_number import typed_number
from components.widgets.view import View
from core.common.data_folders import ROOT
from core.common.errors import UserError
from core.common.numbers import count
from core.common.settings import settings
from core.export.csv import safe_cell
from core.jobs.result_codec import restored
from core.text.languages import language
from core.tokenizers.uploads import keep_upload
from core.vocabulary.audit import AUDITS
from core.vocabulary.repair.certain import stay_for_certain
from core.vocabulary.repair.job import KIND, inputs_of, params_of
from core.vocabulary.repair.listed import listed_ids
from core.vocabulary.repair.original import can_be_repaired, may_go
from core.vocabulary.repair.removal import BuiltOn, nothing_goes
from core.vocabulary.repair.repaired import Repaired
from core.vocabulary.residue import residue

_LIST, _BELOW, _LONGEST_LIST = "list", "below", 4_000  # characters of a list that an address holds
_KEPT = "repair_kept"  # in the session: the repaired one is chosen, and its lanes are to be opened
_TO_TRY = "packaged:deepseek-v4"  # it lies in an installed package
_FIRST = ("unreachable", "residue")  # audits whose findings nothing or little is lost with, if anything of them goes
_BUILT_ON: dict[str, str] = {
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
        corpus = counted_on()
        ids = _ids(row, corpus)
        built_on = LINKED.box("Entries that others are built from", _BUILT_ON, "built_on", width=300)
    if not ids:
        st.info("Nothing is chosen to be taken out. Choose a finding above, or list ids.", icon=":material/healing:")
        return
    stay = stay_for_certain(row.entries, ids, cast(BuiltOn, built_on))
    if len(stay) == len(set(ids)):
        show_error(UserError(nothing_goes(stay)))
        return
    facts, tokenizer = corpus_facts(corpus), row.entries.tokenizer
    result = finished_result(
        KIND,
        params_of(tokenizer, ids, cast(BuiltOn, built_on), facts),
        inputs_of(tokenizer, facts),
        f"Repair of {row.label}: {count(len(ids))} entries",
        f"See what taking out {count(len(ids))} changes",
        "repair",
    )
    if result is not None:
        _shown(row, restored(Repaired, result))


def _row(context: VocabularyContext) -> VocabularyRow | None:
    rows = {row.spec: row for row in context.rows if can_be_repaired(row.entries.tokenizer.info)}
    if not rows:
        _offer()
        return None
    return one_row(list(rows.values()))


def _offer() -> None:
    """Say what is repaired, and bring one of those that is at hand."""
    show_refusal()
    st.info(
        "None of these tokenizers is read from a tokenizer.json or a SentencePiece model, and only those are repaired. "
        f"Add one above that is, such as {_TO_TRY}, or a file that transformers saved.",
        icon=":material/healing:",
    )
    st.button(
        f"Add {names.name_of(_TO_TRY)} to see a repair", icon=":material/add:", type="primary", key="repair_add",
        on_click=_bring, args=(_TO_TRY,),
    )  # fmt: skip


def _bring(spec: str) -> None:
    try:
        remember(spec)
    except UserError as error:
        refuse(error)


def _ids(row: VocabularyRow, corpus: str) -> list[int]:
    """What is to be taken out."""
    with looking("Looking through the vocabulary …"):
        every = findings(row, corpus)
    found = {key: ids for key, one in every.items() if len(ids := may_go(row.entries, one.ids))}
    whole = {key: len(stay_for_certain(row.entries, ids.tolist(), "keep")) == len(ids) for key, ids in found.items()}
    in_order = sorted(found, key=lambda key: (whole[key], key not in _FIRST))
    named = {key: f"{AUDITS.get(key).definition.label} ({count(len(found[key]))})" for key in in_order}
    others = {_LIST: "A list of ids"} | ({} if every["residue"].unavailable else {_BELOW: "Residue below a share"})
    chosen = LINKED.box("Take out", named | others, "repair", width=240)
    if chosen in found:
        return [int(i) for i in found[chosen]]
    try:
        return _below(row, corpus) if chosen == _BELOW else listed_ids(_list())
    except UserError as error:
        show_error(error)
        return []


def _below(row: VocabularyRow, corpus: str) -> list[int]:
    """What merging the counted text leaves in at most a share of its occurrences."""
    percent = typed_number(LINKED, "Left at most, %", "repair_below", 1.0, 0.01, 100.0, width=140)
    return [int(i) for i in residue(cached.with_counts(row.entries, corpus), percent / 100)]


def _list() -> str:
    LINKED.text("repair_ids", "", _LONGEST_LIST)
    return st.text_input("Ids", placeholder="17, 230, 4001-4010", key="repair_ids", persist_state="session", width=240)


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
            "Texts in": [language(each.name).label for each in effects],
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
        save_table(lambda: table, "repair", label="Table as CSV")
        if not settings().uploads:
            st.caption("This server keeps no files (TOKEN_ATLAS_UPLOADS=off): download it to compare it.")
            return
        st.button(
            "Open beside the original", icon=":material/compare_arrows:", key="repair_beside",
            on_click=_choose_both, args=(row.spec, found),
        )  # fmt: skip
    if st.session_state.pop(_KEPT, False):
        st.switch_page(ROOT / "pages" / "segmentation.py")


def _choose_both(original: str, found: Repaired) -> None:
    """Keep the repaired one, and choose both for lanes: before the chooser is drawn, after which it cannot be told."""
    try:
        spec = keep_upload({found.file: found.data.tobytes()}, visitor().key)
    except UserError as error:
        refuse(error)
        return
    st.session_state[TOKENIZERS] = [original, spec]
    st.session_state[_KEPT] = True


VIEW = View(
    name="repair",
    label="Repair",
    place=100,
    draw=draw,
    about="Take entries out of a tokenizer so that no text reaches them; all ids stay where they are.",
)
