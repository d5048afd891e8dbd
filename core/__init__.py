"""Token Atlas without a browser: tokenizers, segmentations, and everything measured on them."""
