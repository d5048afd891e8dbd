"""The form that asks for a comparison, in the order in which it asks."""
