"""The premium page in parts: controls, heatmap, and one module per view."""
