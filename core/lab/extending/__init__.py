"""Larger vocabularies for a model: tokens added to its tokenizer, all old ids kept."""
