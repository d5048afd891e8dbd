"""Rows for the tokens of another vocabulary: the methods, and what they share."""
