"""Ways to make rows for new tokens, one per file; `core.transplant` finds them."""
