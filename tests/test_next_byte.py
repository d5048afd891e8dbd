"""The next byte after a prompt: exact against sources that are known, and against brute force on real models."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.__main__ import main
from core.common.errors import UserError
from core.evaluation.passes.byte_marginals import ByteTable, Ids, byte_table
from core.evaluation.passes.byte_windows import next_tokens
from core.jobs.job import Context
from core.jobs.result_codec import restored
from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.probes.bytes import spellings
from core.probes.bytes.asking import byte_model, healed, naive, next_byte
from core.probes.bytes.ends import next_byte_ends
from core.probes.bytes.found import NextByteEnds, Token
from core.probes.bytes.job import params_of
from core.probes.bytes.prompt import Prompt, fitted, prompt_of
from core.probes.bytes.reader import ContextReader
from core.probes.bytes.spellings import EverySpelling, WrittenSpellings
from core.probes.bytes.state import ByteSource, ByteState, openers
from core.probes.next_byte import find
from core.tokenizers.catalog import open_path
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.tokenizer import PLAIN, LocalTokenizer
from core.work.next_byte import JOB
from tests.test_command_line import refused
from tests.tiny_models import opened

END = 0
SHIPPED = ["shipped:tiny-english", "shipped:tiny-world"]
MERGES = [
    ["a a"],
    ["a b", "ab a"],
    ["b a", "a a", "aa ba"],
    ["a a", "aa aa", "b b", "aa b"],
    ["a b", "b b", "ab b", "b ab"],
    ["a c", "c a", "ac a", "b ac", "ca ca"],
]


@pytest.fixture(autouse=True)
def no_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokenizers of these tests need no trial in a process of their own, which takes a second each."""
    monkeypatch.setenv("TOKEN_ATLAS_VET", "off")


def bpe(folder: Path, merges: Sequence[str]) -> LocalTokenizer:
    """A byte-level tokenizer of the letters a to c with these merges and an end token, id 0."""
    words = ["<|end|>", "a", "b", "c", *("".join(merge.split()) for merge in merges)]
    document = {
        "version": "1.0",
        "added_tokens": [
            {"id": 0, "content": "<|end|>", "special": True, "single_word": False, "lstrip": False, "rstrip": False,
             "normalized": False}
        ],
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
        "decoder": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
        "model": {"type": "BPE", "vocab": {word: i for i, word in enumerate(words)},
                  "merges": [merge.split() for merge in merges]},
    }  # fmt: skip
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(document))
    return open_path(f"file:{path}", path, {})


class TrueModel:
    """A random order-2 source of letters that stops, pushed through a tokenizer: the token model that it makes.

    Args:
        leak: share of each string's probability that is spread evenly over all its spellings.
    """

    def __init__(self, tokenizer: LocalTokenizer, letters: str, longest: int, seed: int, leak: float = 0.0) -> None:
        rng = np.random.default_rng(seed)
        self.tokenizer, self.letters, self.leak = tokenizer, letters, leak
        self.pieces = vocabulary_of(tokenizer).pieces
        self.next: dict[str, np.ndarray] = defaultdict(lambda: rng.dirichlet(np.ones(len(letters) + 1)))
        self.mass: dict[bytes, float] = defaultdict(float)  # of all strings that begin so; "$" ends one
        self.tokens: dict[Ids, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        self.n_asked = 0
        for n in range(longest + 1):
            for string in map("".join, product(letters, repeat=n)):
                self._add(string, n == longest)

    def _add(self, text: str, last: bool) -> None:
        p = float(np.prod([self.next[text[max(0, n - 2) : n]][self.letters.index(c)] for n, c in enumerate(text)]))
        p *= 1.0 if last else self.next[text[-2:]][-1]
        for n in range(len(text) + 1):
            self.mass[text[:n].encode()] += p
        self.mass[text.encode() + b"$"] += p
        self._write(self.encode(text), p * (1 - self.leak))
        ways = self._spelled(text.encode()) if self.leak else []
        for ids in ways:
            self._write(ids, p * self.leak / len(ways))

    def _write(self, spelled: Ids, p: float) -> None:
        ids = (*spelled, END)
        for n in range(len(ids)):
            self.tokens[ids[:n]][ids[n]] += p

    @cache  # noqa: B019 one model per test
    def _spelled(self, data: bytes) -> list[Ids]:
        firsts = [i for i, piece in enumerate(self.pieces) if i != END and data.startswith(piece)]
        return [(i, *rest) for i in firsts for rest in self._spelled(data[len(self.pieces[i]) :])] if data else [()]

    def encode(self, text: str) -> Ids:
        return tuple(self.tokenizer.encode(text, PLAIN).ids.tolist()) if text else ()

    def __call__(self, contexts: Sequence[Ids]) -> np.ndarray:
        self.n_asked += len(contexts)
        rows = np.zeros((len(contexts), len(self.pieces)))
        for row, context in zip(rows, contexts, strict=True):
            row[list(self.tokens[context])] = [*self.tokens[context].values()]
        with np.errstate(divide="ignore"):
            return np.log(rows / rows.sum(1, keepdims=True))

    def source(self) -> ByteSource:
        table = byte_table(self.tokenizer, len(self.pieces))
        return ByteSource(self, table, WrittenSpellings(self.tokenizer, table), END)

    def expected(self, before: bytes) -> np.ndarray:
        """Conditional of each letter, and of the end."""
        return np.array([self.mass[before + e] for e in (b"a", b"b", b"c", b"$")]) / self.mass[before]


PLACES = [ord("a"), ord("b"), ord("c"), 256]


def walked(state: ByteState, data: bytes) -> ByteState:
    for byte in data:
        state = state.advance(byte)
    return state


@pytest.mark.parametrize("merges", MERGES, ids=" ".join)
def test_a_true_source_of_bytes_is_recovered(merges: list[str], tmp_path: Path) -> None:
    letters = "abc" if any("c" in merge for merge in merges) else "ab"
    model = TrueModel(bpe(tmp_path, merges), letters, longest=10 if letters == "ab" else 7, seed=len(merges))
    start = model.source().begin()
    n = 0
    for text in map("".join, product(letters, repeat=5)):
        state = start
        for at, byte in enumerate(text.encode()):
            assert state.next[PLACES] == pytest.approx(model.expected(text[:at].encode()), abs=1e-12)
            assert np.exp(state.log_mass) == pytest.approx(model.mass[text[:at].encode()], abs=1e-12)
            asked = model.n_asked
            state, n = state.advance(byte), n + 1
            assert model.n_asked - asked <= 1
        assert state.next.sum() == pytest.approx(1.0, abs=1e-12) and state.left_over < 1e-12
    assert n == 5 * len(letters) ** 5


@pytest.mark.parametrize("merges", MERGES, ids=" ".join)
def test_a_prompt_begun_anywhere_says_what_one_walked_from_the_start_says(merges: list[str], tmp_path: Path) -> None:
    model = TrueModel(bpe(tmp_path, merges), "abc", longest=7, seed=1)
    source = model.source()
    for data in (b"aabab", b"cacab", b"bbbab", b"aaaaa"):
        for n_walked in (0, 1, 3, 5):
            states = source.walk(data, n_walked)
            assert states[-1].next[PLACES] == pytest.approx(model.expected(data), abs=1e-12)
            assert len(states) > n_walked


def test_the_example_worked_by_hand(tmp_path: Path) -> None:
    """Letters a, each followed by another with probability .73. In tokens of two and one: P(aa)=.73², P(a)=.73·.27.

    Behind the token a nothing can follow, since another a would have made it aa. So the naive answer is 0, and exact,
    .73² of .73² + .73·.27, is .73 again.
    """
    tokenizer = bpe(tmp_path, ["a a"])

    def ask(contexts: Sequence[Ids]) -> np.ndarray:
        after = {True: [0.0, 0, 0, 0, 0], False: [0.27, 0.73 * 0.27, 0, 0, 0.73**2]}
        after[True][0] = 1.0
        with np.errstate(divide="ignore"):
            return np.log([after[1 in context] for context in contexts])

    table = byte_table(tokenizer, 5)
    source = ByteSource(ask, table, WrittenSpellings(tokenizer, table), END)
    every = ByteSource(ask, table, EverySpelling(), END)
    assert state_of(every, naive(source, (1,))).next[[97, 256]] == pytest.approx([0, 1], abs=1e-12)
    found = state_of(every, healed(source, (1,), [Token(1, b"a")])).next[[97, 256]]
    assert found == pytest.approx([0.73, 0.27], abs=1e-12)
    for text in (b"a", b"aaa", b"aaaa", b"aaaaa"):
        assert walked(source.begin(), text).next[[97, 256]] == pytest.approx([0.73, 0.27], abs=1e-12)


def state_of(source: ByteSource, opened: list[Any]) -> ByteState:
    return ByteState(source, b"", tuple(opened))


@pytest.mark.parametrize("leak", [0.02, 0.1, 0.5])
def test_what_a_leaky_model_gives_to_other_spellings_is_left_over(leak: float, tmp_path: Path) -> None:
    model = TrueModel(bpe(tmp_path, MERGES[3]), "ab", longest=8, seed=2, leak=leak)
    source = model.source()
    for text in ("ab", "aabb", "bbaab"):
        state = walked(source.begin(), text.encode())
        share = np.exp(state.log_mass) / model.mass[text.encode()]
        assert 1 - 2 * leak < share < 1
        assert 0 < state.left_over < 2 * leak
        every = ByteSource(model, source.table, EverySpelling(), END)
        complete = walked(every.begin(), text.encode())
        assert np.exp(complete.log_mass) == pytest.approx(model.mass[text.encode()], abs=1e-12)
        assert complete.next[PLACES] == pytest.approx(model.expected(text.encode()), abs=1e-12)
        assert np.abs(state.next - complete.next).max() > 1e-6


def test_a_state_stays_as_it_is_when_one_goes_on(tmp_path: Path) -> None:
    model = TrueModel(bpe(tmp_path, MERGES[2]), "ab", longest=8, seed=4)
    state = walked(model.source().begin(), b"ab")
    before = state.next.copy()
    one, other = state.advance(97), state.advance(98)
    assert np.array_equal(state.next, before) and one.data == b"aba" and other.data == b"abb"


def test_where_tokens_may_have_begun() -> None:
    keys = [b"a", b"ab", b"abc", b"b", b"bcd"]
    columns = np.zeros((3, 5), np.uint8)
    table = ByteTable(np.arange(5), columns, np.array([1, 2, 3, 1, 3], np.int32), np.empty(0, np.int64))
    assert openers(table, keys, b"xab") == [1, 2]  # abc and bcd go on, b and ab do not
    assert openers(table, keys, b"c") == []


# Real models.


@cache
def model_at(spec: str) -> LanguageModel:
    return open_model(spec, device="cpu")


def every_cover(data: bytes, model: LanguageModel, table: ByteTable) -> float:
    """Log-probability that the tokens spell a text that begins with `data`: one term for every sequence of tokens."""
    ask, pieces, end = next_tokens(model), vocabulary_of(model.tokenizer).pieces, model.special_ids["eos"]

    def rest(ids: Ids, data: bytes) -> float:
        if not data:
            return 0.0
        row = ask([ids])[0]
        row = row - np.log1p(np.exp(row[end]) - np.exp(row[table.others]).sum())  # no other token without bytes comes
        covering = [i for i in table.ids.tolist() if pieces[i].startswith(data)]
        shorter = [i for i in table.ids.tolist() if len(pieces[i]) < len(data) and data.startswith(pieces[i])]
        parts = [*row[covering], *(row[i] + rest((*ids, i), data[len(pieces[i]) :]) for i in shorter)]
        return float(np.logaddexp.reduce(parts, initial=-np.inf))

    return rest((), data)


@pytest.mark.parametrize("spec", SHIPPED)
@pytest.mark.parametrize("text", ["Once", " a\nb", "é1"])
def test_next_bytes_chained_are_the_sum_over_all_token_sequences(spec: str, text: str) -> None:
    model = model_at(spec)
    asked = byte_model(model, text, every=True)
    state, total = asked.start(), 0.0
    for byte in text.encode():
        total += float(np.log(state.next[byte]))
        state = state.advance(byte)
    front = asked.source.spellings.front
    expected = every_cover(front + text.encode(), model, asked.source.table)
    if front:
        expected -= every_cover(front, model, asked.source.table)
    assert total == pytest.approx(expected, abs=1e-4)


def test_tokens_that_may_follow_are_those_that_the_tokenizer_writes() -> None:
    model = model_at(SHIPPED[0])
    asked, text = byte_model(model, "Once upon"), "Once upon"
    ids, table = asked.ids(text), asked.source.table
    after = asked.source.after(ids)[0]
    allowed = asked.source.spellings.may_follow(ids, after)
    pieces = vocabulary_of(model.tokenizer).pieces
    places = [n for n, i in enumerate(table.ids.tolist()) if pieces[i].isascii() and not pieces[i].isspace()]
    cut = model.tokenizer.encode_many([text + pieces[int(table.ids[n])].decode() for n in places])
    writes = np.array(
        [tuple(found.tolist()) == (*ids, int(table.ids[n])) for n, found in zip(places, cut, strict=True)]
    )
    assert allowed is not None and 0 < writes.sum() < len(places)
    differs = np.array(places)[allowed[places] != writes]
    assert np.exp(after[differs]).sum() < 1e-4


TEXT = "One day, a little girl went to the park with her mom. She saw a big red ball and wanted to play.\n\n" * 3


def test_the_model_is_asked_once_a_byte() -> None:
    asked = byte_model(model_at(SHIPPED[0]), TEXT)
    state = asked.start()
    begun, nats = asked.reader.n_calls, 0.0
    for byte in TEXT.encode()[:200]:
        nats -= float(np.log(state.next[byte]))
        state = state.advance(byte)
    assert asked.reader.n_calls - begun <= 1.2 * 200
    assert nats < 200 * np.log(2) * 4 and not state.n_anew


@pytest.mark.parametrize("name", ["gpt2-tied", "gemma2-soft-caps", "bloom-alibi", "xglm-strict"])
def test_a_context_that_parts_from_the_last_says_what_it_says_alone(name: str, tmp_path: Path) -> None:
    model = opened(tmp_path, name)
    reader, alone = ContextReader(model), next_tokens(model)
    for ids in ((), (5, 6, 7), (5, 6, 7, 8), (5, 6, 9), (5,), (11, 12), (5, 6, 7, 8, 9, 10)):
        assert reader([ids])[0] == pytest.approx(alone([ids])[0], abs=1e-4)
    assert reader.n_calls == 7 and len(reader([(5,)])[0]) == model.n_rows and reader.n_calls == 7


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["probe", "next_byte", "--json", *arguments]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_command_gives_three_distributions(capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(capsys, "--model", SHIPPED[0], "--prompt", "Once upon a ti")
    for way in ("naive", "healed", "exact"):
        assert len(found[way]) == 257 and sum(found[way]) == pytest.approx(1.0, abs=1e-9)
    assert max(range(257), key=found["exact"].__getitem__) == ord("m")
    assert found["naive"][ord("m")] < 0.1 and found["exact"][ord("m")] > 0.9
    assert 0 <= found["left_over"] < 0.2 and found["model_calls"] <= 1.2 * 14 + 2
    assert sum(cover["mass"] for cover in found["covers"]) == pytest.approx(1.0, abs=1e-6)
    assert "".join(token["text"] for token in found["tokens"]) == "Once upon a ti"


PROMPTS = [
    "", " ", "\n", "\t\t", "Once upon a time ", "the ca", "def f(x):\n    ", "\t\tif", "        x", "<|endoftext|>",
    "</s>", "日本", "naïve café", "1234", "a" * 40, "🙂", "\u00a0", "e\u0301", "a\r\n",
]  # fmt: skip


@pytest.mark.parametrize("spec", [*SHIPPED, "shipped:tiny-unigram"])
def test_every_prompt_has_numbers_or_one_sentence(spec: str) -> None:
    n_answered = 0
    for prompt in PROMPTS:  # one model each, opened once
        try:
            found = next_byte(model_at(spec), prompt_of(prompt, None), 4)
        except UserError as error:
            assert str(error).endswith("."), (prompt, error)
            continue
        n_answered += 1
        for p in (found.naive, found.healed, found.exact):
            assert p is not None and p.sum() == pytest.approx(1.0, abs=1e-9), prompt
        assert 0 <= found.left_over <= 1 and found.sentences()
    assert n_answered >= (len(PROMPTS) if spec in SHIPPED else 5)


@pytest.mark.parametrize("spec", SHIPPED)
def test_a_prompt_may_end_inside_a_character(spec: str) -> None:
    found = next_byte(model_at(spec), prompt_of("", "63 61 66 c3"), 64)
    assert found.exact[0x80:0xC0].sum() == pytest.approx(1.0, abs=1e-3)  # the rest of it, and no other byte
    assert any("inside a character" in note for note in found.notes)


def test_a_long_prompt_is_read_from_its_end() -> None:
    model = model_at(SHIPPED[0])
    found = next_byte(model, prompt_of(TEXT * 20, None), 8)
    assert len(found.tokens) < (model.max_tokens or 0) and any("were not read" in note for note in found.notes)
    kept = fitted(Prompt(TEXT * 20), model.tokenizer, 100)
    assert kept.n_left_out + len(kept.text) == len(TEXT * 20) and TEXT.endswith(kept.text[-20:])
    assert fitted(Prompt("ab"), model.tokenizer, 100) == Prompt("ab")


def test_a_model_without_a_start_is_refused(tmp_path: Path) -> None:
    model = opened(tmp_path, "gpt2-tied")
    with pytest.raises(UserError, match="no token to begin a text"):
        next_byte(replace(model, special_ids={}), Prompt("a"), 8)


def test_a_model_may_have_more_rows_than_its_tokenizer_has_tokens(tmp_path: Path) -> None:
    found = next_byte(opened(tmp_path, "gpt2-tied", n_rows=333), Prompt("the c"), 8)
    assert found.exact.sum() == pytest.approx(1.0, abs=1e-9) and 0 < found.silent < 0.5


def test_text_beyond_the_window_is_one_sentence(tmp_path: Path) -> None:
    asked = byte_model(opened(tmp_path, "gpt2-tied"))
    state = asked.start()
    with pytest.raises(UserError, match="looks back on 128 tokens"):
        walked(state, bytes(range(48, 58)) * 30)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--prompt", "a"], "--model"),
        (["--model", "shipped:nothing"], "shipped model"),
        (["--model", SHIPPED[0], "--prompt-hex", "6x"], "no list of bytes"),
        (["--model", SHIPPED[0], "--prompt", "a", "--prompt-hex", "61"], "two prompts"),
        (["--model", SHIPPED[0], "--prompt-hex", "ff" * 600], "no UTF-8"),
        (["--model", SHIPPED[0], "--walked", "-1"], "too small"),
        (["--model", SHIPPED[0], "--spellings", "some"], "Known: all, written"),
        (["--model", SHIPPED[0], "--prompt", "\udcff"], "UTF-8"),
    ],
)
def test_bad_input_is_one_sentence(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert said in refused(capsys, "probe", "next_byte", *arguments)


def test_too_many_spellings_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spellings, "_MOST_CONTEXTS", 8)
    with pytest.raises(UserError, match="a few characters"):
        find(SHIPPED[0], "Once upon a time", None, 4, "all")


def test_the_probe_does_what_the_command_does() -> None:
    found = find(SHIPPED[0], "the ca", None, 4, "written")
    assert found.n_walked >= 4 and found.document()["walked_bytes"] == found.n_walked


def test_the_job_answers_for_each_end_as_the_probe_does() -> None:
    context = Context(params_of(SHIPPED[0], b"ab", 4, False))
    [unit] = JOB.units(context)
    found = restored(NextByteEnds, JOB.run_unit(unit, context)).answers
    assert [one.why for one in found] == [""] * 3
    for back, one in enumerate(found):
        wanted = find(SHIPPED[0], "ab"[: 2 - back], None, 4, "written")
        assert one.found is not None and one.found.document() == wanted.document()


def test_a_prompt_that_cannot_be_asked_about_fails_as_a_whole() -> None:
    model = replace(open_model(SHIPPED[0]), special_ids={})
    with pytest.raises(UserError, match="no token to begin a text"):
        next_byte_ends(model, b"ab", 4, False)
