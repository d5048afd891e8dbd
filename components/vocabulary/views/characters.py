"""Which characters of each language a vocabulary has no token for: all languages at a glance, and one closely."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from components.cached import vocabulary as cached
from components.frame.errors import plain
from components.vocabulary.context import VocabularyContext
from components.vocabulary.linked import LINKED
from components.vocabulary.looking import looking
from components.widgets.chips import chips, on_circle
from components.widgets.languages import language_box
from components.widgets.save_table import save_table
from components.widgets.view import View
from core.common.numbers import count
from core.text.exemplars import SOURCE, exemplars
from core.text.languages import flores_languages, language
from core.vocabulary.characters import LanguageCharacters, Spelled, WrittenCharacter

LANGUAGE, _USUAL = "characters_of", "hun_Latn"  # key in the session and in the link, and the first choice
_TABLE, _HEIGHT = "characters_table", 285
_LEFT = "language", "characters"
Found = Mapping[str, LanguageCharacters]
_ABOUT = (
    "The share of a language's characters that are not one token: spelled in bytes, changed into something else or "
    "unknown. A letter with a mark that Unicode has no single character for counts as there where its parts are. "
    "Small letters and capitals are asked for alike; digits, punctuation and letters of foreign words are not. "
    "Each is tried alone and, for what is unknown, behind another letter. "
)


def draw(context: VocabularyContext) -> None:
    """A language, the table of all, and what becomes of the characters of that one in each vocabulary."""
    with looking("Spelling the letters of all languages …"):
        found = [cached.characters(row.entries) for row in context.rows]
    names = [row.label for row in context.rows]
    code = _language()
    _overview(missing_table(found, names), names)
    for name, one in zip(names, found, strict=True):
        _closely(name, one[code])
    n, without = len(flores_languages()), len(flores_languages()) - len(exemplars())
    st.caption(f"{_ABOUT}Source of the characters: {SOURCE}, which has none for {without} of the {n} of FLORES-200.")


def missing_table(found: Sequence[Found], names: Sequence[str]) -> pd.DataFrame:
    """A row per language, the poorest first: its name, how many characters it has, the share missing by tokenizer."""
    codes = sorted(exemplars(), key=lambda code: (-max(one[code].share_missing for one in found), code))
    left = {_LEFT[0]: [language(c).label for c in codes], _LEFT[1]: [len(found[0][c].written) for c in codes]}
    shares = {name: [one[c].share_missing for c in codes] for name, one in zip(names, found, strict=True)}
    return pd.DataFrame(left | shares, index=codes)


def _overview(table: pd.DataFrame, names: Sequence[str]) -> None:
    share = st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)
    codes = table.index.tolist()
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        height=_HEIGHT,
        key=_TABLE,
        column_config={_LEFT[0]: st.column_config.TextColumn("Missing characters of", pinned=True)}
        | dict.fromkeys(names, share),
        on_select=lambda: _choose(codes),
        selection_mode="single-row",
    )
    save_table(lambda: table.reset_index(names="code"), "missing_characters")


def _choose(codes: Sequence[str]) -> None:
    rows = st.session_state[_TABLE].selection.rows
    if rows and rows[0] < len(codes):
        st.session_state[LANGUAGE] = codes[rows[0]]


def _language() -> str:
    LINKED.option(LANGUAGE, [_USUAL, *exemplars()])
    return language_box("Language", list(exemplars()), key=LANGUAGE, usual=_USUAL, width=300, persist_state="session")


def _closely(name: str, one: LanguageCharacters) -> None:
    """What becomes of a language's characters in one vocabulary, those alike together."""
    n = len(one.written)
    whole = one.count(Spelled.ONE)
    st.markdown(f"**{plain(name)}** · {count(whole)} of {count(n)} characters are one token")
    alike = defaultdict[WrittenCharacter, list[str]](list)
    for character, written in one.written.items():
        if written.how != Spelled.ONE:
            alike[written].append(character)
    for written, characters in sorted(alike.items()):
        st.markdown(said(written, len(characters)))
        chips([*map(on_circle, characters)])


def said(written: WrittenCharacter, n: int) -> str:
    """How so many characters are written, in words.

    >>> said(WrittenCharacter(Spelled.BYTES, 2), 9), said(WrittenCharacter(Spelled.UNKNOWN, 0), 1)
    ('9 cost 2 tokens each, in bytes', '1 is unknown')
    """
    if written.how == Spelled.UNKNOWN:
        return f"{count(n)} {'is' if n == 1 else 'are'} unknown"
    if written.how == Spelled.CHANGED:
        return f"{count(n)} {'is' if n == 1 else 'are'} written as something else"
    tokens = f"{written.n_tokens} {'token' if written.n_tokens == 1 else 'tokens'}"
    how = "in bytes" if written.how == Spelled.BYTES else "a base and its marks"
    return f"{count(n)} {'costs' if n == 1 else 'cost'} {tokens}{' each' * (n > 1)}, {how}"


VIEW = View(
    name="characters",
    label="Characters",
    place=50,
    draw=draw,
    about="Which characters of a language a vocabulary has no token for.",
)
