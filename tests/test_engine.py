"""The same units give the same bytes on this machine's processes and on a Ray cluster, whatever dies meanwhile."""

import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.catalog import open_tokenizer
from core.engine import LocalEngine, chosen_engine, run_job
from core.errors import UnknownName, UserError
from core.job import Context, Output, kind_named
from core.jobs import Jobs
from core.storage.files import Origin, Result, packed
from core.work import count
from core.work.lines import Lines
from tests.jobs_home import jobs_home, until

needs_ray = pytest.mark.skipif(not find_spec("ray"), reason="Ray is not installed (requirements-ray.txt)")


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_WORK", "tests.job_kinds")
    monkeypatch.delenv("TOKEN_ATLAS_ENGINE", raising=False)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.bin"
    path.write_bytes(np.random.default_rng(0).integers(0, 256, 200_000, dtype=np.uint8).tobytes())
    return path


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Lines:
    folder = tmp_path_factory.mktemp("corpus")
    for n, (language, word) in enumerate([("eng_Latn", "word "), ("ell_Grek", "λέξη "), ("tha_Thai", "คำ")]):
        lines = [word * (1 + (n + i) % 7) + "\u2028" * (i % 2) for i in range(300)]
        (folder / f"{language}.dev").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Lines(folder, "dev")


def counting(corpus: Lines) -> count.Counting:
    specs = ("builtin:utf8-bytes", "builtin:characters", "builtin:graphemes")
    return count.counting([open_tokenizer(spec) for spec in specs], corpus)


def n_files(jobs: Jobs) -> int:
    return len(list((jobs.store.folder / "results").glob("*/*")))


def same_bytes(a: Output, b: Output) -> bool:
    return packed(Result(Origin("k", "k"), a.arrays)) == packed(Result(Origin("k", "k"), b.arrays))


def test_counts_are_those_of_the_tokenizer(corpus: Lines) -> None:
    job = counting(corpus)
    counts = count.counted(run_job(count.JOB, job.params, job.inputs, LocalEngine(2)))
    assert counts.languages == ("ell_Grek", "eng_Latn", "tha_Thai")
    assert counts.tokens.dtype == counts.unknown.dtype == np.int32
    for spec in counts.tokenizers:
        for language in counts.languages:
            alone = open_tokenizer(spec).count(corpus.of(language))
            assert np.array_equal(counts.tokens_of(spec, language), alone.tokens)
            assert np.array_equal(counts.unknown_of(spec, language), alone.unknown)
    assert counts.tokens.shape == (3, 900)
    with pytest.raises(UnknownName, match="Did you mean eng_Latn"):
        counts.tokens_of("builtin:characters", "eng_Lat")


def test_bad_counting_is_refused(corpus: Lines, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="at least one"):
        count.counting([], corpus)
    with pytest.raises(UnknownName, match="Did you mean eng_Latn"):
        count.counting([open_tokenizer("builtin:characters")], corpus, ["eng_Ltn"])
    with pytest.raises(UserError, match="no folder or zip"):
        count.counting([open_tokenizer("builtin:characters")], Lines(tmp_path / "none"))
    job = counting(corpus)
    stale = (replace(job.inputs[0], fingerprint="old"), *job.inputs[1:])
    with pytest.raises(UserError, match="has changed since"):
        run_job(count.JOB, job.params, stale, LocalEngine(1))


def test_long_text_is_cut_into_pieces_that_add_up(tmp_path: Path) -> None:
    lines = [f"{i} " * 40 for i in range(12_000)]
    (tmp_path / "eng_Latn.txt").write_text("\n".join(lines), encoding="utf-8")
    tokenizer = open_tokenizer("builtin:utf8-bytes")
    job = count.counting([tokenizer], Lines(tmp_path))
    units = count.units(Context(job.params, job.inputs))
    assert len(units) > 1
    assert sum(unit.size for unit in units) == len(lines)
    counts = count.counted(run_job(count.JOB, job.params, job.inputs, LocalEngine(1)))
    assert np.array_equal(counts.tokens[0], tokenizer.count(lines).tokens)


def test_counting_is_a_job_and_counts_only_what_is_new(corpus: Lines, tmp_path: Path) -> None:
    with jobs_home(tmp_path / "home"):
        jobs = Jobs()
        job = counting(corpus)
        two = count.counting([open_tokenizer(s) for s in job.params["tokenizers"][:2]], corpus)
        first = jobs.wait(jobs.submit("count", two.params, "ann", two.inputs).key, 60)
        kept = n_files(jobs)
        second = jobs.wait(jobs.submit("count", job.params, "ann", job.inputs).key, 60)
        assert (first.state, second.state) == ("done", "done")
        assert n_files(jobs) == kept + 3 + 1  # three languages of the third tokenizer, and the table
        assert jobs.store.sizes().n_results == 2
        alone = run_job(count.JOB, job.params, job.inputs, LocalEngine(1))
        stored = jobs.result(second.key)
        assert same_bytes(Output(stored.arrays), alone)
        assert stored.origin.inputs == job.inputs

        jobs.store.index.close()
        for path in jobs.store.folder.glob("index*"):
            path.unlink()
        assert [each.key for each in jobs.newest()] == [second.key, first.key]  # and no parts
        assert jobs.newest()[0].label == "Count tokens"


def test_process_that_dies_is_made_up_for(text: Path, tmp_path: Path) -> None:
    kind = kind_named("texts")
    params = {"path": str(text), "pieces": 4}
    alone = run_job(kind, params, engine=LocalEngine(2))
    again = run_job(kind, {**params, "die_once": str(tmp_path / "died")}, engine=LocalEngine(2))
    assert (tmp_path / "died").exists()
    assert same_bytes(alone, again)
    with pytest.raises(UserError, match="lost its process 3 times"):
        run_job(kind, {**params, "die": 2}, engine=LocalEngine(1))
    with pytest.raises(UserError, match="third piece is refused"):
        run_job(kind, {**params, "refuse": 2}, engine=LocalEngine(1))


def test_engine_is_chosen_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(chosen_engine(), LocalEngine)
    monkeypatch.setenv("TOKEN_ATLAS_ENGINE", "rey")
    with pytest.raises(UnknownName, match="Did you mean ray"):
        chosen_engine()


@pytest.mark.skipif(bool(find_spec("ray")), reason="Ray is installed")
def test_without_ray_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_ENGINE", "ray")
    with pytest.raises(UserError, match=r"requirements-ray\.txt"):
        list(chosen_engine().run(count.JOB, Context({}), []))


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A Ray cluster of two nodes on this machine; the second, which has a GPU by its own account, may be killed."""
    import ray
    from ray.cluster_utils import Cluster

    small = {"object_store_memory": 80 * 2**20, "include_dashboard": False}
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "num_gpus": 0, **small})
    made.second = made.add_node(num_cpus=1, num_gpus=1, object_store_memory=80 * 2**20)
    monkeypatch.setenv("RAY_ADDRESS", made.address)
    yield made
    ray.shutdown()
    made.shutdown()


@needs_ray
def test_ray_gives_the_same_bytes_even_if_a_node_is_killed_half_way(cluster: Any, corpus: Lines, text: Path) -> None:
    from core.ray_engine import RayEngine, connected

    job = counting(corpus)
    local = run_job(count.JOB, job.params, job.inputs, LocalEngine(1))
    assert same_bytes(local, run_job(count.JOB, job.params, job.inputs, RayEngine()))

    kind, params = kind_named("texts"), {"path": str(text), "pieces": 16, "seconds": 0.5}
    alone = run_job(kind, params, engine=LocalEngine(2))
    context = Context(params)
    units = list(kind.units(context))
    outputs: dict[int, Output] = {}
    second = cluster.second.node_id
    before = []
    for n, output in RayEngine().run(kind, context, units):
        outputs[n] = output
        if len(outputs) == 6:
            before = [each.facts["node"] for each in outputs.values()]
            cluster.remove_node(cluster.second, allow_graceful=False)
    assert sorted(outputs) == list(range(16))
    combined = kind.combine(((unit, outputs[n]) for n, unit in enumerate(units)), context)
    assert same_bytes(alone, combined)
    assert all(combined.facts["shipped"])
    assert 0 < before.count(second) < 6
    until(lambda: sum(node["Alive"] for node in connected().nodes()) == 1, 60)
    with pytest.raises(UserError, match="third piece is refused"):
        run_job(kind, {**params, "refuse": 2}, engine=RayEngine())


@needs_ray
def test_ray_unit_that_wants_a_gpu_gets_one(cluster: Any, text: Path) -> None:
    from core.ray_engine import RayEngine

    kind = kind_named("texts")
    params = {"path": str(text), "pieces": 3}
    on_gpu = replace(kind, gpu=True)
    context = Context(params)
    outputs = dict(RayEngine().run(on_gpu, context, kind.units(context)))
    assert {output.facts["device"] for output in outputs.values()} == {"cuda:0"}


@needs_ray
def test_jobs_run_on_ray_too(cluster: Any, corpus: Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_ENGINE", "ray")
    job = counting(corpus)
    with jobs_home(tmp_path / "home"):
        jobs = Jobs()
        start = time.monotonic()
        done = jobs.wait(jobs.submit("count", job.params, "ann", job.inputs).key, 90)
        assert done.state == "done", (done, jobs.log(done.key), time.monotonic() - start)
        local = run_job(count.JOB, job.params, job.inputs, LocalEngine(1))
        assert same_bytes(Output(jobs.result(done.key).arrays), local)
