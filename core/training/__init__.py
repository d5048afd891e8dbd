"""Tokenizers that are trained here: what is asked for, the text, the trainers, and the folder that comes of it."""
