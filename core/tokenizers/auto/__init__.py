"""What `AutoTokenizer` of transformers makes of a folder: its class, what that builds, and the tokens it adds."""
