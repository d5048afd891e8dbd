"""A row of cards that follows the typing."""
