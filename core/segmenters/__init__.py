"""Segmenters that learn where to cut, cut on the fly, or cut by a rule of bytes: lanes beside tokenizers."""
