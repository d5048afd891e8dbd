"""`segmenter`: learns a small segmenter from text and keeps it as a lane."""

from argparse import ArgumentParser, Namespace
from itertools import pairwise
from typing import TYPE_CHECKING

from core.cli.base import COMMAND_LINE, Command, print_json, whole
from core.cli.waiting import waited
from core.common.errors import UserError
from core.common.numbers import between, count
from core.jobs.queue import Jobs

if TYPE_CHECKING:
    from core.segmenters.live.recipe import BpeBeside, LearntSegmenter, Snapshot

_USUAL_SECONDS = 60


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--family", default="hnet", metavar="KEY", help="hnet, magnet or entropy; default hnet")
    parser.add_argument(
        "--file", action="append", default=[], metavar="F",
        help="text in UTF-8, a language as 'CORPUS CODE', or python for the code of its library; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--seconds", type=whole, default=_USUAL_SECONDS, metavar="N",
        help=f"of a processor, and again for the model beside it; default {_USUAL_SECONDS}",
    )  # fmt: skip
    parser.add_argument("--line", default="", metavar="T", help="example whose chunks are shown as they move")
    parser.add_argument("--seed", type=whole, default=0, metavar="N", help="default 0")
    parser.add_argument("--name", default="", metavar="NAME", help="to open it by, as learned:NAME")
    parser.add_argument("--delete", default="", metavar="NAME", help="delete one that was learnt, and end")
    parser.add_argument("--json", action="store_true", help="print JSON instead of sentences")


def _run(options: Namespace) -> None:
    from core.segmenters.trained import delete_segmenter, segmenter_place

    if options.delete:
        delete_segmenter(options.delete)
        print_json({"deleted": options.delete}) if options.json else print(f"Deleted {options.delete}.")
        return
    if options.name:
        segmenter_place(options.name)
    found = _learnt(options)
    last, beside = found.snapshots[-1], found.beside
    assert beside, "a job that is done has it"
    from core.segmenters.live.keep import keep_learnt

    spec = keep_learnt(found, last, options.name)
    print_json(_document(found, spec, beside)) if options.json else print("\n".join(_sentences(found, spec, beside)))


def _learnt(options: Namespace) -> "LearntSegmenter":
    from core.segmenters.live.job import KIND, learning, learnt_in
    from core.segmenters.live.recipe import asked_learning

    if not options.file:
        raise UserError("There is no text to learn from. Name at least one --file.")
    recipe = asked_learning(options.family, options.file, seconds=options.seconds, line=options.line, seed=options.seed)
    asked, jobs = learning(recipe), Jobs()
    job = jobs.submit(KIND, asked.params, COMMAND_LINE, asked.inputs, asked.label)
    return learnt_in(waited(jobs, job.key))


def _sentences(found: "LearntSegmenter", spec: str, beside: "BpeBeside") -> list[str]:
    from core.segmenters.live.compared import bits_with_interval, less_than_bpe

    last = found.snapshots[-1]
    lines = [f"{one.seconds:5.0f} s  {_cut(one)}" for one in found.snapshots]
    own = bits_with_interval(last.line_bits, last.line_bytes)
    lines.append(
        f"{own.value:.2f}{between(own.low, own.high)} bits per byte on {count(len(last.line_bits))} lines kept apart, "
        f"{last.bytes_per_chunk:.2f} bytes per chunk, after {count(last.steps)} steps."
    )
    if beside.why:
        lines.append(f"There is no model on BPE beside it. {beside.why}")
    else:
        other = bits_with_interval(beside.line_bits, last.line_bytes)
        less = less_than_bpe(last, beside)
        lines.append(
            f"BPE of {count(beside.n_vocabulary)} entries, {count(beside.n_parameters)} parameters beside "
            f"{count(last.n_parameters)}, as long: {other.value:.2f}{between(other.low, other.high)}; the segmenter "
            f"needs {less.value:.2f}{between(less.low, less.high)} less."
        )
    return [*lines, f"Kept as {spec}."]


def _cut(one: "Snapshot") -> str:
    data, edges = one.line.encode(), [*one.starts.tolist(), len(one.line.encode())]
    return "|".join(data[a:b].decode(errors="backslashreplace") for a, b in pairwise(edges))


def _document(found: "LearntSegmenter", spec: str, beside: "BpeBeside") -> dict[str, object]:
    last = found.snapshots[-1]
    return {
        "spec": spec,
        "family": found.recipe.family,
        "seed": found.recipe.text.seed,
        "seconds": last.seconds,
        "steps": last.steps,
        "parameters": last.n_parameters,
        "bits_per_byte": last.bits_per_byte,
        "bytes_per_chunk": last.bytes_per_chunk,
        "threshold": last.threshold,
        "line": last.line,
        "snapshots": [
            {"seconds": one.seconds, "bits_per_byte": one.bits_per_byte, "starts": one.starts.tolist()}
            for one in found.snapshots
        ],
        "bpe": None
        if beside.why
        else {
            "entries": beside.n_vocabulary,
            "parameters": beside.n_parameters,
            "seconds": float(beside.seconds[-1]),
            "bits_per_byte": float(beside.bits_per_byte[-1]),
        },
        "why_no_bpe": beside.why,
    }


COMMAND = Command(
    key="segmenter",
    summary="learn a small segmenter from text",
    details=(
        "Learns an H-Net, a MAGNET or an entropy model for some seconds, and for as many a model on BPE of the same "
        "size; prints how the chunks of an example line moved and the bits per byte of both on lines kept apart, and "
        "keeps the segmenter as learned:NAME. Breaking it off keeps the slices that are finished, and asking again "
        "goes on from them."
    ),
    arguments=_arguments,
    run=_run,
)
