"""The next byte after a prompt, under a model of tokens: what is asked of the model, and what is summed up."""
