"""The probe of numbers: places that line up, who adds rightly, what ships and what was published, adders trained."""

import json
import math
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from core.__main__ import main
from core.common.errors import UserError
from core.jobs.job import Context
from core.jobs.result_codec import restored
from core.models.load import open_own_model
from core.probes.sums.adders import ADDERS, ADDERS_FOLDER
from core.probes.sums.addition import Addition, additions, exercises
from core.probes.sums.answers import SumsAsked, joined
from core.probes.sums.asking import asked_bare
from core.probes.sums.job import params_to_ask, params_to_train
from core.probes.sums.places import in_columns, lines_up, sum_in
from core.probes.sums.prompts import WRITTEN, number_in, prompt
from core.probes.sums.published import published_shares
from core.probes.sums.shipped import shipped_sums
from core.probes.sums.training import answers_of
from core.probes.toys.answers import Answers
from core.probes.toys.toy import Diet
from core.probes.toys.train import batch, begun, train
from core.stats.shares import share as share_of
from core.work import adders
from core.work.sums import JOB as ASKING
from tests.jobs_home import computed

DIGITS, LEFT, RIGHT = ADDERS
CPU = torch.device("cpu")


def test_numbers_are_cut_as_their_tokenizers_cut_them() -> None:
    for adder, cut in zip(ADDERS, ("1 2 3 4 + 5 6 7 8 9 =", "123 4 + 567 89 =", "1 234 + 56 789 ="), strict=True):
        assert adder.tokens("1234+56789=") == cut.split()
        encoding = adder.tokenizer().encode("1234+56789=")
        assert encoding.tokens == cut.split() and adder.tokenizer().decode(encoding.ids) == "1234+56789="


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("1234+56789", (True, False, True)),
        ("123456+654321", (True, True, True)),
        ("999999+1", (True, True, True)),  # one number of one place: no cut below it
        ("9999+1111", (True, False, True)),  # the sum has a digit more
        ("12+34", (True, True, True)),
        ("500+500", (True, False, True)),  # 100 0
    ],
)
def test_places_line_up_as_worked_by_hand(text: str, alike: tuple[bool, ...]) -> None:
    assert tuple(lines_up(sum_in(text), adder) for adder in ADDERS) == alike


def test_a_sum_stands_in_columns_with_bars_where_tokens_end() -> None:
    assert in_columns(Addition(999, 1234), RIGHT).splitlines() == ["  9 9 9", "1|2 3 4", "2|2 3 3"]


def test_carries_are_counted_as_by_hand() -> None:
    found = [Addition(a, b).n_carries for a, b in ((1, 2), (5, 5), (95, 7), (999, 1), (450, 550), (123, 456))]
    assert found == [0, 1, 2, 3, 2, 0]


@pytest.mark.parametrize("text", ["", "12", "1+2+3", "1-2", "1+x", "1.5+2", "١+٢", "1234567890+1", "+"])
def test_what_is_no_sum_is_said(text: str) -> None:
    with pytest.raises(UserError, match="Give"):
        sum_in(text)


def test_sums_are_drawn_alike_and_of_their_lengths() -> None:
    sums = additions(6, 20, 3)
    assert sums == additions(6, 20, 3) != additions(6, 20, 4)
    assert [one.n_digits for one in sums] == [n for n in range(1, 7) for _ in range(20)]
    assert all(len(str(one.a)) == len(str(one.b)) for one in sums)
    drawn = exercises(6, np.random.default_rng(0), 400)
    alike = np.mean([len(q.split("+")[0]) == len(q.split("+")[1]) - 1 for q, _ in drawn])
    assert 0.5 < alike < 0.68 and all(sum_in(q.rstrip("=")).answer == int(a) for q, a in drawn)


def test_a_planted_adder_answers_all_and_one_that_forgets_carries_only_sums_without() -> None:
    sums = additions(4, 30, 0)
    numbers = tuple((one.a, one.b) for one in sums)
    without = tuple(
        int("".join(str((int(x) + int(y)) % 10) for x, y in zip(str(one.a), str(one.b), strict=True))) for one in sums
    )
    knows = Answers("knows", "knows", "", tuple(one.answer for one in sums))
    found = SumsAsked(numbers, (knows, Answers("forgets", "forgets", "", without)))
    assert found.share(knows).value == 1
    assert all(share.value == 1 for part in found.parts for share, _ in found.shares(knows, part).values())
    by_carries = found.shares(found.by[1], "carries")
    assert {part: share.value for part, (share, _) in by_carries.items()} == {
        part: float(part == "0") for part in by_carries
    }
    assert sum(n for _, n in by_carries.values()) == len(sums)


def test_wilson_intervals_are_those_of_the_textbook() -> None:
    """Newcombe 1998, table I: 81 of 263, and 0 of 20."""
    found, none = share_of(81, 263), share_of(0, 20)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    assert (none.low, round(none.high, 4)) == (0, 0.1611)
    assert math.isnan(share_of(0, 0).value) and share_of(0, 0).reason


def test_published_shares_are_those_of_the_paper() -> None:
    shares = {(one.written, one.sums): round(100 * one.share.value, 1) for one in published_shares()}
    assert [*shares.values()] == [67.5, 93.8, 8.2, 98.1]
    assert published_shares()[2].right / published_shares()[2].n == 0.0825
    parts = published_shares()[1:3]
    assert sum(one.n for one in parts) == published_shares()[0].n
    assert sum(one.right for one in parts) == published_shares()[0].right


def test_a_prompt_shows_right_sums_in_its_style() -> None:
    for written in WRITTEN:
        *shown, asked = prompt(Addition(1234, 5678), written).splitlines()
        assert asked == {"plain": "1234+5678=", "commas": "1,234+5,678="}[written]
        for line in shown:
            question, answer = line.replace(",", "").split("=")
            assert number_in(answer) == sum(map(int, question.split("+")))


def test_shipped_adders_are_small_and_say_what_ships() -> None:
    """A dozen sums again: the same tokens, whichever machine multiplies."""
    shipped = shipped_sums()
    some = range(0, len(shipped.adders.numbers), 30)
    sums = [shipped.adders.sums[n] for n in some]
    for adder, answers in zip(ADDERS, shipped.adders.by, strict=True):
        assert sum(path.stat().st_size for path in adder.folder.iterdir()) < 2_000_000
        assert answers_of(adder, adder.folder, sums, "cpu").by[0].said == tuple(answers.said[n] for n in some)
    assert json.loads((ADDERS_FOLDER / "made.json").read_text())["steps"] == 1600


def test_shipped_adders_differ_by_how_digits_are_cut() -> None:
    shipped = shipped_sums().adders
    digits, left, right = (shipped.share(one) for one in shipped.by)
    assert left.high < min(digits.low, right.low) and min(digits.value, right.value) > 0.95
    for one in shipped.by:  # two digits stand in one token, whichever way they are cut
        assert shipped.shares(one, "digits")["2"][0].value == 1


def test_the_table_of_the_docs_is_that_of_the_shipped_answers() -> None:
    shipped = shipped_sums().adders
    page = Path("docs/probes/numbers.md").read_text(encoding="utf-8")
    for one in shipped.by:
        values = [shipped.share(one), *(share for share, _ in shipped.shares(one, "digits").values())]
        row = " | ".join([one.label, *(f"{value.value:.2f}".removeprefix("0") for value in values)])
        assert f"| {row} |" in page
    plainly, with_commas = (f"{shipped_sums().real.share(one).value:.2f}"[1:] for one in shipped_sums().real.by)
    n = len(shipped_sums().real.numbers)
    assert f"asked {n} of such sums: {plainly} right plainly and {with_commas} with commas" in page


def test_a_batch_teaches_answers_and_nothing_else() -> None:
    tokenizer = RIGHT.tokenizer()
    read, targets = batch(tokenizer, [("12+34=", "46"), ("1234+1=", "1235")])
    words = {i: word for word, i in tokenizer.get_vocab().items()}
    assert [words[i] for i in read[1].tolist()] == ["<s>", "1", "234", "+", "1", "=", "1", "235"]
    assert [words.get(i) for i in targets[1].tolist()] == [*[None] * 5, "1", "235", "</s>"]
    assert [words.get(i) for i in targets[0].tolist()] == [*[None] * 4, "46", "</s>", *[None] * 2]


def taught(steps: int, seed: int = 0) -> dict[str, torch.Tensor]:
    diet = Diet(steps, exercises=32, seed=seed)
    return dict(train(DIGITS.tokenizer(), partial(exercises, 1), diet, "toy", CPU).state_dict())


def test_the_same_seed_gives_the_same_bits() -> None:
    first, again, other = taught(3), taught(3), taught(3, seed=1)
    assert all(torch.equal(values, again[name]) for name, values in first.items())
    assert not torch.equal(first["model.norm.weight"], other["model.norm.weight"])


def test_a_toy_learns() -> None:
    read, targets = batch(DIGITS.tokenizer(), exercises(1, np.random.default_rng(5), 100))
    losses = []
    for state in (taught(1), taught(12)):
        module = begun(DIGITS.tokenizer()).eval()
        module.load_state_dict(state)
        with torch.no_grad():
            logits = module(read).logits.flatten(0, 1)
        losses.append(float(torch.nn.functional.cross_entropy(logits, targets.flatten())))
    assert losses[1] < 0.8 * losses[0]


def test_rows_of_threes_begin_with_what_their_digits_share() -> None:
    torch.manual_seed(0)
    tokenizer = RIGHT.tokenizer()
    rows = begun(tokenizer).get_input_embeddings().weight.detach()
    at = tokenizer.get_vocab()
    moved = rows[at["123"]] - rows[at["124"]]
    assert torch.allclose(moved, rows[at["773"]] - rows[at["774"]], atol=1e-6)
    assert not torch.allclose(moved, rows[at["23"]] - rows[at["42"]], atol=1e-3)


def test_the_job_trains_three_and_asks_them_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where visitors may not name files."""
    monkeypatch.setenv("TOKEN_ATLAS_PATHS", "off")
    context = Context(params_to_train(1, 2, 1, 2, 0), scratch=tmp_path)
    parts = [(unit, adders.run_unit(unit, context)) for unit in adders.units(context)]
    found = restored(SumsAsked, adders.combine(iter(parts), context))
    assert [one.key for one in found.by] == [adder.key for adder in ADDERS]
    assert found.sums == additions(1, 2, 1)
    alone = open_own_model(tmp_path / "left")
    assert asked_bare(alone, found.sums, "left", LEFT.label).by[0] == found.by[1]
    assert [unit.size for unit in adders.units(context)] == [2, 2, 2]


def test_the_job_asks_a_model_in_both_styles() -> None:
    found = restored(SumsAsked, computed(ASKING, params_to_ask("shipped:tiny-english", 1, 2, 1)))
    assert [one.key for one in found.by] == ["shipped:tiny-english plain", "shipped:tiny-english commas"]
    assert found.sums == additions(1, 2, 1)


def test_answers_to_other_sums_are_not_joined() -> None:
    one, other = (SumsAsked(((n, n),), ()) for n in (1, 2))
    with pytest.raises(AssertionError):
        joined([one, other])


def test_the_command_asks_the_adders(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "numbers", "--longest", "2", "--each", "3", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [one["by"] for one in document["answers"]] == ["digits", "left", "right"]
    assert len(document["sums"]) == 6 and document["answers"][0]["right"]["digits"]["2"]["n"] == 3


def test_a_model_of_text_is_asked_in_both_styles(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["probe", "numbers", "--model", "shipped:tiny-english", "--longest", "1", "--each", "2"]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "tiny-english, plain" in said and "tiny-english, commas" in said


def test_a_model_that_looks_back_on_too_little_is_refused() -> None:
    model = open_own_model(DIGITS.folder, "cpu")
    model.module.config.max_position_embeddings = 8
    with pytest.raises(UserError, match=r"looks back on 8 tokens; to be asked it needs 1\d"):
        asked_bare(model, [Addition(123, 456)], "digits", "digits")
