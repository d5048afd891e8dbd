"""Kinds of parallel text, one file per kind; each module declares its `CORPUS`."""
