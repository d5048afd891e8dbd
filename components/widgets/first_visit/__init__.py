"""A short introduction, shown once."""
