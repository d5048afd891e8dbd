"""A way to look at what is there, declared by a module as `VIEW`, and the control that chooses one of several."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import streamlit as st

from components.frame.errors import user_errors
from components.widgets.defaults import at_first
from core.common.registry import Registry

ViewContext = TypeVar("ViewContext")


@dataclass(frozen=True, kw_only=True)
class View(Generic[ViewContext]):
    """A view.

    Args:
        label: its name for readers; unused where it is alone in its group.
        place: among the views of its page or group, smaller ones first; the first is usual.
        draw: draws it. What only it needs and takes long to import is imported there.
        group: where it stands, on a page whose views stand in groups.
        about: what it shows and how to read it, a hover away, for one who sees it for the first time.
        measure: key of the evaluator that it draws; where no model has it, that is said instead. Empty for none.
        name: in the link; empty where the label stands there.
    """

    label: str
    place: int
    draw: Callable[[ViewContext], None]
    group: str = ""
    about: str = ""
    measure: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        """Its name among all views of its page, in the link too."""
        return self.name or (f"{self.group}, {self.label}" if self.group else self.label)


def views_in(package: str) -> Registry[View[ViewContext]]:
    """The views that the modules of a package declare."""
    return Registry(package=package, constant="VIEW", kind=View, noun="view", order=lambda view: view.place)


def draw_chosen(label: str, views: Registry[View[ViewContext]], context: ViewContext, *, key: str) -> None:
    """Let the user choose a view, and draw it; a `UserError` is one message in its place.

    Args:
        label: names the choice to screen readers.
        views: without groups.
        context: what they draw from.
        key: of the choice, in the session and in the link.
    """
    known = views.all()
    chosen = chosen_by_name(label, {name: view.label for name, view in known.items()}, key)
    with user_errors():
        known[chosen].draw(context)


def one_of(label: str, options: Sequence[str], key: str) -> str:
    """The option that the user chose, at first the first; in the link under `key`."""
    chosen = st.segmented_control(
        label,
        options,
        default=at_first(key, options[0]),
        required=True,
        key=key,
        label_visibility="collapsed",
        bind="query-params",
    )
    return chosen or options[0]


def chosen_by_name(label: str, options: Mapping[str, str], key: str) -> str:
    """Draw the buttons of one; the option chosen, at first the first.

    Its name stands in the link; where Streamlit binds a choice itself, what is read on its button does. As there, each
    choice is a step in the browser's history.

    Args:
        options: what each is called, by its name.
        key: of the choice, in the session and in the link.
    """
    _follow(key, list(options))
    return st.segmented_control(
        label, list(options), required=True, key=key, format_func=options.__getitem__, label_visibility="collapsed"
    ) or next(iter(options))  # fmt: skip


def _follow(key: str, options: Sequence[str]) -> None:
    """Take what the address says, unless something else was chosen since the last run; then the address says that.

    Whoever comes back from another page, where the address says nothing of this one, finds what they left.
    """
    state, last = st.session_state, f"{key}_drawn_last"
    said = st.query_params.get(key, options[0])
    chosen: str = state.get(key) or st.query_params.get(key) or state.get(last) or options[0]
    if state.get(key) and chosen == state.get(last):
        chosen = said
    if chosen not in options:
        chosen = options[0]
    if state.get(key) != chosen:
        state[key] = chosen
    if key in st.query_params and chosen == options[0]:
        del st.query_params[key]
    elif chosen != said:
        st.query_params[key] = chosen
    state[last] = chosen
