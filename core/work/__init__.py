"""Kinds of long work: one module per kind, each declaring `JOB`. Import `core.jobs` to submit some."""
