"""Choices of the tools of this page that its link holds."""

from components.widgets.linked import LinkedChoices

LINKED = LinkedChoices("segmentation")
