"""Engines that may count faster than the reference, one file per engine; each module declares its `ENGINE`."""
