"""Probes: small experiments on what tokenization does to a text or to a model, each to try on texts of one's own."""

from components.probes.experiment import experiment, opened
from components.probes.gallery import gallery

chosen = opened()
if chosen is None:
    gallery()
else:
    experiment(chosen)
