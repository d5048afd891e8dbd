"""The page of probes: a gallery of experiments, and each of them to try on texts, tokenizers and models."""
