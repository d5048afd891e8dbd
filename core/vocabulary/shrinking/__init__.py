"""Smaller vocabularies: the entries that a text needs least are left out, and all others keep what they stand for."""
