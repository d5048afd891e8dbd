"""Tokenizers made under control: what is asked for, how far it is, and what came of it side by side."""
