"""Token counts at corpus scale, with the fastest engine that agrees with the reference."""
