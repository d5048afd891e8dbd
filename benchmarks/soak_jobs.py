"""Kills what runs jobs at random moments, hundreds of times, and measures how jobs end, cancel and scale.

    python -m benchmarks.soak_jobs [--kills 50] [--kills-once 20] [--cancels 20] [--seed 0] [--only kills,engines,crowd]

Needs no network. The last part runs on Ray too where it is installed.
"""

import argparse
import io
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import redirect_stdout, suppress
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from core.jobs.job import KINDS, Context, State
from core.jobs.queue import Jobs
from core.jobs.ray import run_on_ray
from core.jobs.store.index import Index, _checked
from tests.jobs_home import jobs_home, kill_daemon, kill_workers, server, until, worker_pids

VICTIMS = ("worker", "daemon", "server", "all")
STEPS, SECONDS = 8, 0.2
PATIENCE = 120.0


def undisturbed(kind: str, params: dict[str, object]) -> np.ndarray:
    """The result of a job that nothing happens to."""
    entry, context = KINDS.get(kind), Context(params)
    quick = Context({**params, "seconds": 0})
    parts = ((unit, entry.run_unit(unit, quick)) for unit in entry.units(context))
    with redirect_stdout(io.StringIO()):
        return entry.combine(parts, context).arrays["values"]


def sound(index: Index) -> None:
    """Raise if the database has a fault."""
    path = index._current()
    assert path
    _checked(path).close()


def parameters(kind: str, salt: int) -> dict[str, object]:
    """A job of about a second that no other job equals."""
    return {"steps": STEPS if kind == "steps" else 3, "seconds": SECONDS, "salt": salt}


def kill_at(home: Path, kind: str, victim: str, salt: int, moment: float) -> Counter[str] | None:
    """One job, one kill; what came of it, or None if the job was over before."""
    params = parameters(kind, salt)
    asking = server(kind, json.dumps(params), f"session {salt % 3}")
    assert asking.stdout
    key = asking.stdout.readline().strip()
    time.sleep(moment)
    late = not Jobs().get(key).state.live
    if victim in {"server", "all"}:
        asking.send_signal(signal.SIGKILL)
    if victim in {"daemon", "all"}:
        kill_daemon(home)
    if victim in {"worker", "all"}:
        kill_workers(home)
    jobs = Jobs()
    seen: Counter[str] = Counter()
    sound(jobs.store.index)
    wanted = undisturbed(kind, params)
    found = jobs.store.get(key)
    if found is not None and not np.array_equal(found.arrays["values"], wanted):
        seen["WRONG RESULT"] += 1
    state = jobs.get(key).state
    seen[f"then {state}"] += 1
    if state in {State.INTERRUPTED, State.FAILED}:
        jobs.resume(key)
    job = jobs.wait(key, PATIENCE)
    if job.state is State.INTERRUPTED:  # the kill came between two looks
        seen["interrupted a moment later"] += 1
        jobs.resume(key)
        job = jobs.wait(key, PATIENCE)
    seen[f"at last {job.state}"] += 1
    if job.state is State.DONE:
        same = jobs.result(key).arrays["values"].tobytes() == wanted.tobytes()
        seen["bit-equal" if same else "WRONG RESULT"] += 1
    asking.kill()
    asking.wait()
    asking.stdout.close()
    return None if late and "WRONG RESULT" not in seen else seen


def kills(n_resumable: int, n_once: int, seed: int) -> None:
    """Kill each victim at so many random moments."""
    generator = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, jobs_home(Path(folder) / "home"):
        home, salt = Path(folder) / "home", 0
        for kind, n in (("steps", n_resumable), ("once", n_once)):
            start = time.monotonic()
            jobs = Jobs()
            jobs.wait(jobs.submit(kind, parameters(kind, salt := salt + 1), "nobody").key, PATIENCE)
            longest = time.monotonic() - start
            for victim in VICTIMS:
                seen: Counter[str] = Counter()
                hits = 0
                while hits < n:
                    salt += 1
                    found = kill_at(home, kind, victim, salt, generator.random() * longest)
                    hits += found is not None
                    seen += found or Counter()
                kept = "resumable" if kind == "steps" else "not resumable"
                print(f"kill -9 of {victim:7} {n:3} times, {kept:13}: {dict(sorted(seen.items()))}", flush=True)
        jobs = Jobs()
        sizes = jobs.store.sizes()
        print(f"set aside: {len(jobs.store.asides())}, parts left: {sizes.parts} bytes, results: {sizes.n_results}")
        temporary = home / "store" / "tmp"
        before = len(list(temporary.iterdir()))
        jobs.store.sweep()
        print(f"unfinished files left by kills: {before}, after the sweep: {len(list(temporary.iterdir()))}")
        assert sizes.n_results == salt


_CROWD = """
import json, sys
from core.jobs.queue import Jobs
jobs = Jobs()
salts = range(int(sys.argv[1]), int(sys.argv[2]))
keys = [jobs.submit("steps", {"steps": 2, "salt": salt}, f"session {salt % 7}").key for salt in salts]
print(json.dumps([jobs.wait(key, 600).state for key in keys]))
"""


def crowd(n: int) -> None:
    """Two servers on one store submit so many jobs between them, half of them the same."""
    with tempfile.TemporaryDirectory() as folder, jobs_home(Path(folder)):
        start = time.monotonic()
        spans = [(0, n // 2 + n // 4), (n // 4, n)]
        asking = [
            subprocess.Popen([sys.executable, "-c", _CROWD, *map(str, span)], stdout=subprocess.PIPE) for span in spans
        ]
        states = Counter(state for one in asking for state in json.loads(one.communicate()[0]))
        jobs = Jobs()
        once = Counter(job.attempts for job in jobs.newest(most=n + 1))
        wanted = {salt: undisturbed("steps", {"steps": 2, "salt": salt}) for salt in range(n)}
        right = sum(
            np.array_equal(jobs.result(job.key).arrays["values"], wanted[int(job.params["salt"])])
            for job in jobs.newest(most=n + 1)
        )
        took = time.monotonic() - start
        print(f"two servers, {n} jobs: {dict(states)}, attempts {dict(once)}, {right} right, {took:.0f} s", flush=True)


def cancels(n: int) -> None:
    """How long a cancel takes, from the call until no process of the job is left."""
    with tempfile.TemporaryDirectory() as folder, jobs_home(Path(folder)):
        jobs, took = Jobs(), {"well-behaved": [], "hung in native code": []}
        for i in range(n):
            for name, kind, params in (
                ("well-behaved", "steps", {"steps": 4, "seconds": 30, "salt": i}),
                ("hung in native code", "misbehave", {"how": "hang_in_native_code", "salt": i}),
            ):
                job = jobs.submit(kind, params, "ann")
                until(lambda key=job.key: jobs.get(key).stage not in {"", "starting", "preparing"}, PATIENCE)
                time.sleep(0.2)
                start = time.monotonic()
                jobs.cancel(job.key)
                assert jobs.wait(job.key, 10).state is State.CANCELLED
                until(lambda: not worker_pids(Path(folder)))
                took[name].append(time.monotonic() - start)
        for name, seconds in took.items():
            print(f"cancel, {name}: median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s of {n}")


def engines() -> None:
    """Throughput by number of workers, on work that is all processor time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bytes"
        path.write_bytes(np.random.default_rng(0).integers(0, 256, 2**25, dtype=np.uint8).tobytes())
        params = {"path": str(path), "pieces": 24, "rounds": 20}
        processors = len(os.sched_getaffinity(0))
        alone = None
        for n in range(1, processors + 1):
            alone = _on_workers(n, Path(folder) / f"home-{n}", params, alone)
        if find_spec("ray"):
            for n in range(1, processors + 1):
                alone = _on_ray(n, params, alone)
        else:
            print("Ray is not installed: not measured")


def _told(name: str, rate: float, found: bytes, alone: bytes | None) -> bytes:
    same = "" if alone is None else f", same bytes: {alone == found}"
    print(f"{name}: {rate:.2f} units per second{same}", flush=True)
    return found


def _on_workers(n: int, home: Path, params: dict[str, object], alone: bytes | None) -> bytes:
    with jobs_home(home):
        os.environ["TOKEN_ATLAS_JOB_SLOTS"] = str(n)
        jobs = Jobs()
        key = jobs.submit("texts", params, "nobody").key
        until(lambda: jobs.get(key).done, PATIENCE)  # starting the processes is not throughput
        before, start = jobs.get(key), time.monotonic()
        jobs.wait(key, PATIENCE)
        rate = (before.total - before.done) / (time.monotonic() - start)
        return _told(f"local, {n} workers", rate, jobs.result(key).arrays["counts"].tobytes(), alone)


def _on_ray(n: int, params: dict[str, object], alone: bytes | None) -> bytes:
    import ray
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": 200 * 2**20})
    for _ in range(n - 1):
        cluster.add_node(num_cpus=1, object_store_memory=200 * 2**20)
    os.environ["RAY_ADDRESS"] = cluster.address
    try:
        rate, found = _ray_throughput(params)
        return _told(f"Ray, {n} nodes of one worker", rate, found, alone)
    finally:
        ray.shutdown()
        cluster.shutdown()


def _ray_throughput(params: dict[str, object]) -> tuple[float, bytes]:
    kind, context = KINDS.get("texts"), Context(params)
    units = list(kind.units(context))
    outputs, first = {}, 0.0
    for n, output in run_on_ray(kind, context, units):
        first = first or time.monotonic()
        outputs[n] = output
    rate = (len(units) - 1) / (time.monotonic() - first)
    return rate, kind.combine(((unit, outputs[n]) for n, unit in enumerate(units)), context).arrays["counts"].tobytes()


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50, help="of each victim, during a resumable job")
    parser.add_argument("--kills-once", type=int, default=20, help="of each victim, during one that is not")
    parser.add_argument("--cancels", type=int, default=20)
    parser.add_argument("--crowd", type=int, default=200, help="jobs of two servers on one store")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="cancels,engines,crowd,kills")
    chosen = parser.parse_args()
    os.environ["TOKEN_ATLAS_WORK"] = "tests.job_kinds"
    print(f"seed {chosen.seed}, {len(os.sched_getaffinity(0))} processors, load {os.getloadavg()[0]:.1f}", flush=True)
    with suppress(KeyboardInterrupt):
        if "cancels" in chosen.only:
            cancels(chosen.cancels)
        if "engines" in chosen.only:
            engines()
        if "crowd" in chosen.only:
            crowd(chosen.crowd)
        if "kills" in chosen.only:
            kills(chosen.kills, chosen.kills_once, chosen.seed)


if __name__ == "__main__":
    main()
