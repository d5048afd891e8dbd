"""What language models say of bytes: the next one after a prompt, and what a text costs."""
