"""Measures of a model whose tokenizer was replaced, one file each, found by the registry."""
