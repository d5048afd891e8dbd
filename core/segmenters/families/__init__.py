"""The segmenters, one family a file, each with its `SEGMENTER`."""
