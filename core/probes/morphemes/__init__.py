"""Words and the morphemes that people cut them into, and how tokens agree with them."""
