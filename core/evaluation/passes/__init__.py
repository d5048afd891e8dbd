"""What the measures share: a model's one reading of the texts, token classes, byte marginals."""
