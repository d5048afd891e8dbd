"""A small segmenter that learns while one watches, beside a model on BPE of the same size and time."""
