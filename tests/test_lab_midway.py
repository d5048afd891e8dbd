"""A real comparison that something ends midway: what is finished counts, what changed is said, and the advice works."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from shutil import copyfile, copytree, disk_usage

import pytest
import torch
from streamlit.testing.v1 import AppTest

from core.common.disk import WRITABLE
from core.common.errors import UserError
from core.jobs.job import KINDS, Context, Job, State, part_key
from core.jobs.queue import Jobs
from core.jobs.result_codec import restored
from core.lab.foreseen import KIND
from core.lab.outcome import Outcome
from core.lab.participants import outlined
from core.lab.plan import Choice, Plan
from core.lab.submission import submission
from core.lab.units import units
from core.models.load import open_model
from tests.jobs_home import jobs_home, kill_daemon, kill_workers, until
from tests.lab import ENGLISH, GERMAN
from tests.lab_folders import pair
from tests.mounts import disk_of, read_only
from tests.pages import forget, opened

PATIENCE = 600.0  # seconds; only so that nothing hangs for ever: each attempt imports torch in a process that gives way
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("looks_here", "no_trial")]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A base, a donor and a text at the end of a path that no message has room for, and a home for jobs beside them."""
    deep = tmp_path / "models that were asked for in a long list" / "of which this one is the last"
    deep.mkdir(parents=True)
    pair(deep)
    (deep / "text.txt").write_text("".join(f"The cat number {n} sat on the mat.\n\n" for n in range(300)))
    with jobs_home(deep / "home", slots=1):
        yield deep
    forget()


def submitted(folder: Path, **more: object) -> Job:
    plan = Plan(
        f"file:{folder / 'base'}",
        donor=f"file:{folder / 'donor'}",
        methods=(Choice("subword_mean"), Choice("mean")),
        corpus="",
        files=(str(folder / "text.txt"),),
    )
    handed = submission(outlined(replace(plan, **more)))
    return Jobs().submit(KIND, handed.params, "ann", handed.inputs, handed.label)


def kept(job: Job) -> set[str]:
    """Names of the files that hold its finished pieces."""
    kind, store = KINDS.get(KIND), Jobs().store
    found = [store.file(part_key(kind, job.key, unit)) for unit in units(Context(job.params, job.inputs))]
    return {path.name for path in found if path}


def begun(job: Job) -> set[str]:
    """Wait until the setting and a model are finished and noted; which pieces are there then."""
    until(lambda: len(kept(job)) >= 2 and Jobs().get(job.key).done >= 1.1, PATIENCE)
    return kept(job)


def ended_midway(folder: Path, job: Job) -> set[str]:
    """kill -9 to all that runs it when a model is finished; the pieces that are there then."""
    begun(job)
    kill_daemon(folder / "home")
    kill_workers(folder / "home")
    until(lambda: Jobs().get(job.key).state is State.INTERRUPTED, PATIENCE)
    return kept(job)


def texts(page: AppTest) -> str:
    elements = (*page.markdown, *page.caption, *page.error, *page.warning)
    return "\n".join(str(each.value) for each in elements).replace("\\", "")


def boxes(page: AppTest) -> list[str]:
    return [str(each.value).replace("\\", "") for kind in (page.error, page.warning) for each in kind]


def resumed(job: Job) -> Job:
    page = opened("transplants", run=job.key)
    page.button(key="lab_resume").click().run()
    assert not page.exception
    return Jobs().wait(job.key, PATIENCE)


def test_a_comparison_that_was_killed_goes_on_with_what_is_missing(folder: Path) -> None:
    job = submitted(folder)
    before = ended_midway(folder, job)
    page = opened("transplants", run=job.key)
    assert "What ran it was ended from outside" in texts(page) and "models finished" in texts(page)
    done = resumed(job)
    assert (done.state, done.attempts) == (State.DONE, 2)
    assert before <= kept(done), "a piece that was finished was computed again"


def test_what_was_learning_when_it_was_killed_comes_to_the_same_bits(folder: Path) -> None:
    """A unit that trains is begun again, in another process."""
    lines = [f"{line} {n}.\n\n" for n in range(20) for line in ENGLISH + GERMAN]
    (folder / "text.txt").write_text("".join(lines), encoding="utf-8")
    few = {"steps": 3, "then_steps": 1, "seeds": 1, "points": 1, "batch_bytes": 500, "bytes": 1_000}
    job = submitted(
        folder,
        methods=(Choice("token_distillation", {"passes": 60, "batch_bytes": 512}),),
        evaluators=(Choice("bits_per_byte"), Choice("alm_recovery", few)),
    )
    until(lambda: "Learning rows" in Jobs().get(job.key).stage, PATIENCE)
    kill_daemon(folder / "home")
    kill_workers(folder / "home")
    until(lambda: Jobs().get(job.key).state is State.INTERRUPTED, PATIENCE)
    kind, context = KINDS.get(KIND), Context(job.params, job.inputs)
    [unit] = [each for each in units(context) if each.name.startswith("token_distillation")]
    assert Jobs().store.get(part_key(kind, job.key, unit)) is None, "it was killed while it learnt"
    assert resumed(job).state is State.DONE
    again, n_threads = Jobs().store.get(part_key(kind, job.key, unit)), torch.get_num_threads()
    torch.set_num_threads(1)  # as where jobs run
    here = kind.run_unit(unit, context)
    torch.set_num_threads(n_threads)
    assert again is not None and {*again.arrays} == {*here.arrays}
    assert all(again.arrays[name].tobytes() == values.tobytes() for name, values in here.arrays.items())
    numbers = [[repr(m.numbers) for m in restored(Outcome, each).measures.values()] for each in (again, here)]
    assert numbers[0] == numbers[1] and len(numbers[0]) == 2
    page = opened("transplants", run=job.key, lab="Recovery", lab_recovery="Matching")
    assert not page.exception
    assert any("The mean over seeds" in each.value for each in page.caption), "differences by language are drawn"


def test_a_base_that_was_edited_is_refused_until_it_is_put_back_or_asked_for_anew(folder: Path) -> None:
    job = submitted(folder)
    ended_midway(folder, job)
    weights = folder / "base" / "model.safetensors"
    was = weights.read_bytes()
    weights.write_bytes(was[:-4] + bytes(4))
    assert resumed(job).state is State.FAILED
    page = opened("transplants", run=job.key)
    assert "has changed since this was asked for. Put it back and try again, or ask anew" in texts(page)
    page.button(key="lab_change").click().run()
    page.button(key="lab_run").click().run()
    (new,) = [each for each in Jobs().newest() if each.key != job.key]
    assert Jobs().wait(new.key, PATIENCE).state is State.DONE
    weights.write_bytes(was)
    assert resumed(job).state is State.DONE


def each_named_and_enough_when_back(folder: Path, job: Job, gone: Sequence[str]) -> None:
    """What vanishes is named by the job that fails, then that which vanishes when it is back; at last it ends.

    The first is tried by a process of a job, the others by what such a process calls.
    """
    ended_midway(folder, job)
    kind, context = KINDS.get(KIND), Context(job.params, job.inputs)
    for n, name in enumerate(gone):
        (folder / name).rename(folder / "elsewhere")
        if not n:
            failed = resumed(job)
            assert failed.state is State.FAILED and name in failed.message, failed.message
            assert "fault of the program" not in failed.message
        with pytest.raises(UserError, match=re.escape(name)):
            for unit in units(context):
                kind.run_unit(unit, context)
        (folder / "elsewhere").rename(folder / name)
    assert resumed(job).state is State.DONE


def test_what_has_gone_is_named_and_its_return_is_enough(folder: Path) -> None:
    each_named_and_enough_when_back(folder, submitted(folder), ("base", "donor", "text.txt"))


def test_what_becomes_of_its_files_is_nothing_to_a_model_that_was_opened(tmp_path: Path) -> None:
    """Its numbers were those of the mapped file: edited, they were others, and cut, the process was ended by SIGBUS."""
    base, _ = pair(tmp_path)
    model = open_model(str(base), "cpu")
    before = {name: values.clone() for name, values in model.module.state_dict().items()}
    weights = base / "model.safetensors"
    size = weights.stat().st_size
    with weights.open("r+b") as file:
        file.seek(size // 2)
        file.write(bytes(size - size // 2))
    assert all(torch.equal(values, before[name]) for name, values in model.module.state_dict().items())
    os.truncate(weights, 0)
    assert all(torch.equal(values, before[name]) for name, values in model.module.state_dict().items())


def test_other_kinds_that_have_gone_are_named_and_their_return_is_enough(folder: Path) -> None:
    (folder / "tokenizer").mkdir()
    for name in ("tokenizer.json", "tokenizer_config.json"):
        copyfile(folder / "donor" / name, folder / "tokenizer" / name)
    (folder / "corpus").mkdir()
    for code, word in (("eng_Latn", "cat"), ("deu_Latn", "Katze")):
        lines = "".join(f"The {word} number {n} sat on the mat.\n" for n in range(40))
        (folder / "corpus" / f"{code}.txt").write_text(lines)
    copytree(folder / "donor", folder / "helper")
    (folder / "dictionary.txt").write_text("cat\tKatze\nmat\tMatte\n")
    job = submitted(
        folder,
        tokenizer=f"file:{folder / 'tokenizer'}",
        donor="",
        corpus=f"file:{folder / 'corpus'}",
        files=(),
        helper=f"file:{folder / 'helper'}",
        dictionary=str(folder / "dictionary.txt"),
        methods=(Choice("subword_mean"), Choice("clp_transfer")),
    )
    each_named_and_enough_when_back(folder, job, ("tokenizer", "corpus", "helper", "dictionary.txt"))


def test_a_home_that_becomes_read_only_is_said_once_and_the_comparison_goes_on_afterwards(folder: Path) -> None:
    job, home, why = submitted(folder), folder / "home", f"is read-only. {WRITABLE}."
    before = begun(job)
    with read_only(home):
        assert Jobs().wait(job.key, PATIENCE).state is State.FAILED
        page = opened("transplants", run=job.key)
        assert [why in each for each in boxes(page)] == [True] and "models finished" in texts(page)
        Jobs().store.index.close()
        kill_daemon(home)
        forget()  # a server that starts now
        page = opened("transplants", run=job.key)
        assert [why in each for each in boxes(page)] == [True] and "models finished" in texts(page)
        page.button(key="lab_resume").click().run()
        assert not page.exception and any(why in each for each in boxes(page))
        page.button(key="lab_change").click().run()
        page.text_input(key="lab_sentences").set_value("7").run()
        page.button(key="lab_run").click().run()
        assert not page.exception and [why in each for each in boxes(page)] == [True]
    assert resumed(job).state is State.DONE
    assert before <= kept(job)


@pytest.mark.parametrize("own", [False, True])
def test_a_model_is_written_whole_or_not_at_all_where_the_disk_is_full(own: bool, folder: Path, tmp_path: Path) -> None:
    job = submitted(folder, methods=(Choice("subword_mean"),))
    with disk_of("16m", tmp_path / "disk") as disk:
        place = disk / "written" if own else folder / "home" / "models"
        if not own:
            place.symlink_to(disk)
        assert Jobs().wait(job.key, PATIENCE).state is State.DONE
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(disk_usage(disk).free - 40_000))
        page = opened("transplants", run=job.key, lab="Keep")
        if own:
            page.text_input(key="lab_keep_folder").set_value(str(place)).run()
        page.button(key="lab_keep_write").click().run()
        export = next(each for each in Jobs().newest() if each.kind == "export")
        failed = Jobs().wait(export.key, PATIENCE)
        assert failed.state is State.FAILED and "disk" in failed.message and "full" in failed.message, failed
        page.run()
        assert boxes(page) == [failed.message]
        assert not [path for path in disk.rglob("*") if path.is_file() and path != ballast]
        ballast.unlink()
        assert page.button(key="lab_keep_write").label == "Try again"
        page.button(key="lab_keep_write").click().run()
        assert Jobs().wait(export.key, PATIENCE).state is State.DONE
        page.run()
        assert not boxes(page) and any("Written and read back" in each.value for each in page.success)
