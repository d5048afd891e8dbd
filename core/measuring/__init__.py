"""What the measures of `core.evaluation` share: a model's one reading of the texts, token classes, byte marginals."""
