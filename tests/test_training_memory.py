"""What training takes of memory is said before, from parts of the text, and is about what it takes."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from core.common.errors import UserError
from core.training import distinct
from core.training.asked import asked_recipe, memory_mb
from core.training.distinct import TextAhead, distinct_bytes
from core.training.pretokenizers import Cut, counted
from tests.training import content, prose, sentences

_PEAK = """
import sys
from pathlib import Path
from core.training.asked import asked_recipe
from core.training.train import trained
trained(asked_recipe(sys.argv[1], 4_000, [sys.argv[2]]))
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def ahead(data: bytes, name: str = "") -> TextAhead:
    return TextAhead(name or f"{hash(data)}", len(data), lambda start, end: data[start:end])


@pytest.mark.parametrize("pre", ["gpt2", "superbpe"])
@pytest.mark.parametrize("text", ["code", "prose"])
def test_distinct_words_are_known_from_a_tenth_of_a_text(pre: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = (content("python") if text == "code" else prose(10**6)).encode()
    monkeypatch.setattr(distinct, "_MOST", len(data) // 10)
    monkeypatch.setattr(distinct, "_PART", 2**10)
    cut = Cut(pre, "as the pre-tokenizer", "none", "bytes")
    truth = sum(len(word.encode()) for word in counted(cut, [data.decode()]))
    assert truth / 2 < distinct_bytes((ahead(data),), cut) < 2 * truth
    half = len(data) // 2
    assert truth / 2 < distinct_bytes((ahead(data[:half]), ahead(data[half:])), cut) < 2 * truth


@pytest.mark.parametrize("shuffled", [False, True])
def test_a_text_that_repeats_itself_has_no_more_distinct_words(shuffled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty times the same lines, in the same order or another each time, of which a twentieth is looked at."""
    chance, lines, found = random.Random(0), content("python")[:120_000].splitlines(), list[str]()
    for _ in range(30):
        found += lines
        if shuffled:
            chance.shuffle(lines)
    data, cut = "\n".join(found).encode(), Cut("superbpe", "as the pre-tokenizer", "none", "bytes")
    monkeypatch.setattr(distinct, "_MOST", len(data) // 20)
    monkeypatch.setattr(distinct, "_PART", 2**12)
    truth = sum(len(word.encode()) for word in counted(cut, [data.decode()]))
    assert truth / 2 < distinct_bytes((ahead(data),), cut) < 2 * truth


def test_of_a_short_text_all_words_are_counted() -> None:
    cut = Cut("gpt2", "as the pre-tokenizer", "none", "bytes")
    truth = sum(map(len, ("one", " two", " one", "\n", "two", " three")))
    assert distinct_bytes((ahead(b"one two one\n"), ahead(b"two three")), cut) == truth
    assert distinct_bytes((ahead(b"", "nothing"),), cut) == distinct_bytes((), cut) == 0


def test_ten_times_the_same_is_not_ten_times_the_memory(tmp_path: Path) -> None:
    """It was: so much for each byte of a text."""
    once, said = "\n".join(sentences("eng_Latn")), list[int]()
    for n in (20, 600):
        (tmp_path / "text.txt").write_text(f"{once}\n" * n, encoding="utf-8")
        said.append(asked_recipe("pathpiece", 600, [str(tmp_path / "text.txt")]).about_mb)
    assert said[0] <= said[1] < 1.5 * said[0]


def test_what_does_not_fit_is_refused_before_it_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text(prose(10_000), encoding="utf-8")
    assert memory_mb(asked_recipe("bpe", 600, [str(path)])) > asked_recipe("bpe", 600, [str(path)]).about_mb
    monkeypatch.setattr("core.training.asked.machine_bytes", lambda: 120 * 2**20)
    with pytest.raises(UserError, match=r"BPE on bytes takes about 150 MB for 0 MB of text, .* has 120 MB\. Give it"):
        asked_recipe("bpe", 600, [str(path)])


@pytest.mark.slow
@pytest.mark.parametrize("key", ["bpe", "superbpe", "pathpiece", "wordpiece"])
def test_it_takes_about_what_is_said(key: str, tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("".join(map(content, ("python", "package:numpy", "package:torch"))), encoding="utf-8")
    child = [sys.executable, "-c", _PEAK, key, str(path)]
    done = subprocess.run(child, capture_output=True, text=True, cwd=Path(__file__).parents[1], check=True)
    peak = int(done.stdout) / 1024
    assert peak / 2 < asked_recipe(key, 4_000, [str(path)]).about_mb < 2 * peak
