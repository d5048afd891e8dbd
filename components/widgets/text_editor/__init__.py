"""A text area that reports while it is typed in."""
