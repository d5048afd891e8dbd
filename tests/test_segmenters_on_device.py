"""Trained segmenters read on a device of torch: the spans are those of numpy, and nothing starts torch without need.

The device is torch's processor: its sums round otherwise than numpy's too.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.corpora.corpus import Corpus, open_corpus
from core.counting import fastest
from core.counting.calibration import calibration_lines
from core.counting.job import corpus_counting, counted
from core.counting.pieces import WORTH_TRYING
from core.jobs.job import KINDS, Context
from core.segmenters.device import counter
from core.segmenters.device.counter import MARGINS, DeviceCounter, device_counter, read_on_device
from core.segmenters.device.values import DeviceRead, DeviceValues
from core.segmenters.lane import SegmenterLane, open_segmenter
from core.segmenters.segmenter import SEGMENTERS
from core.segmenters.trained import KeptSegmenter, content_of, keep_segmenter
from core.segmenters.weights import FOLDER
from core.text.scripts import code_points, script_places

ROOT = Path(__file__).parents[1]
SPECS = [
    *("entropy", "entropy-rise", "hnet", "hnet2?stage=1", "hnet2"),
    *("magnet", "magnet?prior=equal", "mrt5", "mrt5?threshold=-0.01"),
]


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """As in a job; two that wait for each other take many times as long on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with threadpool_limits(1):
        yield
    torch.set_num_threads(before)


@cache
def lines() -> tuple[str, ...]:
    """The beginning of a calibration line of each script, a short line, an empty one, and one of a single byte."""
    by_script: dict[int, str] = {}
    for line in calibration_lines():
        places = script_places(code_points(line))
        if (places >= 0).any():
            by_script[int(np.bincount(places[places >= 0]).argmax())] = line[:40]
    return (*by_script.values(), "no", "", "a")


def starts_by_numpy(lane: SegmenterLane, texts: Sequence[str]) -> list[list[int]]:
    return [lane.chunks(text).starts.tolist() for text in texts]


def starts_on_device(counted_by: DeviceCounter, texts: Sequence[str]) -> list[list[int]]:
    return [starts.tolist() for starts in counted_by.starts(texts)]


@pytest.mark.parametrize("spec", SPECS)
def test_a_device_cuts_lines_of_all_scripts_as_numpy_does(spec: str) -> None:
    lane = open_segmenter(spec)
    by_device = DeviceCounter(lane, "cpu")
    assert len(lines()) > 60
    assert starts_on_device(by_device, lines()) == starts_by_numpy(lane, lines())
    assert 0 < by_device.off < MARGINS[spec.partition("?")[0]] / 2
    assert by_device.n_again < len(lines()) / 4
    assert np.array_equal(by_device(lines()[-9:]).tokens, lane.count(lines()[-9:]).tokens)
    assert by_device.reason.startswith("Read on cpu; ")


def test_what_ships_and_cuts_by_trained_weights_is_read_on_a_device_and_nothing_else() -> None:
    by_weights = {key for key in SEGMENTERS.all() if open_segmenter(key).trained is not None}
    assert by_weights == set(MARGINS) == {key for key in SEGMENTERS.all() if read_on_device(f"learned:{key}")}
    assert read_on_device("learned:learnt-here")
    assert not any(map(read_on_device, ("learned:hub:a/b", "builtin:words", "tiktoken:gpt2")))


def _off_by(monkeypatch: pytest.MonkeyPatch, change: NDArray[np.floating]) -> None:
    """Values of the device that differ from torch's by these in turn."""
    read = DeviceValues.read

    def changed(values: DeviceValues, texts: Sequence[str]) -> list[DeviceRead]:
        found = read(values, texts)
        return [replace(one, values=one.values + np.resize(change, one.values.shape)) for one in found]

    monkeypatch.setattr(DeviceValues, "read", changed)


def test_a_value_at_its_threshold_is_decided_by_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thresholds are values of the text itself, and the device is off by as much as it may be, up and down."""
    texts = ["the end, конец и ไทย, and so on"] * 3
    values = open_segmenter("hnet").chunks(texts[0]).values
    assert values is not None
    margin = MARGINS["hnet"]
    _off_by(monkeypatch, np.array([0.45, -0.45], np.float32) * margin)
    without = []
    for value in values[1::5].tolist():
        lane = open_segmenter(f"hnet?threshold={value!r}")
        truth, by_device = starts_by_numpy(lane, texts), DeviceCounter(lane, "cpu")
        assert starts_on_device(by_device, texts) == truth, value
        assert by_device.n_again == 3
        by_device._margin = 0.0
        without.append(by_device._values.read(texts[:1])[0].starts.tolist() == truth[0])
    assert not all(without)  # the values alone would decide otherwise


@pytest.mark.parametrize("off", [20.0, np.nan])
def test_a_device_that_is_too_far_off_is_not_used_from_there_on(monkeypatch: pytest.MonkeyPatch, off: float) -> None:
    lane = open_segmenter("magnet")
    by_device, texts = DeviceCounter(lane, "cpu"), [line for line in lines() if line][:20]
    _off_by(monkeypatch, np.full(1, off * MARGINS["magnet"], np.float32))
    assert starts_on_device(by_device, texts) == starts_by_numpy(lane, texts)
    assert not by_device.trusted
    monkeypatch.setattr(DeviceValues, "read", lambda values, texts: [] if not texts else pytest.fail("it was used"))
    assert starts_on_device(by_device, texts) == starts_by_numpy(lane, texts)
    assert by_device.reason == "Counted by the reference: values computed on cpu were too far from its own."


def test_a_segmenter_that_was_learnt_here_is_read_on_a_device_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path))
    for family, file, threshold in (("hnet", "hnet", 0.51), ("entropy", "bytes", 3.0)):
        data = (FOLDER / f"{file}.safetensors").read_bytes()
        facts = KeptSegmenter(family, threshold, ("a text",), 1.0, 2.0, content_of(data))
        keep_segmenter(f"mine-{family}", facts, data)
        lane = open_segmenter(f"mine-{family}")
        shipped = open_segmenter(f"{family}?threshold={threshold}")
        assert starts_on_device(DeviceCounter(lane, "cpu"), lines()[:30]) == starts_by_numpy(shipped, lines()[:30])


def _many_lines() -> Corpus:
    """More lines than a short text has, in one language."""
    sample = open_corpus("sample").only(["eng_Latn"])
    return replace(sample, sentences={"eng_Latn": [f"{n} so on" for n in range(WORTH_TRYING)]})


def test_a_job_reads_on_the_gpu_that_it_was_given_and_on_a_processor_never(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[str] = []

    class OnProcessor(DeviceCounter):
        def __init__(self, lane: SegmenterLane, device: str) -> None:
            made.append(device)
            super().__init__(lane, "cpu")

    monkeypatch.setattr(counter, "DeviceCounter", OnProcessor)
    monkeypatch.setattr("core.models.device.pick_device", torch.device)
    monkeypatch.setattr("core.work.count.device_counter", device_counter.__wrapped__)
    corpus, lane = _many_lines(), open_segmenter("mrt5")
    monkeypatch.setattr("core.work.count.corpus_of", lambda context: corpus)
    monkeypatch.setattr("core.work.count.tokenizer_of", lambda spec, context: lane)
    asked = corpus_counting([lane], corpus)
    kind, found = KINDS.get("count"), {}
    for device in ("cpu", "cuda:0"):
        context = Context(asked.params, asked.inputs, device)
        [unit] = kind.units(context)
        found[device] = counted(kind.combine(iter([(unit, kind.run_unit(unit, context))]), context))
    assert made == ["cuda:0"]
    assert capsys.readouterr().out.startswith(f"cpu read {WORTH_TRYING} texts, of which numpy cut ")
    assert np.array_equal(found["cpu"].tokens, found["cuda:0"].tokens)
    assert found["cuda:0"].tokenizers[0].lane.startswith("Read on ")
    assert found["cpu"].tokenizers[0].lane.startswith("Counted by the reference")


def test_a_gpu_that_torch_cannot_use_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """torch may be built without CUDA where nvidia-smi lists a GPU; the job then failed."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device_counter.__wrapped__(open_segmenter("hnet"), "cuda:0") is None


def test_a_job_of_segmenters_gets_a_gpu_and_one_of_tokenizers_does_not() -> None:
    kind = KINDS.get("count")
    assert kind.sized({"tokenizers": ["learned:hnet", "mistral:v3"]}).gpu
    assert not kind.sized({"tokenizers": ["learned:hnet", "mistral:v3", "learned:windows"]}).gpu
    assert not kind.gpu


def test_counting_without_a_device_never_starts_torch() -> None:
    code = """
import sys
from core.segmenters.device.counter import device_counter
from core.segmenters.lane import open_segmenter
from core.jobs.job import KINDS
KINDS.get("count").sized({"tokenizers": ["learned:hnet"]})
lane = open_segmenter("hnet")
assert device_counter(lane, "cpu") is None
assert device_counter(open_segmenter("windows"), "cuda:0") is None
lane.count(["the end"])
print(*sys.modules)
"""
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "torch" not in loaded.stdout.split()


def test_what_no_other_engine_counts_is_not_tried_on_thousands_of_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A segmenter takes half a minute for them, as often as one of its options is set otherwise."""
    lane = open_segmenter("words")
    monkeypatch.setattr(lane, "count", lambda texts: pytest.fail("it was tried"))
    choice = fastest.calibrate(lane)
    assert choice.engine == fastest.REFERENCE
    assert "its library uses several by itself" in choice.reason
