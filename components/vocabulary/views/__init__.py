"""The views of the vocabulary page, one module each with a `VIEW`, found by the registry."""
