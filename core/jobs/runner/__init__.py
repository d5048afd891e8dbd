"""What runs jobs: one daemon per store, and under it one process per piece of work; `core.jobs.queue` is the way in.

Why no queue library. huey 3.5.4 with its SQLite storage was tried, since it needs no server. It takes a ticket out of
the database before the work starts, so that a consumer killed in the middle loses it (0 pending, no result, nothing
run again after a restart); `revoke` of a task that runs does nothing (3 s later it still ran), nor does a timeout stop
native code that never looks at signals; order is priority, then age, without regard to whose task it is; memory has no
limit, and several tasks share a process. All that would be left for it is to hand over a number, which is one UPDATE.
"""
