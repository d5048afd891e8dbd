"""Rows that are learnt from text, by training nothing else of the model."""
