"""Smaller vocabularies for a model: what a tokenizer with fewer entries costs it, and how small it may be."""
