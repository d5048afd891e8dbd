"""A tokenizer, opened from any format and asked for spans; `core.tokenizers.catalog` is the way in."""
