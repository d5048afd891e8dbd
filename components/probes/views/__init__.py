"""One module per probe that the page shows, each with a `VIEW` of the probe's name."""
