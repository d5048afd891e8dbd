"""One entry, closely: its bytes, what it is, where it comes from, what its text becomes, and who uses it."""

from collections.abc import Sequence

import streamlit as st

from components.cached import vocabulary as cached
from components.frame.errors import plain
from components.vocabulary.context import VocabularyContext
from components.vocabulary.counted_on import said_of
from components.vocabulary.rows import VocabularyRow
from components.widgets import text_state
from components.widgets.chips import chips, piece_shown
from components.widgets.token_lookup import token_lookup
from core.common.numbers import count
from core.text.languages import language
from core.text.utf8 import has_utf8
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import TokenDetails
from core.vocabulary.division import DIVISIONS

_MOST_CHILDREN, _MOST_LANGUAGES, _MOST_BYTES = 24, 12, 64
_SEGMENTATION = "pages/segmentation.py"


def draw_entry(row: VocabularyRow, i: int, context: VocabularyContext, corpus: str) -> None:
    """Everything known of an id.

    Args:
        corpus: spec of the one on which tokens are counted.
    """
    entry = row.entries.details[i]
    if row.entries.holes[i]:
        st.info(f"No entry has the id {count(i)}: a hole in the vocabulary.", icon=":material/block:")
        return
    chips([piece_shown(entry.piece[:_MOST_BYTES]) if entry.piece else entry.spelling[:_MOST_BYTES]])
    st.caption(plain(" · ".join(_facts(row, entry))))
    _family(row, entry)
    text = row.entries.texts[i]
    if text:
        _cut(row, text)
        st.button(
            "Open in Segmentation", icon=":material/segment:", key="entry_to_segmentation", on_click=text_state.replace,
            args=(text,),
        )  # fmt: skip
        if st.session_state.get("entry_to_segmentation"):
            st.switch_page(_SEGMENTATION)
        _elsewhere(row, text, context)
    _uses(row, i, corpus)


def _elsewhere(row: VocabularyRow, text: str, context: VocabularyContext) -> None:
    """Whether the other tokenizers have it as one token."""
    others = [other for other in context.rows if other is not row]
    if others and has_utf8(text):
        st.caption("The same text elsewhere")
        token_lookup(others, text)


def _facts(row: VocabularyRow, entry: TokenDetails) -> list[str]:
    n = len(entry.piece)
    hexed = entry.piece[:_MOST_BYTES].hex(" ") + (" …" if n > _MOST_BYTES else "")
    facts = [f"id {count(entry.id)}", f"{count(n)} {'byte' if n == 1 else 'bytes'}: {hexed}" if n else "no bytes"]
    facts += [_part(row, key, entry.id) for key in DIVISIONS.all() if key != "length"]
    spelled = entry.spelling[:_MOST_BYTES]
    return [
        *facts,
        *([entry.measure] if entry.measure else []),
        *([Kind(entry.kind).word] if entry.kind != Kind.ORDINARY else []),
        *([f"in its file {spelled}"] if spelled and spelled.encode(errors="replace") != entry.piece else []),
    ]


def _part(row: VocabularyRow, division: str, i: int) -> str:
    return str(DIVISIONS.get(division).parts[cached.places(row.entries, division)[i]])


def _family(row: VocabularyRow, entry: TokenDetails) -> None:
    """The merge that made it, and what was made of it."""
    order = cached.order_of(row.entries)
    if order is None or not row.entries.textual[entry.id]:
        return
    made = order.parents(entry.piece)
    if made:
        _named("Merged from", made)
    children = order.children(entry.piece, _MOST_CHILDREN)
    if children:
        _named("Merged on into", children)


def _named(what: str, pieces: Sequence[bytes]) -> None:
    st.caption(what)
    chips([piece_shown(piece) for piece in pieces])


def _cut(row: VocabularyRow, text: str) -> None:
    """What the tokenizer makes of the entry's own text."""
    ids = row.tokenizer.encode_many([text])[0].tolist()
    st.caption(f"Its text is cut into {count(len(ids))} {'token' if len(ids) == 1 else 'tokens'}: {ids[:20]}")
    chips([piece_shown(row.entries.pieces[j]) for j in ids])


def _uses(row: VocabularyRow, i: int, corpus: str) -> None:
    """How often a corpus uses it, in which languages."""
    used, text = cached.used(row.entries, corpus), said_of(corpus)
    by_language = used.languages(i)
    if not by_language:
        st.caption(plain(f"Not used on {text}."))
    elif len(used.by_language) == 1:
        st.caption(plain(f"Used {count(sum(by_language.values()))} times on {text}."))
    else:
        named = [f"{language(code).label} {count(n)}" for code, n in list(by_language.items())[:_MOST_LANGUAGES]]
        more = f" and {len(by_language) - _MOST_LANGUAGES} more" if len(by_language) > _MOST_LANGUAGES else ""
        st.caption(plain(f"Used on {text}, in {', '.join(named)}{more}."))
