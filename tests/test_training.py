"""What is trained is kept whole and opens everywhere, and what cannot be trained is a sentence."""

import errno
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from core.common.disk import DiskError
from core.common.errors import UnknownName, UserError
from core.common.home import home
from core.common.numbers import count
from core.jobs.job import KINDS, State
from core.jobs.queue import Jobs
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.submitted import tokenizer_files
from core.tokenizers.trained import delete_trained, trained_names, trained_specs
from core.training import export
from core.training.asked import asked_recipe
from core.training.fairness import fairness
from core.training.held_lines import HeldLines, lines_of_bytes
from core.training.job import KIND, trained_in, trained_so_far, training
from core.training.keep import RECIPE, kept, write, zipped
from core.training.recipe import Trained
from core.training.sources import opened_source, source_paths
from core.training.text import TrainingPart, parallel_lines, part_of, read_parts
from core.training.train import trained
from core.training.trainer import TRAINERS
from tests.jobs_home import computed, jobs_home, kill_workers, until
from tests.mounts import disk_of
from tests.training import ANY_SIZE, content, files, recipe, sentences

SOME = ("eng_Latn", "rus_Cyrl", "tha_Thai")


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def bpe(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return trained(recipe("bpe", 900, files(tmp_path_factory.mktemp("text"), SOME)))


@pytest.mark.parametrize(
    "key", [key if key == "bpe" else pytest.param(key, marks=pytest.mark.slow) for key in ANY_SIZE]
)
def test_every_trainer_gives_a_tokenizer_that_opens_by_name(key: str, tmp_path: Path) -> None:
    """As the job makes it; its spans are the file's, and of lossless ones they tile the text."""
    asked = training([recipe(key, 900, files(tmp_path, SOME))])
    [found] = trained_in(computed(KINDS.get(KIND), asked.params, asked.inputs)).made
    assert found.n_vocabulary == 900 and found.seconds > 0
    assert found.n_compared > 4_000, "of all scripts"
    spec = kept(found, "mine")
    tokenizer = open_tokenizer(spec)
    assert (spec, tokenizer.info.label, tokenizer.info.n_vocabulary) == ("trained:mine", "mine", 900)
    plain = Tokenizer.from_str(found.data.tobytes().decode())
    for line in [*sentences("eng_Latn")[:5], *sentences("tha_Thai")[:5]]:
        cut = tokenizer.segment(line)
        assert cut.ids.tolist() == plain.encode(line, add_special_tokens=False).ids
        if TRAINERS.get(key).cuts != ("bert",):
            assert b"".join(line.encode()[s:e] for s, e in zip(cut.starts, cut.ends, strict=True)) == line.encode()


def test_what_was_kept_apart_is_not_trained_on(bpe: Trained, tmp_path: Path) -> None:
    lines = [f"line {n % 400}" for n in range(800)]
    text = HeldLines("a", tuple(lines))
    part = part_of(text, 0.25, 7)
    trained_on = set("".join(part.chunks).split("\n"))
    assert not trained_on & set(part.held_out) and 60 < len(set(part.held_out)) < 140
    assert part.held_out != part_of(text, 0.25, 8).held_out
    assert "".join(part_of(lines_of_bytes("a", b"one\r\n\r\ntwo\n"), 0.0, 0).chunks) == "one\r\n\r\ntwo\n"


def test_languages_of_a_corpus_keep_the_same_sentences_apart() -> None:
    """By the number of the line: by its hash they were other sentences in each language."""
    names = [f"sample {code}" for code in SOME]
    texts = [opened_source(name) for name in names]
    every = [content(name).split("\n") for name in names]
    parts = read_parts(texts, 0.3, 0)
    assert parts[0].rows and len({part.rows for part in parts}) == 1
    for part, lines in zip(parts, every, strict=True):
        assert part.held_out == tuple(lines[row] for row in part.rows)
        assert not set(part.held_out) & set("".join(part.chunks).split("\n"))
    short = read_parts(texts, 0.3, 0, 2_000)
    assert [part.held_out for part in short] == [part.held_out for part in parts]
    assert all(part.n_bytes <= 2_000 for part in short)


def test_parity_weighs_no_sentence_that_is_kept_apart() -> None:
    texts = [HeldLines("a", ("one", "two", "three")), HeldLines("b", ("eins", "zwei", "drei"))]
    parts = [TrainingPart("a", (), ("two",)), TrainingPart("b", (), ())]
    assert [[*each] for each in parallel_lines(texts, parts)] == [["one", "three"], ["eins", "drei"]]


def test_tokens_of_the_same_sentences_are_those_of_the_file(tmp_path: Path) -> None:
    names = [f"sample {code}" for code in SOME]
    found = trained(asked_recipe("bpe", 900, [*names, str(files(tmp_path, ["fra_Latn"])[0])], heldout=0.3))
    made = Tokenizer.from_str(found.data.tobytes().decode())
    assert found.parallel.languages == ("English", "Russian", "Thai")
    rows = read_parts([opened_source(names[0])], 0.3, 0)[0].rows
    for name, tokens in zip(names, found.parallel.tokens, strict=True):
        lines = content(name).split("\n")
        assert tokens.tolist() == [len(made.encode(lines[row]).ids) for row in rows]
    fair = fairness(found.parallel)
    assert fair is not None and fair.reference == "English"
    sums = found.parallel.tokens.sum(1)
    assert fair.premiums[:, 0] == pytest.approx(sums / sums[0])
    assert (fair.premiums[1:, 1] < fair.premiums[1:, 0]).all() and (fair.premiums[1:, 0] < fair.premiums[1:, 2]).all()
    assert fair.premiums[0].tolist() == [1.0] * 3 and fair.gini[1] < fair.gini[0] < fair.gini[2]
    assert fairness(trained(recipe("bpe", 900, files(tmp_path, SOME), heldout=0.2)).parallel) is None


def test_bytes_per_token_are_those_of_the_lines_kept_apart(tmp_path: Path) -> None:
    paths = files(tmp_path, SOME)
    found = trained(recipe("bpe", 600, paths, heldout=0.2))
    held = [line for path in paths for line in part_of(opened_source(path), 0.2, 0).held_out]
    made = Tokenizer.from_str(found.data.tobytes().decode())
    n_tokens = sum(len(made.encode(line).ids) for line in held)
    assert found.whole.bytes_per_token == pytest.approx(sum(len(line.encode()) for line in held) / n_tokens)
    assert [part.name for part in found.parts] == list(SOME) and found.held_out
    assert found.whole.n_measured_bytes == sum(len(line.encode()) for line in held)


def test_the_folder_is_one_that_transformers_loads(bpe: Trained, tmp_path: Path) -> None:
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    write(bpe, tmp_path / "out", "out")
    loaded = AutoTokenizer.from_pretrained(tmp_path / "out")
    line = sentences("rus_Cyrl")[3]
    kept(bpe, "mine")
    assert (
        loaded(line, add_special_tokens=False)["input_ids"] == open_tokenizer("trained:mine").segment(line).ids.tolist()
    )
    assert type(loaded) is PreTrainedTokenizerFast, "as which the file is compared"
    assert loaded.eos_token == "<|endoftext|>"
    told = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    told += (tmp_path / "out" / RECIPE).read_text(encoding="utf-8")
    assert "900" in told and Path(bpe.recipe.files[0].name).name in told
    assert str(Path(bpe.recipe.files[0].name).parent) not in told


def test_an_export_that_cuts_otherwise_is_not_accepted() -> None:
    """The comparison sees a file whose pre-tokenizer is another."""
    made = Tokenizer(models.BPE({"a": 0, "Ġ": 1, "Ġa": 2}, [("Ġ", "a")]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    other = Tokenizer.from_str(made.to_str())
    other.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    assert export.check_export(made, export.vocabulary_file(made), (), "", ["a a"]) > 1000
    with pytest.raises(AssertionError, match="is cut otherwise by the file"):
        export.check_export(made, export.vocabulary_file(other), (), "", ["a a"])


def test_scores_of_unigram_are_those_that_its_file_holds() -> None:
    """A last digit is read back otherwise, and of two equally likely cuts the other was taken: training ended so."""
    scores = [("<unk>", 0.0), ("-", -5.607263565063477), ("---", -10.219645500183105)]
    trained_so = Tokenizer(models.Unigram(scores, 0, False))
    data, kept_so = export.vocabulary_file(trained_so), export.as_in_its_file(trained_so)
    dashes = "-" * 8
    assert trained_so.encode(dashes).tokens != kept_so.encode(dashes).tokens, "what is guarded against"
    assert export.check_export(kept_so, data, (), "", [dashes]) > 1000


def test_a_name_is_one_tokenizer(bpe: Trained, tmp_path: Path) -> None:
    first = kept(bpe)
    assert first.startswith("trained:bpe-900-") and kept(bpe) == first
    other = trained(recipe("bpe", 901, files(tmp_path, SOME)))
    with pytest.raises(UserError, match="another trained tokenizer called"):
        kept(other, first.partition(":")[2])
    assert trained_specs() == {first: first.partition(":")[2]}
    delete_trained(first.partition(":")[2])
    assert trained_names() == []
    with pytest.raises(UnknownName, match="trained tokenizer"):
        open_tokenizer(first)
    for name in ("../up", ".hidden", "a/b", "x" * 65):
        with pytest.raises(UserError, match="cannot be called"):
            kept(bpe, name)


def test_its_files_travel_to_other_machines(bpe: Trained) -> None:
    spec = kept(bpe, "mine")
    assert {"tokenizer.json", "tokenizer_config.json"} <= {path.name for path in tokenizer_files(spec)}


def test_a_full_disk_leaves_nothing(bpe: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("core.training.keep.card", full)
    with pytest.raises(DiskError, match="the disk of this server is full"):
        kept(bpe, "mine")
    assert trained_names() == [] and list(home("trained").iterdir()) == []


@pytest.mark.slow
def test_a_disk_that_fills_while_a_folder_is_written_leaves_none(bpe: Trained, tmp_path: Path) -> None:
    """A real one, of less room than the folder takes; what the page hands over needs no disk."""
    with disk_of("16k", tmp_path / "small") as disk:
        with pytest.raises(DiskError, match=r"^The folder of 'mine' was not kept: the disk of this server is full\."):
            write(bpe, disk / "mine", "mine")
        assert list(disk.iterdir()) == []
    with ZipFile(BytesIO(zipped(bpe, "mine"))) as archive:
        assert {"mine/tokenizer.json", "mine/tokenizer_config.json", "mine/README.md"} < set(archive.namelist())
        assert archive.read("mine/tokenizer.json") == bpe.data.tobytes()


@pytest.mark.slow
def test_a_plan_whose_worker_is_killed_goes_on_with_what_is_finished(tmp_path: Path) -> None:
    paths = files(tmp_path, SOME)
    asked = training([recipe("bpe", n, paths) for n in (400, 500, 600, 700)])
    with jobs_home(tmp_path / "home"):
        jobs = Jobs()
        key = jobs.submit(KIND, asked.params, "ann", asked.inputs, asked.label).key
        until(lambda: jobs.get(key).done >= 1)
        first = trained_so_far(jobs.store, jobs.get(key)).made[0]
        kill_workers(tmp_path / "home")
        job = jobs.wait(key, 300.0)
        assert job.state is State.DONE, job.message
        made = trained_in(jobs.result(key)).made
        assert [one.n_vocabulary for one in made] == [400, 500, 600, 700]
        assert made[0].content == first.content and made[0].seconds == first.seconds, "it was not made again"
        assert trained_names() == [], "nothing is kept that nobody kept"


def test_code_of_an_installed_package_is_a_text() -> None:
    text = content("package:jinja2")
    assert text == content("package:jinja2") and "class Environment" in text and len(text.encode()) < 10**6
    assert all(path.suffix == ".py" for path in source_paths("package:jinja2"))


def test_text_that_changed_is_refused(tmp_path: Path) -> None:
    paths = files(tmp_path, SOME)
    asked = recipe("bpe", 400, paths)
    Path(paths[1]).write_text("another text", encoding="utf-8")
    with pytest.raises(UserError, match=r"The text of rus_Cyrl has changed since training was asked for"):
        trained(asked)
    Path(paths[1]).unlink()
    with pytest.raises(UserError, match="cannot be read"):
        trained(asked)


@pytest.mark.parametrize(
    ("text", "vocab", "why"),
    [
        ("", 300, "no text to train on"),
        (" \n\t\n", 300, "no text to train on"),
        ("a", 300, r"entries by BPE on bytes, not 300\. Give more text, or lower the minimum frequency, which is 2\."),
        ("so so so so", 5000, "The text gives 25. entries"),
    ],
)
def test_too_little_text_is_a_sentence(text: str, vocab: int, why: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=why):
        trained(recipe("bpe", vocab, [str(path)]))


@pytest.mark.parametrize("key", [key for key in TRAINERS.all() if key != "bpe"])
def test_one_character_is_a_sentence_from_every_trainer(key: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("a\n", encoding="utf-8")
    paths = [str(path)] * (2 if key == "parity" else 1)
    with pytest.raises(UserError, match=r"entries|pieces|vocabulary"):
        trained(recipe(key, 700, paths))


@pytest.mark.parametrize("seed", range(12))
def test_a_single_line_is_trained_on_whatever_is_drawn(seed: int) -> None:
    """A pasted paragraph has no line end; with a share of nine tenths nearly every seed draws its only line."""
    part = part_of(HeldLines("a", ("a paragraph",)), 0.9, seed)
    assert ([*part.chunks], part.held_out) == (["a paragraph\n"], ())


@pytest.mark.parametrize("key", ["superbpe", "boundless"])
def test_a_small_vocabulary_has_a_transition_of_its_own(key: str, tmp_path: Path) -> None:
    """Four fifths of 300 is less than the alphabet."""
    path = tmp_path / "a.txt"
    path.write_text("".join(f"{line}\n" for line in sentences("eng_Latn")), encoding="utf-8")
    assert trained(recipe(key, 300, [str(path)])).n_vocabulary == 300


def test_advice_on_size_is_followed_to_success(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("so it goes, so it goes\n" * 9, encoding="utf-8")
    with pytest.raises(UserError) as told:
        trained(recipe("bpe", 5000, [str(path)]))
    size = int(str(told.value).split("ask for ")[1].split(" entries")[0].replace(",", ""))
    assert trained(recipe("bpe", size, [str(path)])).n_vocabulary == size


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"trainer": "bpee"}, "There is no trainer 'bpee'. Did you mean bpe"),
        ({"vocab": 256}, "256 entries cannot be made: BPE on bytes needs more than 257"),
        ({"vocab": 10**8}, f"{count(10**8)} entries cannot be made"),
        ({"pre": "gpt3"}, "There is no pre-tokenizer of bpe 'gpt3'"),
        ({"trainer": "wordpiece", "pre": "gpt2"}, "There is no pre-tokenizer of wordpiece 'gpt2'. Known: bert"),
        ({"digits": "apart"}, "There is no way to cut digits 'apart'"),
        ({"normaliser": "nfx"}, "There is no normaliser 'nfx'"),
        ({"min_frequency": 0}, "The minimum frequency cannot be 0"),
        ({"heldout": 0.9}, "The share kept apart cannot be 0.9"),
        ({"specials": ["<s>", "<s>"]}, "Special tokens must differ"),
        ({"specials": ["<s>", "\ud800"]}, "is no text in UTF-8"),
        ({"specials": ["the"]}, "'the' cannot be a special token"),
        ({"specials": ["Ġ"]}, "'Ġ' cannot be a special token"),
        ({"specials": ["."]}, "'.' cannot be a special token"),
        ({"trainer": "bpe-characters", "specials": ["<0x0A>"]}, "'<0x0A>' cannot be a special token"),
        ({"trainer": "wordpiece", "specials": ["##a"]}, "'##a' cannot be a special token"),
        ({"trainer": "unigram", "specials": ["<unk>"]}, "'<unk>' is there without being asked for"),
        ({"given": {"k": 1}}, "There is no parameter of bpe 'k'"),
        ({"trainer": "parity"}, "cannot be trained on this. It weighs languages"),
        ({"trainer": "superbpe", "given": {"transition": 900}}, "transition cannot be 900 with a vocabulary of 600"),
        ({"trainer": "superbpe", "given": {"transition": 12}}, "give a number from 257 to 599"),
        ({"trainer": "bpe-characters", "vocab": 258}, "258 entries cannot be made"),
        ({"files": []}, "Name at least one file"),
        ({"files": ["/nowhere/at/all"]}, "is no file"),
        ({"files": ["/tmp"]}, "is a folder"),
        ({"files": ["package:no-such-one"]}, "No package called 'no-such-one' is installed here."),
        ({"files": ["package:"]}, "No package called '' is installed here."),
    ],
)
def test_what_cannot_be_is_a_sentence(more: dict[str, object], why: str, tmp_path: Path) -> None:
    asked: dict[str, object] = {"trainer": "bpe", "vocab": 600, "files": files(tmp_path, SOME), **more}
    with pytest.raises(UserError) as told:
        trained(asked_recipe(**asked))  # type: ignore[arg-type]
    assert why in str(told.value) and str(told.value).endswith((".", "?")) and "\n" not in str(told.value)


def test_parallel_files_need_as_many_lines(tmp_path: Path) -> None:
    paths = files(tmp_path, SOME)
    Path(paths[2]).write_text("one\n", encoding="utf-8")
    with pytest.raises(UserError, match="as many lines each"):
        trained(recipe("parity", 400, paths))
