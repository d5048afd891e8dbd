"""Texts spelled otherwise: the job that asks a model about them, and what a real model said."""
