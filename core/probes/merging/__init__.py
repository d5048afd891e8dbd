"""Dynamic tokens read by a model: which are merged, what is asked by a job, and what ships."""
