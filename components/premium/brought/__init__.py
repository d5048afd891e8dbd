"""What users bring to the Premium page: tokenizers and texts, counted while one looks."""
