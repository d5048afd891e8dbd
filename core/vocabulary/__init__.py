"""What a vocabulary is spent on, what in it is broken, and how two of them differ."""
