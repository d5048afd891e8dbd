"""The views of the page, one file each with a `VIEW`."""

from components.vocabulary.context import VocabularyContext
from components.widgets.view import View, draw_chosen, views_in
from core.common.registry import Registry

VIEW = "vocabulary"  # key of the choice, in the session and in the link
VIEWS: Registry[View[VocabularyContext]] = views_in("components.vocabulary.views")


def views(context: VocabularyContext) -> None:
    """Let the user choose a view, and draw it."""
    draw_chosen("View", VIEWS, context, key=VIEW)
