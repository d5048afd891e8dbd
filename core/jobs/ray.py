"""Units on a Ray cluster: code and files travel there, lost machines are made up for, GPU units ask for a GPU.

The cluster is the one that `RAY_ADDRESS` names, or the one that runs on this machine, or one that is started here.
"""

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import core
from core.common.errors import UserError, shown
from core.common.numbers import count
from core.common.program import installing
from core.common.sandbox.limits import bounded
from core.jobs.compute import compute
from core.jobs.job import MOST_LOSSES, Context, JobKind, Output, Unit, further_packages

RETRIES = 3  # of Ray's own, before a loss counts here


def run_on_ray(kind: JobKind, context: Context, units: Sequence[Unit]) -> Iterator[tuple[int, Output]]:
    """Each unit's index and result, as they are finished.

    Raises:
        UserError: Ray is not installed, or a unit failed so, or lost its process again and again; names the unit.
    """
    ray = connected()
    gpu = kind.gpu and ray.cluster_resources().get("GPU", 0) >= 1
    task = ray.remote(_remote).options(
        num_cpus=1, num_gpus=int(gpu), max_retries=RETRIES, name=f"token-atlas {kind.key}"
    )
    manifest, refs = _put_files(ray, kind.files(context.params))
    plain = replace(context, scratch=Path())
    limits = Limits(kind.sized(context.params).memory_mb, kind.unit_seconds)

    def start(n: int) -> Any:
        return task.remote(kind.key, units[n], plain, limits, manifest, refs)

    losses: Counter[int] = Counter()
    pending = {start(n): n for n in range(len(units))}
    try:
        while pending:
            for ref in ray.wait(list(pending), num_returns=1)[0]:
                n = pending.pop(ref)
                try:
                    output = ray.get(ref)
                except ray.exceptions.RayTaskError as error:
                    cause = error.cause
                    raise cause if isinstance(cause, UserError) else error from None
                except ray.exceptions.RayError:  # the machine, the process or the object is gone
                    losses[n] += 1
                    _check_losses(units[n], losses[n])
                    pending[start(n)] = n
                    continue
                yield n, output
    finally:
        for ref in pending:
            ray.cancel(ref, force=True)


def _check_losses(unit: Unit, n_lost: int) -> None:
    """Do nothing while the unit may be tried again."""
    if n_lost > MOST_LOSSES:
        raise UserError(
            f"{shown(unit.name)} lost its process {n_lost} times. Perhaps it needs more memory than there is, "
            "or more time than a piece may take."
        )


def connected() -> Any:
    """The `ray` module, connected to a cluster that has this code.

    Raises:
        UserError: Ray is not installed.
    """
    try:
        ray: Any = import_module("ray")
    except ImportError:
        raise UserError(
            f"TOKEN_ATLAS_ENGINE=ray needs Ray. Install it with {installing('ray')}, or unset it."
        ) from None
    if not ray.is_initialized():
        modules = [core, *(import_module(name.partition(".")[0]) for name in further_packages())]
        folders = sorted({str(Path(str(module.__file__)).parent) for module in modules})
        variables = {name: os.environ[name] for name in ("TOKEN_ATLAS_WORK",) if name in os.environ}
        ray.init(
            runtime_env={"py_modules": folders, "env_vars": variables},
            log_to_driver=False,
            configure_logging=False,
            include_dashboard=False if "RAY_ADDRESS" not in os.environ else None,
        )
    return ray


Manifest = Mapping[str, str]  # path at home to SHA-256 of the content


def _put_files(ray: Any, paths: Sequence[Path]) -> tuple[Manifest, Mapping[str, Any]]:
    """Which files there are, and their contents in the cluster, each once."""
    manifest: dict[str, str] = {}
    refs: dict[str, Any] = {}
    for path in paths:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UserError(f"{shown(str(path))} cannot be read: {error.strerror or error}.") from None
        digest = hashlib.sha256(data).hexdigest()
        manifest[str(path.absolute())] = digest
        if digest not in refs:
            refs[digest] = ray.put(data)
    return manifest, refs


@dataclass(frozen=True)
class Limits:
    """What one unit may take."""

    memory_mb: int
    seconds: float


def _remote(
    kind: str, unit: Unit, context: Context, limits: Limits, manifest: Manifest, refs: Mapping[str, Any]
) -> Output:
    """One unit, on whichever machine of the cluster."""
    ray: Any = import_module("ray")
    device = "cuda:0" if ray.get_gpu_ids() else "cpu"
    with tempfile.TemporaryDirectory(prefix="token-atlas-") as scratch, _within(limits, device):
        shipped = _unpacked(ray, manifest, refs) if manifest else None
        return compute(kind, unit, replace(context, device=device, scratch=Path(scratch), shipped=shipped))


@contextmanager
def _within(limits: Limits, device: str) -> Iterator[None]:
    """In this block the process may take the memory and the time of a unit, and no more.

    Over the time it is killed, also in native code, and its unit tried elsewhere. With a GPU memory is not bounded:
    CUDA maps more than any limit.

    Raises:
        UserError: it needed more memory.
    """
    try:
        with bounded(limits.memory_mb * 2**20 if device == "cpu" else 0, limits.seconds):
            yield
    except MemoryError:
        raise UserError(f"It needed more than the {count(limits.memory_mb)} MB of memory that it may have.") from None


def _unpacked(ray: Any, manifest: Manifest, refs: Mapping[str, Any]) -> Path:
    """A folder of this machine with the files where they lie at home; each content is fetched once per machine."""
    cache = Path(tempfile.gettempdir()) / f"token-atlas-files-{os.getuid()}"
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    whole = hashlib.sha256(repr(sorted(manifest.items())).encode()).hexdigest()
    tree = cache / "trees" / whole
    if tree.is_dir():
        return tree
    unfinished = cache / f"unfinished-{uuid4().hex}"
    for path, digest in manifest.items():
        content = cache / "contents" / digest
        if not content.is_file():
            _write(content, ray.get(refs[digest]))
        target = unfinished / Path(path).relative_to(Path(path).anchor)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.hardlink_to(content)
    tree.parent.mkdir(exist_ok=True)
    try:
        unfinished.replace(tree)
    except OSError:  # another process was quicker
        if not tree.is_dir():
            raise
    return tree


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{uuid4().hex}")
    unfinished.write_bytes(data)
    unfinished.replace(path)
