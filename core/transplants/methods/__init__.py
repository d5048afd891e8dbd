"""Ways to make rows for new tokens, one per file; `core.transplants.base` finds them."""
