"""The views under the heatmap, one module each with a `VIEW`, found by the registry."""
