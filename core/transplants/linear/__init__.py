"""Linear algebra that methods share: affine maps, sparse pursuits, neighbours, word vectors."""
