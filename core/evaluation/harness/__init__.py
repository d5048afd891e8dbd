"""Tasks of lm-eval, EleutherAI's evaluation harness: which may run here, and what a model makes of them."""
