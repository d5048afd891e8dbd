"""Letters of a string: how they are written and cut, and who counts them rightly."""
