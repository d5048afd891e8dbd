"""How the shipped segmenters are made: `python -m core.segmenters.build`."""
