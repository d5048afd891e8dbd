"""Edits of a text that a reader hardly minds, one EDIT per module."""
