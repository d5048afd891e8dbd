"""Chats as a tokenizer's own template writes them."""
