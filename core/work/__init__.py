"""Kinds of long work: one module per kind, each declaring `JOB`. Import `core.jobs.queue` to submit some."""
