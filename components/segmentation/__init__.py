"""The Segmentation page in parts: the view that follows the typing, cards, and tools."""
