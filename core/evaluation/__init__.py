"""What a model with another tokenizer is measured by: the measures, and the passes that they share."""
