"""The same units give the same bytes on this machine's processes and on a Ray cluster, whatever dies meanwhile."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.common.errors import UnknownName, UserError
from core.corpora.corpus import Corpus, open_corpus
from core.counting import pieces
from core.counting.job import Counting, corpus_counting, counted
from core.jobs.executor import LocalEngine, chosen_engine, run_job
from core.jobs.job import KINDS, Context, Output
from core.jobs.queue import Jobs
from core.jobs.store.files import Origin, Result, packed
from core.tokenizers.catalog import open_tokenizer
from core.work import count
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
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    words = {"ell_Grek": "λέξη ", "eng_Latn": "word ", "tha_Thai": "คำ"}
    rows = [
        {code: word * (1 + (k + i) % 7) + "\u2028" * (i % 2) for k, (code, word) in enumerate(words.items())}
        for i in range(300)
    ]
    path = tmp_path_factory.mktemp("corpus") / "own.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return open_corpus(f"file:{path}")


def counting(corpus: Corpus) -> Counting:
    specs = ("builtin:utf8-bytes", "builtin:characters", "builtin:graphemes")
    return corpus_counting([open_tokenizer(spec) for spec in specs], corpus)


def n_files(jobs: Jobs) -> int:
    return len(list((jobs.store.folder / "results").glob("*/*")))


def same_bytes(a: Output, b: Output) -> bool:
    return packed(Result(Origin("k", "k"), a.arrays)) == packed(Result(Origin("k", "k"), b.arrays))


def test_counts_are_those_of_the_tokenizer(corpus: Corpus) -> None:
    job = counting(corpus)
    table = counted(run_job(count.JOB, job.params, job.inputs, LocalEngine(2)))
    assert table.languages == corpus.languages == ("ell_Grek", "eng_Latn", "tha_Thai")
    assert table.tokens.dtype == table.unknown.dtype == np.uint16 and table.tokens.shape == (3, 3, 300)
    for k, one in enumerate(table.tokenizers):
        for row, language in enumerate(table.languages):
            alone = open_tokenizer(one.spec).count(corpus.sentences[language])
            assert np.array_equal(table.tokens[k, row], alone.tokens)
            assert np.array_equal(table.unknown[k, row], alone.unknown)
    assert np.array_equal(table.n_bytes, table.tokens[0]) and table.corpus == corpus.fingerprint
    assert (table.joined == -1).all()  # not asked for


def test_bad_counting_is_refused(corpus: Corpus) -> None:
    with pytest.raises(UserError, match="at least one"):
        corpus_counting([], corpus)
    with pytest.raises(UnknownName, match="Did you mean eng_Latn"):
        corpus_counting([open_tokenizer("builtin:characters")], corpus, ["eng_Ltn"])
    job = counting(corpus)
    stale = (replace(job.inputs[0], fingerprint="old"), *job.inputs[1:])
    with pytest.raises(UserError, match="has changed since"):
        run_job(count.JOB, job.params, stale, LocalEngine(1))


def test_results_of_an_older_version_say_so() -> None:
    with pytest.raises(UserError, match="Count it again"):
        counted(Output({"tokens": np.zeros((1, 2), np.int32)}, {"tokenizers": ["a"], "languages": ["b"]}))


def test_long_text_is_cut_into_pieces_that_add_up(tmp_path: Path) -> None:
    lines = [f"{i} " * 40 for i in range(12_000)]
    (tmp_path / "own.csv").write_text("\n".join(["eng_Latn", *lines]), encoding="utf-8")
    tokenizer, corpus = open_tokenizer("builtin:utf8-bytes"), open_corpus(f"file:{tmp_path / 'own.csv'}")
    job = corpus_counting([tokenizer], corpus, joined=True)
    units = count.units(Context(job.params, job.inputs))
    assert len(units) > 2
    assert sum(unit.size for unit in units[:-1]) == len(lines)
    table = counted(run_job(count.JOB, job.params, job.inputs, LocalEngine(1)))
    assert np.array_equal(table.tokens[0, 0], tokenizer.count(corpus.sentences["eng_Latn"]).tokens)
    assert table.joined.tolist() == [[len(corpus.joined("eng_Latn"))]]


def test_a_language_too_long_for_one_text_is_not_counted_as_one(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "JOINED_BYTES", 6_000)
    job = corpus_counting([open_tokenizer("builtin:utf8-bytes")], corpus, joined=True)
    context = Context(job.params, job.inputs)
    table = counted(count.combine(((u, count.run_unit(u, context)) for u in count.units(context)), context))
    lengths = [len(corpus.joined(code).encode()) for code in corpus.languages]
    assert table.joined[0].tolist() == [n if n <= 6_000 else -1 for n in lengths] and -1 in table.joined


def test_counting_is_a_job_and_counts_only_what_is_new(corpus: Corpus, tmp_path: Path) -> None:
    with jobs_home(tmp_path / "home"):
        jobs = Jobs()
        job = counting(corpus)
        two = corpus_counting([open_tokenizer(s) for s in job.params["tokenizers"][:2]], corpus)
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
    kind = KINDS.get("texts")
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
def test_ray_gives_the_same_bytes_even_if_a_node_is_killed_half_way(cluster: Any, corpus: Corpus, text: Path) -> None:
    from core.jobs.ray import RayEngine, connected

    job = counting(corpus)
    local = run_job(count.JOB, job.params, job.inputs, LocalEngine(1))
    assert same_bytes(local, run_job(count.JOB, job.params, job.inputs, RayEngine()))

    kind, params = KINDS.get("texts"), {"path": str(text), "pieces": 16, "seconds": 0.5}
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
    from core.jobs.ray import RayEngine

    kind = KINDS.get("texts")
    params = {"path": str(text), "pieces": 3}
    on_gpu = replace(kind, gpu=True)
    context = Context(params)
    outputs = dict(RayEngine().run(on_gpu, context, kind.units(context)))
    assert {output.facts["device"] for output in outputs.values()} == {"cuda:0"}


@needs_ray
def test_ray_units_keep_within_their_memory_and_their_time(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.jobs import ray as ray_engine

    monkeypatch.setattr(ray_engine, "RETRIES", 0)
    kind = replace(KINDS.get("misbehave"), memory_mb=300, unit_seconds=2)
    with pytest.raises(UserError, match="more than the 300 MB"):
        run_job(kind, {"how": "allocate"}, engine=ray_engine.RayEngine())
    with pytest.raises(UserError, match="more time than a piece may take"):
        run_job(kind, {"how": "hang_in_native_code"}, engine=ray_engine.RayEngine())
    kind, params = KINDS.get("texts"), {"path": __file__, "pieces": 2}
    assert run_job(kind, params, engine=ray_engine.RayEngine()).arrays  # the cluster goes on


@needs_ray
def test_jobs_run_on_ray_too(cluster: Any, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_ENGINE", "ray")
    job = counting(corpus)
    with jobs_home(tmp_path / "home"):
        jobs = Jobs()
        start = time.monotonic()
        done = jobs.wait(jobs.submit("count", job.params, "ann", job.inputs).key, 90)
        assert done.state == "done", (done, jobs.log(done.key), time.monotonic() - start)
        local = run_job(count.JOB, job.params, job.inputs, LocalEngine(1))
        assert same_bytes(Output(jobs.result(done.key).arrays), local)
