"""Causal language models with their tokenizers: opened, scored by bytes, and given other embedding matrices."""
