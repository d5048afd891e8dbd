"""A way to look at what is there, declared by a module as `VIEW`, and the control that chooses one of several."""

from collections.abc import Callable, Sequence
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
        label: its name, in the link and so plain; unused where it is alone in its group.
        place: among the views of its page or group, smaller ones first; the first is usual.
        draw: draws it. What only it needs and takes long to import is imported there.
        group: where it stands, on a page whose views stand in groups.
        about: what it shows and how to read it, a hover away, for one who sees it for the first time.
        measure: key of the evaluator that it draws; where no model has it, that is said instead. Empty for none.
    """

    label: str
    place: int
    draw: Callable[[ViewContext], None]
    group: str = ""
    about: str = ""
    measure: str = ""

    @property
    def key(self) -> str:
        """Its name among all views of its page."""
        return f"{self.group}, {self.label}" if self.group else self.label


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
    chosen = one_of(label, list(known), key)
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
