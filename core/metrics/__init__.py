"""Numbers about tokenizers, one file per number; each module declares its `METRIC`."""
