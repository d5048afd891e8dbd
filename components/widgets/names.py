"""What a tokenizer is called on a page: the same on its chip, its card, its lane and in exports.

A name given by the user goes first, then that of the well-known model, then the tokenizer's own. Two that would be
called the same are told apart.
"""

from collections.abc import Collection, Mapping, Sequence

import streamlit as st

from components.cached import tokenizers as cached
from components.cached.segmenters import segmenters
from core.tokenizers.sidecars import plain_label
from core.tokenizers.well_known import named

PARAMETER = "name"
LONGEST = 60  # characters of a given name
_GIVEN, _OWN, _AT_HAND = "names_given", "names_of_their_own", "names_at_hand"
_FAILED = "names_of_what_failed"


def name_of(spec: str) -> str:
    """What one tokenizer is called, were it alone."""
    model = named(spec)
    name = _given().get(spec) or (model.label if model else "") or _own().get(spec) or first_name(spec)
    return f"⚠ {name}" if spec in _failed() else name


def names_of(specs: Sequence[str]) -> dict[str, str]:
    """What tokenizers that are seen together are called, by spec; no two the same."""
    return told_apart({spec: name_of(spec) for spec in specs})


def first_name(spec: str) -> str:
    """What a tokenizer is called before it was opened: by its model, repository, package, folder or file.

    >>> first_name("file:a/long/path/gpt2/tokenizer.json"), first_name("hub:Qwen/Qwen3-8B")
    ('gpt2', 'Qwen/Qwen3-8B')
    >>> first_name("builtin:words"), first_name("pypi:rwkv==0.8.32"), first_name("trained:mine")
    ('Words (UAX 29)', 'rwkv==0.8.32', 'mine')
    """
    scheme, _, rest = spec.partition(":")
    place = rest.partition("?")[0]
    if scheme == "file":
        return plain_label(place)
    if scheme == "upload":
        return place.rpartition("/")[2]
    known = dict(cached.offered()) | segmenters()
    return known.get(spec) or (place if scheme in ("hub", "pypi", "npm", "trained") else spec)


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Names by spec, equal ones with what their specs differ in behind them.

    >>> told_apart({"file:a/gpt2/vocab.json": "gpt2", "file:b/gpt2/vocab.json": "gpt2", "x:y": "y"})
    {'file:a/gpt2/vocab.json': 'gpt2 (a)', 'file:b/gpt2/vocab.json': 'gpt2 (b)', 'x:y': 'y'}
    """
    told = dict(names)
    for name in set(names.values()):
        alike = [spec for spec, other in names.items() if other == name]
        if len(alike) > 1:
            told |= {spec: f"{name} ({mark})" for spec, mark in zip(alike, _marks(alike), strict=True)}
    return told


def _marks(specs: Sequence[str]) -> list[str]:
    """A short different mark for each spec: the last part in which all differ, or a number."""
    parts = [spec.partition(":")[2].split("/")[::-1] for spec in specs]
    for place in range(min(map(len, parts))):
        marks = [each[place] for each in parts]
        if specs[0].startswith("upload:"):
            marks = [mark[:4] for mark in marks]
        if len(set(marks)) == len(marks):
            return marks
    return [str(number) for number in range(1, len(specs) + 1)]


def put_at_hand(specs: Sequence[str]) -> None:
    """These are the tokenizers that the page shows now."""
    st.session_state[_AT_HAND] = names_of(specs)


def names_at_hand() -> dict[str, str]:
    """What the tokenizers are called that the page shows now, by spec."""
    found: dict[str, str] = st.session_state.get(_AT_HAND, {})
    return found


def known() -> list[str]:
    """Specs that this session has opened."""
    return list(_own())


def suggest(spec: str, name: str) -> None:
    """What a user's files suggest to call their tokenizer, should it have no name of its own."""
    if name:
        st.session_state[_OWN] = {**_own(), spec: name}


def learn(own: Mapping[str, str], failed: Collection[str] = ()) -> bool:
    """Note what tokenizers call themselves, by spec, and which could not be opened; has a name changed by that?"""
    before = {spec: name_of(spec) for spec in (*own, *failed)}
    st.session_state[_FAILED] = {*(_failed() - set(own)), *failed}
    says_nothing = {spec for spec, name in own.items() if spec in _own() and name == first_name(spec)}
    st.session_state[_OWN] = {**_own(), **{spec: name for spec, name in own.items() if spec not in says_nothing}}
    return any(name_of(spec) != name for spec, name in before.items())


def give(spec: str, name: str) -> None:
    """Call a tokenizer so from now on; an empty name gives it its own again."""
    given = {other: kept for other, kept in _given().items() if other != spec}
    plain = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:LONGEST]
    st.session_state[_GIVEN] = {**given, spec: plain} if plain else given


def in_link(specs: Sequence[str]) -> list[str]:
    """What the link holds of given names: the place among the tokenizers, and the name."""
    return [f"{place}:{_given()[spec]}" for place, spec in enumerate(specs, 1) if spec in _given()]


def restore(specs: Sequence[str]) -> None:
    """Give the names that a link holds to the tokenizers that it names."""
    for entry in st.query_params.get_all(PARAMETER):
        place, _, name = entry.partition(":")
        if place.isdecimal() and 0 < int(place[:3]) <= len(specs):
            give(specs[int(place[:3]) - 1], name)


def _given() -> dict[str, str]:
    given: dict[str, str] = st.session_state.get(_GIVEN, {})
    return given


def _failed() -> set[str]:
    failed: set[str] = st.session_state.get(_FAILED, set())
    return failed


def _own() -> dict[str, str]:
    own: dict[str, str] = st.session_state.get(_OWN, {})
    return own
