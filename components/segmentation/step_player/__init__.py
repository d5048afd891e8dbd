"""A model at work on one piece, step by step."""
