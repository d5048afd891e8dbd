"""Statistics that know nothing of tokenizers: resampling, tests, entropies, inequality."""
