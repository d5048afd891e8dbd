"""Choices of the views of this page that its link holds."""

from components.widgets.linked import LinkedChoices

LINKED = LinkedChoices("vocabulary")
