"""Tokens that a model's training hardly touched: found by their rows, verified by asking the model to repeat them.

Source: Land & Bartolo 2024, Fishing for Magikarp (2405.05417), with the prompts and thresholds of the authors' release.
"""
