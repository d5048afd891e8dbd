"""The same units give the same bytes on this machine's processes and on a Ray cluster, whatever dies meanwhile."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
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
from core.jobs.job import KINDS, Context, Job, JobKind, Output
from core.jobs.queue import Jobs
from core.jobs.ray import connected, run_on_ray
from core.jobs.runner.capacity import engine_name
from core.jobs.store.files import Input, Json, Origin, Result, packed
from core.tokenizers.catalog import open_tokenizer
from core.work import count
from tests.jobs_home import PATIENCE, computed, jobs_home, until

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
    table = counted(computed(count.JOB, job.params, job.inputs))
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
        computed(count.JOB, job.params, stale)


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
    table = counted(computed(count.JOB, job.params, job.inputs))
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
        first = jobs.wait(jobs.submit("count", two.params, "ann", two.inputs).key, PATIENCE)
        kept = n_files(jobs)
        second = jobs.wait(jobs.submit("count", job.params, "ann", job.inputs).key, PATIENCE)
        assert (first.state, second.state) == ("done", "done")
        assert n_files(jobs) == kept + 3 + 1  # three languages of the third tokenizer, and the table
        assert jobs.store.sizes().n_results == 2
        alone = computed(count.JOB, job.params, job.inputs)
        stored = jobs.result(second.key)
        assert same_bytes(Output(stored.arrays), alone)
        assert stored.origin.inputs == job.inputs

        jobs.store.index.close()
        for path in jobs.store.folder.glob("index*"):
            path.unlink()
        assert [each.key for each in jobs.newest()] == [second.key, first.key]  # and no parts
        assert jobs.newest()[0].label == "Count tokens"


def test_process_that_dies_is_made_up_for(text: Path, tmp_path: Path) -> None:
    params = {"path": str(text), "pieces": 4}
    with jobs_home(tmp_path / "home"):
        jobs = Jobs()

        def ended(**more: object) -> Job:
            return jobs.wait(jobs.submit("texts", {**params, **more}, "ann").key, PATIENCE)

        again = ended(die_once=str(tmp_path / "died"))
        assert (tmp_path / "died").exists()
        assert same_bytes(computed(KINDS.get("texts"), params), Output(jobs.result(again.key).arrays))
        assert "Tried 3 times" in ended(die=2).message
        assert "third piece is refused" in ended(refuse=2).message


def test_engine_is_chosen_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine_name() == "local"
    monkeypatch.setenv("TOKEN_ATLAS_ENGINE", "rey")
    with pytest.raises(UnknownName, match="Did you mean ray"):
        engine_name()


def test_without_ray_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UserError, match=r"requirements-ray\.txt"):
        list(run_on_ray(count.JOB, Context({}), []))


@pytest.fixture(scope="module")
def head() -> Iterator[Any]:
    """A Ray cluster of one node on this machine."""
    import ray
    from ray.cluster_utils import Cluster

    small = {"object_store_memory": 80 * 2**20, "include_dashboard": False}
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "num_gpus": 0, **small})
    yield made
    ray.shutdown()
    made.shutdown()


@pytest.fixture
def cluster(head: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The same with a second node, which has a GPU by its own account, and which the test may kill."""
    head.second = head.add_node(num_cpus=1, num_gpus=1, object_store_memory=80 * 2**20)
    monkeypatch.setenv("RAY_ADDRESS", head.address)
    yield head
    if head.second in head.list_all_nodes():
        head.remove_node(head.second)


def on_ray(kind: JobKind, params: Mapping[str, Json], inputs: Sequence[Input] = ()) -> Output:
    context = Context(dict(params), tuple(inputs))
    units = list(kind.units(context))
    outputs = dict(run_on_ray(kind, context, units))
    return kind.combine(((unit, outputs[n]) for n, unit in enumerate(units)), context)


@needs_ray
def test_ray_gives_the_same_bytes_even_if_a_node_is_killed_half_way(cluster: Any, corpus: Corpus, text: Path) -> None:
    job = counting(corpus)
    local = computed(count.JOB, job.params, job.inputs)
    assert same_bytes(local, on_ray(count.JOB, job.params, job.inputs))

    kind, params = KINDS.get("texts"), {"path": str(text), "pieces": 16, "seconds": 0.5}
    alone = computed(kind, params)
    context = Context(params)
    units = list(kind.units(context))
    outputs: dict[int, Output] = {}
    second = cluster.second.node_id
    before = []
    for n, output in run_on_ray(kind, context, units):
        outputs[n] = output
        if len(outputs) == 6:
            before = [each.facts["node"] for each in outputs.values()]
            cluster.remove_node(cluster.second, allow_graceful=False)
    assert sorted(outputs) == list(range(16))
    combined = kind.combine(((unit, outputs[n]) for n, unit in enumerate(units)), context)
    assert same_bytes(alone, combined)
    assert all(combined.facts["shipped"])
    assert 0 < before.count(second) < 6
    until(lambda: sum(node["Alive"] for node in connected().nodes()) == 1)
    with pytest.raises(UserError, match="third piece is refused"):
        on_ray(kind, {**params, "refuse": 2})


@needs_ray
def test_ray_unit_that_wants_a_gpu_gets_one(cluster: Any, text: Path) -> None:
    kind = KINDS.get("texts")
    params = {"path": str(text), "pieces": 3}
    on_gpu = replace(kind, gpu=True)
    context = Context(params)
    outputs = dict(run_on_ray(on_gpu, context, kind.units(context)))
    assert {output.facts["device"] for output in outputs.values()} == {"cuda:0"}


@needs_ray
def test_ray_unit_that_wants_a_gpu_takes_a_processor_where_no_machine_has_one(
    head: Any, text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waited for ever."""
    monkeypatch.setenv("RAY_ADDRESS", head.address)
    kind = KINDS.get("texts")
    context = Context({"path": str(text), "pieces": 1})
    outputs = dict(run_on_ray(replace(kind, gpu=True), context, kind.units(context)))
    assert [output.facts["device"] for output in outputs.values()] == ["cpu"]


@needs_ray
def test_ray_units_keep_within_their_memory_and_their_time(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.jobs import ray as ray_engine

    monkeypatch.setattr(ray_engine, "RETRIES", 0)
    kind = replace(KINDS.get("misbehave"), memory_mb=300, unit_seconds=2)
    with pytest.raises(UserError, match="more than the 300 MB"):
        on_ray(kind, {"how": "allocate"})
    with pytest.raises(UserError, match="more time than a piece may take"):
        on_ray(kind, {"how": "hang_in_native_code"})
    kind, params = KINDS.get("texts"), {"path": __file__, "pieces": 2}
    assert on_ray(kind, params).arrays  # the cluster goes on


@needs_ray
def test_jobs_run_on_ray_too(cluster: Any, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_ENGINE", "ray")
    job = counting(corpus)
    with jobs_home(tmp_path / "home"):
        jobs = Jobs()
        done = jobs.wait(jobs.submit("count", job.params, "ann", job.inputs).key, PATIENCE)
        assert done.state == "done", (done, jobs.log(done.key))
        local = computed(count.JOB, job.params, job.inputs)
        assert same_bytes(Output(jobs.result(done.key).arrays), local)
