"""Generations of well-known vocabularies: what each has taken from the one before."""
