"""Small apps and hand-made tokenizations for the browser tests; nothing here needs a tokenizer library."""
