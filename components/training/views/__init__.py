"""Closer looks at trained tokenizers, one a file."""
