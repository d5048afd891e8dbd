"""Jobs that put to a model what a probe of tokenizers is about: edits, pairs of words, letters."""
