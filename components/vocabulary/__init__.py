"""The vocabulary page in parts: its tokenizers with all their entries, and one module per view."""
