"""Keeping a transplant: the folder that transformers loads, written as a job, and the command that does the same."""

import shlex
from pathlib import Path

import streamlit as st

from components.cached import runs as cached_runs
from components.frame.asking import fragment
from components.frame.errors import plain, show_error
from components.lab.context import LabContext
from components.runs.job_cards import LOOKS, session, show_refusal, submit
from components.runs.why_not_done import again, why_it_waits, why_not_done
from components.widgets.view import View
from core.common.errors import UserError
from core.common.numbers import size
from core.common.program import PROGRAM
from core.common.settings import settings
from core.common.zip_folder import zipped
from core.jobs.job import KINDS, Job, State, content_key
from core.jobs.store.files import Json
from core.lab.outcome import Outcome
from core.lab.plan import Choice, Plan
from core.work.export import KIND, folder_of, params_of

_MOST_ZIP = 512 * 2**20


def draw(context: LabContext) -> None:
    """Which model, a button that writes it, what was written, and the same on the command line."""
    made = [o for o in context.result.transplants if o.role == "method"]
    if not made:
        st.info("No method is finished yet.", icon=":material/hourglass_top:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Method", [o.name for o in made], format_func=lambda name: context.names[name], key="lab_keep", width=260
        )
        folder = ""
        if settings().paths:
            folder = st.text_input(
                "Folder on the server (optional)",
                key="lab_keep_folder",
                placeholder="/path/of/a/new/folder",
                help="An absolute path that is not there yet. Empty keeps it where Token Atlas keeps its results.",
                width=300,
            ).strip()
        outcome = context.result.outcome(name)
        params = _params(context, outcome, folder)
        job = _job(context, params)
        st.button(
            _label(job),
            icon=":material/save:",
            type="primary",
            key="lab_keep_write",
            disabled=job is not None and (job.state.live or _folder(job) is not None),
            on_click=_write,
            args=(context, params, f"{context.names[name]} as a folder"),
        )
    show_refusal()
    if job is not None:
        _written(job)
    st.caption(
        "The model is made again, to the bit, and written as a folder that `AutoModelForCausalLM` and `AutoTokenizer` "
        "load, with a card of where its rows come from and what was measured. It is read back and must give the same "
        "bits per byte before the folder appears. The same on the command line:"
    )
    st.code(command(context, outcome), language="bash", wrap_lines=True)


def command(context: LabContext, outcome: Outcome) -> str:
    """The command line that writes the folder."""
    plan = context.result.plan
    parts = [*PROGRAM.split(), "transplant", "--model", plan.model]
    if plan.donor:
        parts += ["--donor", plan.donor]
    if plan.tokenizer:
        parts += ["--tokenizer", plan.tokenizer]
    parts += ["--method", outcome.method]
    for key, value in outcome.params.items():
        parts += ["--param", f"{key}={value}"]
    for option, value in (
        ("--seed", str(outcome.seed) if outcome.seed else ""),
        ("--old-language", plan.old_language if plan.old_language != Plan.old_language else ""),
        ("--dictionary", plan.dictionary),
        ("--old-vectors", plan.old_vectors),
        ("--new-vectors", plan.new_vectors),
        ("--token-vectors", plan.token_vectors),
        ("--helper", plan.helper),
        ("--hypernetwork", plan.hypernetwork),
        ("--encoder", plan.encoder),
        ("--device", plan.device if plan.device != Plan.device else ""),
        ("--dtype", plan.dtype if plan.dtype != Plan.dtype else ""),
        ("--out-dtype", plan.out_dtype if plan.out_dtype != Plan.out_dtype else ""),
        ("--pad-to", str(plan.pad_to) if plan.pad_to != Plan.pad_to else ""),
    ):
        parts += [option, value] if value else []
    parts += ["--untie"] if plan.untie else []
    parts += ["--corpus", plan.corpus] if plan.corpus != Plan.corpus or plan.files else []
    for code in plan.languages:
        parts += ["--language", code]
    for name in plan.files:
        parts += ["--file", name]
    return shlex.join([*parts, "--sentences", str(plan.sentences), "--out", f"{outcome.method}-transplant", "--json"])


def _params(context: LabContext, outcome: Outcome, folder: str) -> dict[str, Json]:
    choice = Choice(outcome.method, outcome.params)
    return params_of(context.result.plan, choice, outcome.seed, context.job.params, folder)


def _job(context: LabContext, params: dict[str, Json]) -> Job | None:
    """The job that writes or wrote it, whoever asked for it."""
    try:
        return cached_runs.jobs().get(content_key(KINDS.get(KIND), params, context.job.inputs))
    except UserError:
        return None


def _label(job: Job | None) -> str:
    """Of the button that writes, or goes on where it stopped."""
    if job is None or job.state.live or job.state is State.DONE:
        return "Write the folder"
    return again(job.state)


def _folder(job: Job) -> Path | None:
    """The folder that a finished job wrote, if it is still there."""
    if job.state is not State.DONE:
        return None
    try:
        folder = folder_of(cached_runs.jobs().result(job.key).facts)
    except UserError:
        return None
    return folder if folder.is_dir() else None


def _write(context: LabContext, params: dict[str, Json], label: str) -> None:
    jobs, there = cached_runs.jobs(), _job(context, params)
    try:
        if there is None:
            submit(KIND, params, context.job.inputs, f"{context.job.label}: {label}")
        elif there.state is State.DONE:  # its folder has gone
            jobs.repeat(there.key, session())
        else:
            jobs.resume(there.key, session())
    except UserError as error:
        show_error(error)


def _written(job: Job) -> None:
    """How far it is; when it is done, the folder, its card and a download."""
    seen = job.state

    def draw() -> None:
        now = cached_runs.jobs().get(job.key)
        if now.state is not seen:
            st.rerun()
        why_it_waits(now)
        if now.state.live:
            st.progress(now.share, plain(now.stage or "Waiting for its turn"))
        elif now.state is State.CANCELLED:
            words, icon, _ = LOOKS[now.state]
            st.caption(f"{icon} {words}")
        else:
            why_not_done(now)

    with st.container():  # so that what a late tick draws never lands where the success below stands
        fragment(draw, run_every="1s" if job.state.live else None)()
    if job.state is not State.DONE:
        return
    folder = _folder(job)
    if folder is None:
        st.caption("The folder that was written is no longer there. Write it again.")
        return
    n_bytes = sum(path.stat().st_size for path in folder.iterdir())
    where = str(folder) if settings().paths else folder.name
    st.success(
        f"Written and read back: {plain(where)}, {size(n_bytes)}. It gives the bits per byte of the model here.",
        icon=":material/check_circle:",
    )
    if n_bytes <= _MOST_ZIP:
        st.download_button(
            f"Download as .zip ({size(n_bytes)})",
            lambda: zipped(folder),
            f"{folder.name}.zip",
            "application/zip",
            icon=":material/download:",
            on_click="ignore",
            key="lab_keep_zip",
        )
    with st.expander("Its card", icon=":material/description:"):
        st.code((folder / "README.md").read_text(encoding="utf-8"), language="markdown", wrap_lines=True)


VIEW = View(
    group="Keep",
    label="Keep",
    place=0,
    about=(
        "The model of one method as a folder that transformers loads, with a card of where each row comes from and "
        "what was measured."
    ),
    draw=draw,
)
