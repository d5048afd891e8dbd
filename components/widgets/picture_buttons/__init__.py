"""Saves a figure as SVG and PNG."""
