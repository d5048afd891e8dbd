"""A segmenter that learns while one watches: what is asked for, and what comes of it as it comes."""
