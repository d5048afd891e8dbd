"""What a probe asks for, as controls: drawn from its declarations, the same for every experiment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from components.probes.linked import LINKED, key_of
from components.probes.view import ProbeView
from components.widgets import names
from components.widgets.add_tokenizer import add_tokenizer
from components.widgets.model_box import model_box
from components.widgets.pickers import CHOOSER_ROW, MAX_TOKENIZERS, TOKENIZERS, choose_opening, tokenizer_picker
from components.widgets.row_choice import choose_row
from components.widgets.typed_number import typed_number
from core.common.numbers import as_typed
from core.probes.probe import Asked, Value
from core.tokenizers.ids import parse_ids

MOST_CHARACTERS = 20_000
_MOST_NUMBER = 10_000
_SLIDER_WIDTH = 230  # pixels
_LONGEST_IN_COMMAND = 500  # characters of a text; a longer one is read from a file
_ASIDE = ("whole number", "number")  # kinds that fold away


@dataclass(frozen=True)
class _ChosenTokenizer:
    """A tokenizer that was chosen, before it is opened."""

    spec: str
    label: str


def ask(view: ProbeView) -> tuple[dict[str, Value], Mapping[str, str]] | None:
    """What the user gives by key, and what the tokenizers on the page are called; None where one has to choose first.

    Raises:
        UserError: what was typed is no list of ids; says where.
    """
    specs = _tokenizers(view)
    if specs == []:
        return None
    called = names.names_of(specs or [])
    with st.container(horizontal=True, vertical_alignment="bottom", key="probe_form"):
        _examples(view)
        given = {one.key: _asked(view, one, called) for one in view.asks if not _folds_away(view, one)}
        aside = [one for one in view.asks if _folds_away(view, one)]
        if aside:
            with st.popover("Options", icon=":material/tune:"):
                given |= {one.key: _asked(view, one, called) for one in aside}
    return given, called


def _folds_away(view: ProbeView, asked: Asked) -> bool:
    if asked.key in view.sliders or asked.key in view.named:
        return False
    return asked.kind in _ASIDE or bool(asked.among) or (asked.optional and asked.kind == "text")


def _tokenizers(view: ProbeView) -> list[str] | None:
    """The tokenizers of the page; none are asked for where the probe asks for none."""
    if not any(one.kind in ("tokenizer", "tokenizers") for one in view.asks):
        return None
    with st.container(horizontal=True, vertical_alignment="bottom", key=CHOOSER_ROW):
        specs = tokenizer_picker(segmenters=view.segmenters)
        add_tokenizer()
    if not specs:
        st.info("Choose one to eight tokenizers above, or start from the opening example.", icon=":material/science:")
        st.button("Show the opening example", icon=":material/play_arrow:", on_click=choose_opening)
    return specs


def _examples(view: ProbeView) -> None:
    if view.examples:
        with st.popover("Examples", icon=":material/lightbulb:", help="What to try, in one click"):
            for label, values in view.examples.items():
                key = f"example_{view.name}_{label}"
                st.button(label, key=key, on_click=_take, args=(view, values), width="stretch")


def _take(view: ProbeView, values: Mapping[str, str | int | float]) -> None:
    """Put an example in place: what it does not say is as usual, but for tokenizers and models."""
    for one in view.asks:
        if one.kind == "tokenizer":
            _put_tokenizer(one.key, str(values.get(one.key, "")))
        elif one.key in values or one.kind in ("text", "ids"):
            value = values.get(one.key, view.usual_of(one))
            typed = isinstance(value, int | float) and one.key not in view.sliders
            st.session_state[key_of(view.name, one.key)] = as_typed(float(value)) if typed else value


def _put_tokenizer(key: str, spec: str) -> None:
    """Look at this one, chosen among those of the page if it is not; the last makes room."""
    if spec:
        chosen = st.session_state[TOKENIZERS]
        st.session_state[TOKENIZERS] = chosen if spec in chosen else [*chosen[: MAX_TOKENIZERS - 1], spec]
        st.session_state[key] = spec


def _asked(view: ProbeView, asked: Asked, called: Mapping[str, str]) -> Value:
    if asked.kind == "tokenizer":
        return _one_of(asked, called)
    if asked.kind == "tokenizers":
        return tuple(called)
    if asked.among and asked.kind == "text":
        named = view.named.get(asked.key)
        width = 170 if named else "stretch"
        return LINKED.box(_label(asked), named or asked.among, key_of(view.name, asked.key), width=width)
    return _FIELDS.get(asked.kind, _text)(view, asked)


def _one_of(asked: Asked, called: Mapping[str, str]) -> str:
    """One of the tokenizers on the page, by its spec; the same on every page."""
    LINKED.option(asked.key, list(called))
    return choose_row([_ChosenTokenizer(spec, name) for spec, name in called.items()], asked.key, width=190).spec


def _text(view: ProbeView, asked: Asked) -> str | None:
    key = key_of(view.name, asked.key)
    most = view.most.get(asked.key, MOST_CHARACTERS)
    LINKED.text(key, str(view.usual_of(asked)), most, least=0)
    text = st.text_area(
        _label(asked), key=key, height=68, max_chars=most, persist_state="session", help=asked.text,
        placeholder=asked.text,
    )  # fmt: skip
    return text or (None if asked.optional else "")


def _ids(view: ProbeView, asked: Asked) -> tuple[int, ...] | None:
    typed = _text(view, asked)
    return parse_ids(typed) if typed and typed.strip() else None


def _words(view: ProbeView, asked: Asked) -> tuple[str, ...]:
    """Words with spaces between; none stand for all where there is a list of them."""
    return tuple((_text(view, asked) or "").split())


def _model(view: ProbeView, asked: Asked) -> str:
    return model_box(LINKED, key_of(view.name, asked.key), str(view.usual_of(asked)), _label(asked))


def _number(view: ProbeView, asked: Asked) -> int | float:
    key, usual = key_of(view.name, asked.key), view.usual_of(asked)
    assert isinstance(usual, int | float), f"{asked.key} has a number at first"
    kind = type(usual)
    least, most = kind(asked.least or 0), kind(view.most.get(asked.key, asked.most or _MOST_NUMBER))
    if asked.key not in view.sliders:
        whole = asked.kind == "whole number"
        return kind(typed_number(LINKED, _label(asked), key, usual, least, most, whole=whole, help=asked.text))
    LINKED.number(key, usual, least, most)
    label = f"{asked.key}: {asked.text}"
    found: int | float = st.slider(label, least, most, width=_SLIDER_WIDTH, key=key, persist_state="session")
    return found


def _label(asked: Asked) -> str:
    return asked.key.replace("_", " ").capitalize()


def is_for_a_file(asked: Asked, value: Value) -> bool:
    """Whether a text is so long that the command reads it from a file, called after its key."""
    return asked.kind == "text" and isinstance(value, str) and len(value) > _LONGEST_IN_COMMAND


def _said(asked: Asked, value: Value) -> list[str]:
    """A value as words of a command."""
    if not isinstance(value, tuple):
        return [str(value)]
    return [",".join(map(str, value))] if asked.kind == "ids" else [str(one) for one in value]


_FIELDS: Mapping[str, Callable[[ProbeView, Asked], Value]] = {
    "text": _text,
    "words": _words,
    "ids": _ids,
    "model": _model,
    "whole number": _number,
    "number": _number,
}


def command(program: str, probe: str, asks: Sequence[Asked], given: Mapping[str, Value]) -> list[str]:
    """The words of the command line that asks the same.

    >>> command("token-atlas", "drift", [Asked(key="ids", kind="ids", text="ids")], {"ids": (1, 2)})
    ['token-atlas', 'probe', 'drift', '--ids', '1,2']
    """
    words = [*program.split(), "probe", probe]
    for one in asks:
        value = given.get(one.key)
        if value is not None and value != one.default and not (one.optional and value == ""):
            name = f"--{one.key.replace('_', '-')}"
            words += [f"{name}-file", f"{one.key}.txt"] if is_for_a_file(one, value) else [name, *_said(one, value)]
    return words
