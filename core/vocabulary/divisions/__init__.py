"""Ways to divide a vocabulary, one DIVISION per module."""
