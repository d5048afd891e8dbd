"""How a model cuts one piece of text, step by step; pure functions over symbols, used by the backends."""
