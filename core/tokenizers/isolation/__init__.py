"""Tokenizers of strangers, opened in bounded processes of their own; `pool` is the way in."""
