"""How the shipped models are made: `python -m core.models.build`."""
