"""Conversations: as somebody types them, and what became of one under the chat tokenizers at hand."""
