"""Experiments that show what tokenization does to a text or to a model: one file each, found by `probe.PROBES`."""
