"""Tokens and charts to keep: JSON, CSV, Parquet, LaTeX, each with where it comes from."""
