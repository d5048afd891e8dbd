"""Long work: a queue, the processes that run it, and the store of results; `core.jobs.queue` is the way in."""
