"""A chart with its words, its numbers, its print, and the popover that gives it away."""
