"""The same misbehaviour, with little time."""

from dataclasses import replace

from tests.job_kinds import misbehave

JOB = replace(misbehave.JOB, key="hasty", label="Hasty", unit_seconds=2.0)
