"""What can be looked for in a vocabulary, one AUDIT per module."""
