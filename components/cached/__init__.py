"""What the sessions of a server share, by the room of `core` that it comes from; apart by the cost of importing it."""
