"""One sentence on how to read the page, and a picture behind it."""
