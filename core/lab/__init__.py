"""The transplant lab: a plan, a look at it before it runs, its run as units of a job, the result that pages read."""
