"""Gaps: how a model fills one, the job that asks it, and what a real model wrote."""
