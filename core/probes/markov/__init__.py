"""A source of zeros and ones that remembers, and what tokens make of it: all of it in closed form."""
