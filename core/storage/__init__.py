"""How results and job records lie on disk; `core.store` is the way in."""
