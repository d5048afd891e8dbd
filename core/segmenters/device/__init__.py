"""Many texts read by trained segmenters on a GPU, cut to the byte as numpy cuts them."""
