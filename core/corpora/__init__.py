"""Parallel and plain corpora; `core.corpora.corpus` is the way in."""
