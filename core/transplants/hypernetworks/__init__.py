"""Networks that predict the rows of a token from those of the old tokens that spell it."""
