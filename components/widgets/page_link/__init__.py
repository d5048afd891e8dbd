"""The page's address, kept in step and copied."""
