"""Where the numbers of the page come from: what sessions share, and what jobs of this visitor counted."""

from collections.abc import Sequence

from components.cached import corpora as cached_corpora
from components.cached import premium as cached_premium
from components.premium.brought.owner import known_here
from core.jobs.job import Job
from core.premium.workbench import Sources


def sources() -> Sources:
    """For `core.premium.workbench`."""
    return Sources(
        atlas=cached_premium.atlas,
        atlas_premiums=cached_premium.atlas_premiums,
        corpus=cached_corpora.corpus,
        known=known_here(),
        jobs=_jobs,
    )


def _jobs() -> Sequence[Job]:
    """Imported late: the page opens without what runs jobs."""
    from components.cached.runs import jobs
    from components.runs.job_cards import visible

    return visible(jobs())
