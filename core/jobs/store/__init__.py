"""How results and job records lie on disk; `core.jobs.store.store` is the way in."""
