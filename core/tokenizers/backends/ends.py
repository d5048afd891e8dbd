"""What the post-processor of a Hugging Face backend puts around a text.

One that is damaged, or does more than that, spoils only the ends: nothing is put there, and a note says why.
"""

from dataclasses import dataclass
from typing import Any

import tokenizers

from core.common.errors import is_failure, shown
from core.common.numbers import count
from core.tokenizers.backends.components import State, states

_PROBES = ("a", "1", "。", " ")
_MORE = "Its template for special tokens does more than add them at the ends, so none are added here."


@dataclass(frozen=True)
class Ends:
    """Ids put before a text and after it, and a note where the file meant others."""

    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    note: str = ""


def ends_of(backend: tokenizers.Tokenizer, n_vocabulary: int) -> Ends:
    """What the backend adds at the ends of a text, found by asking it.

    Args:
        n_vocabulary: ids from here on stand for nothing.
    """
    if backend.post_processor is None:
        return Ends()
    if odd := next(filter(None, map(_oddity, states(backend.post_processor))), ""):
        return Ends(note=odd)
    found = _asked(backend)
    beyond = next((i for i in (*found.before, *found.after) if i >= n_vocabulary), None)
    if beyond is None:
        return found
    return Ends(
        note=f"Its file puts the id {count(beyond)} around a text, which its vocabulary of {count(n_vocabulary)} does "
        "not have, so nothing is added here."
    )


def _oddity(state: State) -> str:
    """What is wrong with one step of a post-processor; the library would panic, or double the text."""
    if state["type"] != "TemplateProcessing":
        return ""
    known = state.get("special_tokens", {})
    wanted = [piece["SpecialToken"]["id"] for piece in state["single"] if "SpecialToken" in piece]
    missing = next((token for token in wanted if token not in known), None)
    if missing is not None:
        return f"Its template for special tokens gives no id for {shown(missing, 40)}, so none are added here."
    texts = [piece["Sequence"]["id"] for piece in state["single"] if "Sequence" in piece]
    return "" if texts == ["A"] else _MORE


def _asked(backend: tokenizers.Tokenizer) -> Ends:
    for probe in _PROBES:
        try:
            plain, full = _encoded(backend, probe, False), _encoded(backend, probe, True)
        except BaseException as error:
            if not is_failure(error):
                raise
            return Ends(note="Its post-processor is damaged and fails on a text, so no special tokens are added here.")
        if plain.ids:
            return _told_apart(plain, full)
    return Ends(note=_MORE)


def _encoded(backend: tokenizers.Tokenizer, text: str, add: bool) -> Any:
    return backend.encode(text, add_special_tokens=add)


def _told_apart(plain: Any, full: Any) -> Ends:
    mask, n_plain = full.special_tokens_mask, len(plain.ids)
    n_before = mask.index(0) if 0 in mask else len(mask)
    behind = n_before + n_plain
    if full.ids[n_before:behind] != plain.ids or not all(mask[behind:]):
        return Ends(note=_MORE)
    return Ends(tuple(full.ids[:n_before]), tuple(full.ids[behind:]))
