"""Vocabularies inside packages of PyPI and npm: read as data, installed or fetched; nothing of them is ever run."""
