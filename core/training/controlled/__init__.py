"""What opens the shipped family as tokenizers; a room by itself, since whoever looks for sources imports all of it."""
