"""Well-behaved work that cannot be resumed."""

from dataclasses import replace

from tests.job_kinds import steps

JOB = replace(steps.JOB, key="once", label="Once", resumable=False, workers=1)
