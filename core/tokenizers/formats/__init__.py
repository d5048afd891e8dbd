"""Where tokenizers come from: one module per file format or place, each declaring `SOURCE`.

Import `core.tokenizers.catalog` to open a tokenizer by its spec string.
"""
