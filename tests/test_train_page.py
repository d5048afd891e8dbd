"""The page Train without a browser: it asks, trains, shows what came of it, and takes that to other pages."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components.premium.brought.owner import known_here
from components.premium.texts import COUNTED
from components.runs import count_corpus
from components.runs.job_cards import OPENED
from components.training import form, further, result
from components.training import texts as training_texts
from components.training.charts import ALL_TEXT, by_size_chart, by_text_chart
from components.widgets.page_link import component as link
from components.widgets.pickers import TOKENIZERS
from components.widgets.trained_here import trained_here
from core.common.numbers import THIN, count
from core.counting.brought import from_link
from core.jobs.job import State
from core.jobs.queue import Jobs
from core.lab.link import plan_from_link
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.trained import note_owner, trained_names
from core.training import revealed
from core.training.asked import SPECIALS, asked_recipe
from core.training.family import LANGUAGES, SHIPPED, SIZES, family_recipes, shipped_family, shipped_one
from core.training.job import KIND, recipes_in, trained_in, trained_so_far, training
from core.training.recipe import TrainingRecipe
from core.training.sources import PYTHON
from core.training.train import trained
from tests.jobs_home import ROOT, jobs_home
from tests.pages import opened, unopened

pytestmark = pytest.mark.usefixtures("one_server", "looks_here")
TEXTS = ["sample deu_Latn", "sample eng_Latn", "sample rus_Cyrl"]
PATIENCE = 600.0  # seconds; only so that nothing hangs for ever


def words(app: AppTest) -> str:
    return "\n".join(f"{one.value}" for kind in (app.markdown, app.caption, app.info, app.error) for one in kind)


def said(app: AppTest) -> str:
    """The same without what keeps it from being read as Markdown."""
    return re.sub(r"\\(?=[^\w\s])", "", words(app))


def in_the_frame(job: str) -> AppTest:
    """The page as it stands among the others, to which its buttons lead."""
    app = unopened()
    app.switch_page(str(ROOT / "pages" / "train.py"))
    app.query_params[OPENED] = job
    return app.run()


def test_it_opens_on_a_form_that_can_be_handed_in_at_once() -> None:
    app = opened("train")
    assert not app.error and not app.button(key="train_submit").disabled
    assert "9 tokenizers on" in words(app) and len(app.get("plotly_chart")) == 5, "and shows what ships"


@pytest.mark.parametrize(
    ("view", "n_charts", "said"),
    [
        ("overlap", 5, "Read across"),
        ("use", 6, "entries that never stand in the text of the lines kept apart"),
        ("equal-length", 6, "at which each language takes as many"),
        ("growth", 4, "Click a token for how it was made"),
        ("reveal", 4, "which of two pairs was merged first says which was more frequent"),
        ("model", 4, "each in place of the model's own"),
        ("time", 5, "Of training alone"),
    ],
)
def test_every_closer_look_opens_from_its_link(view: str, n_charts: int, said: str) -> None:
    app = opened("train", train_view=view)
    assert not app.error and not app.exception
    assert len(app.get("plotly_chart")) == n_charts and said in words(app)


def test_tables_that_were_uploaded_are_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would be read in the server's process to know what is trained on."""
    monkeypatch.setattr(training_texts, "uploaded_corpora", lambda: {"upload:x": "Mine"})
    monkeypatch.setattr(count_corpus, "uploaded_corpora", lambda: {"upload:x": "Mine"})
    assert "upload:x" in count_corpus.corpora()
    app = opened("train")
    assert "Mine" not in app.selectbox(key="train_corpus").options


def test_what_is_missing_is_said_and_so_is_what_is_too_much() -> None:
    app = opened("train")
    app.get("button_group")[0].set_value([]).run()
    assert "Choose a trainer." in words(app)
    app.get("button_group")[0].set_value(["bpe", "bpe-characters", "unigram", "wordpiece", "superbpe"]).run()
    app.get("button_group")[1].set_value(["500", "1000", "2000", "4000", "8000"]).run()
    assert "25 tokenizers; at most 24" in words(app)


def test_special_tokens_are_taken_from_the_link_and_any_can_be_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    handed_in: list[tuple[TrainingRecipe, ...]] = []
    monkeypatch.setattr(form, "training", lambda recipes: handed_in.append(tuple(recipes)) or training(recipes))
    monkeypatch.setattr(form, "submit", lambda *asked: None)
    written: dict[str, object] = {}
    monkeypatch.setattr(link, "page_link", lambda parameters, **_: written.update(parameters))
    for linked, there in (({}, list(SPECIALS)), ({"train_specials": ["<a>", "<b>", "<a>"]}, ["<a>", "<b>"])):
        assert opened("train", **linked).multiselect(key="train_specials").value == there
    app = opened("train", train_specials="", train_trainers="bpe", train_sizes="1000")
    assert app.multiselect(key="train_specials").value == [], "none may be asked for"
    assert written["train_specials"] == [""], "which the link says too"
    app.multiselect(key="train_specials").set_value(["<|end|>", "<|of a turn|>"]).run()
    assert written["train_specials"] == ["<|end|>", "<|of a turn|>"]
    app.button(key="train_submit").click().run()
    [[recipe]] = handed_in
    assert not app.error and recipe.options.specials == ("<|end|>", "<|of a turn|>")
    app.multiselect(key="train_specials").set_value(["the"]).run()
    assert "'the' cannot be a special token" in words(app)


def test_numbers_are_read_as_people_type_them() -> None:
    app = opened("train", train_seed="1.5")
    assert app.text_input(key="train_seed").value == "0"
    for key, typed, field in (("train_seed", "1e3", "1000"), ("train_apart", "12,5", "12.5")):
        app.text_input(key=key).set_value(typed).run()
        assert not app.error and app.text_input(key=key).value == field
    app.text_input(key="train_frequency").set_value("1,5").run()
    assert "Least frequency: '1,5' is no whole number from 1 to 1000." in words(app).replace("\\", "")


def test_parity_asks_for_languages_alone() -> None:
    app = opened("train")
    app.get("button_group")[0].set_value(["parity"]).run()
    assert "take out code" in words(app)
    app.checkbox(key="train_code").uncheck().run()
    assert not app.error and not app.button(key="train_submit").disabled


def test_parity_takes_code_where_the_first_merges_are_those_of_all_text(monkeypatch: pytest.MonkeyPatch) -> None:
    handed_in: list[tuple[TrainingRecipe, ...]] = []
    monkeypatch.setattr(form, "training", lambda recipes: handed_in.append(tuple(recipes)) or training(recipes))
    monkeypatch.setattr(form, "submit", lambda *asked: None)
    app = opened("train", train_trainers="parity", train_param_parity_global_merges="300", train_sizes="1000")
    app.button(key="train_submit").click().run()
    [[recipe]] = handed_in
    assert not app.error and recipe.params["global_merges"] == 300
    assert len(recipe.files) == len(recipe.parallel) + 1 and recipe.files[-1].name == PYTHON


def test_a_pasted_text_is_trained_on_alone_or_with_the_others_in_sizes_that_it_gives() -> None:
    app = opened("train")
    app.text_area[0].set_value("The cat sat on the mat and was seen there again. " * 720)
    next(one for one in app.button if one.label == "Add it").click().run()
    assert app.session_state["train_own_turn"] == 1, "the popover is another, which is closed"
    assert app.session_state["train_sizes"] == ["500", "1000"], "35 kB give no 2,000"
    assert "6 tokenizers on 34" in words(app) and app.checkbox(key="train_code").disabled
    app.toggle(key="train_only_own").set_value(False).run()
    assert not app.checkbox(key="train_code").disabled
    n_kb = re.search(r"6 tokenizers on (\d+)", words(app))
    assert n_kb is not None and int(n_kb[1]) > 100, "with the languages and the code"


def test_sizes_that_were_chosen_stay_where_a_text_is_added() -> None:
    app = opened("train", train_sizes=["2000", "8000"])
    app.text_area[0].set_value("One line of text.")
    next(one for one in app.button if one.label == "Add it").click().run()
    assert app.session_state["train_sizes"] == ["2000", "8000"]


def test_a_number_of_entries_below_the_alphabet_is_one_sentence() -> None:
    app = opened("train")
    app.get("button_group")[1].set_value(["500"]).run()
    assert not app.error
    recipe = asked_recipe("bpe", 500, TEXTS)
    assert training([recipe]).label == "BPE on bytes, 500 entries, on German, English, Russian"


@pytest.mark.slow
def test_two_are_trained_shown_and_taken_to_segmentation(tmp_path: Path) -> None:
    with jobs_home(tmp_path / "home"):
        recipes = [asked_recipe("bpe", n, TEXTS, heldout=0.3) for n in (400, 100_000)]
        asked = training(recipes)
        job = Jobs().submit(KIND, asked.params, "ann", asked.inputs, asked.label)
        job = Jobs().wait(job.key, PATIENCE)
        assert job.state is State.DONE, job.message
        found = trained_in(Jobs().result(job.key))
        assert [one.n_vocabulary for one in found.made] == [400]
        assert re.match(
            rf"The text gives [\d{THIN}]+ entries by BPE on bytes, not {count(100_000)}\.", found.not_made[0].why
        )
        assert len(trained_so_far(Jobs().store, job).made) == 1, "what is finished is there before the job is"
        [one] = found.made
        assert one.whole.low < one.whole.bytes_per_token < one.whole.high
        assert [part.name for part in one.parts] == ["German", "English", "Russian"]
        assert not sys.platform.startswith("linux") or 0 <= one.peak_bytes < 2**31

        app = in_the_frame(job.key)
        assert not app.error and len(app.get("plotly_chart")) == 4, "with one, there is nothing to overlap"
        assert f"not {count(100_000)}" in "\n".join(f"{one.value}" for one in app.warning)
        assert trained_names() == []
        app.button(key="train_to_segmentation").click().run()
        assert not app.exception
        [name] = trained_names()
        assert app.session_state[TOKENIZERS] == [f"trained:{name}"]
        assert open_tokenizer(f"trained:{name}").info.n_vocabulary == 400

        app = in_the_frame(job.key)
        app.button(key="train_to_premium").click().run()
        assert not app.exception
        [key] = app.session_state[COUNTED]
        assert from_link(key) and known_here()[key].spec == f"trained:{name}"

        app = in_the_frame(job.key)
        app.button(key="train_to_transplants").click().run()
        assert not app.exception
        assert plan_from_link("".join(app.query_params["plan"])).tokenizer == f"trained:{name}"


@pytest.mark.slow
def test_what_ships_tells_what_its_text_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revealed, "_MERGES", 100)
    with jobs_home(tmp_path / "home"):
        app = opened("train", train_view="reveal")
        n_charts = len(app.get("plotly_chart"))
        app.button(key="train_reveal_ask").click().run()
        (job,) = Jobs().newest()
        assert job.kind == "mixture" and "(controlled)" in job.label
        assert Jobs().wait(job.key, PATIENCE).state is State.DONE
        app.run()
        assert not app.error and not app.exception and len(app.get("plotly_chart")) == n_charts + 1
        assert "of the text apart" in words(app)
        assert trained_names() == [], "what ships is not kept again"


def test_what_is_set_of_trainers_is_asked_for_and_stands_in_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, written = list[TrainingRecipe](), dict[str, list[str]]()
    monkeypatch.setattr(form, "submit", lambda _, params, *__: asked.extend(recipes_in(params)))
    monkeypatch.setattr(link, "page_link", lambda parameters, **_: written.update(parameters))
    chosen = {"train_trainers": ["superbpe", "lz-aware"], "train_sizes": ["500"], "train_pre": "gpt2"}
    set_before = {"train_param_superbpe_transition": "300", "train_param_superbpe_words": "many"}
    app = opened("train", **chosen, **set_before)
    assert app.expander[0].proto.expanded, "what the link sets up is in sight"
    assert not app.error and "SuperBPE: transition 300." in said(app)
    assert app.text_input(key="train_param_superbpe_words").value == "4", "what cannot be is as usual"
    app.selectbox(key="train_param_lz-aware_serialisation").select("fixed").run()
    assert "LZ-aware BPE: tokens as bytes fixed." in said(app)
    app.text_input(key="train_param_superbpe_transition").set_value("1.5").run()
    assert "transition cannot be '1.5': give a whole number" in said(app)
    app.text_input(key="train_param_superbpe_transition").set_value("400").run()
    app.button(key="train_submit").click().run()
    assert not app.error and not app.exception
    assert [(one.trainer, one.options.vocab, one.options.pre) for one in asked] == [
        ("superbpe", 500, "gpt2"), ("lz-aware", 500, "gpt2")
    ]  # fmt: skip
    assert asked[0].params == {"transition": 400, "words": 4, "pieces": "superbpe"}
    assert asked[1].params["serialisation"] == "fixed"
    assert {key: one for key, one in written.items() if one and key.startswith("train_")} == {
        **{key: [one] if isinstance(one, str) else one for key, one in chosen.items()},
        "train_param_superbpe_transition": ["400"],
        "train_param_lz-aware_serialisation": ["fixed"],
    }


def test_terms_are_typed_in_lines() -> None:
    """A field of one line joins the lines that are pasted into it."""
    app = opened("train")
    app.text_area(key="train_param_bpe_terms").set_value("dose\nstatin").run()
    assert not app.error and r"BPE on bytes: terms 'dose\nstatin'." in said(app)


def test_those_of_the_size_that_most_trainers_gave_are_taken_further() -> None:
    """The largest stood alone where a text gave only one trainer so many entries."""
    wanted = [("bpe", SIZES[0]), ("unigram", SIZES[0]), ("superbpe", SIZES[0]), ("superbpe", SIZES[1])]
    made = {f"{trainer}-{n}": shipped_one(trainer, n) for trainer, n in wanted}
    assert further._largest(made) == list(made)[:3]
    assert further._largest({key: made[key] for key in list(made)[2:]}) == [f"superbpe-{SIZES[1]}"]


def _reasons(n_made: int, n_not_made: int) -> None:
    from components.training.not_made import not_made
    from core.training.family import shipped_family
    from core.training.recipe import NotTrained, TrainedPlan

    made = shipped_family()[1].made
    not_made(
        TrainedPlan(made[:n_made], tuple(NotTrained(one.recipe, "Give more *text*.") for one in made[:n_not_made]))
    )


@pytest.mark.parametrize(
    ("n_made", "n_not_made", "fold"),
    [
        (3, 0, None),
        (3, 2, None),
        (3, 4, ("4 of 7 could not be made: why", False)),
        (0, 3, ("None could be made: why", True)),
    ],
)
def test_why_some_could_not_be_made_is_folded_unless_nothing_else_is_there(
    n_made: int, n_not_made: int, fold: tuple[str, bool] | None
) -> None:
    app = AppTest.from_function(_reasons, args=(n_made, n_not_made), default_timeout=60).run()
    assert not app.exception
    assert [(one.label, one.proto.expanded) for one in app.expander] == [fold] * (fold is not None)
    reasons = [one.value for one in app.warning] if fold is None else app.markdown[0].value.split("\n")
    assert len(reasons) == n_not_made and all(r"Give more \*text\*\." in one for one in reasons)


def test_what_others_trained_stands_in_no_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path))
    for name, owner in (("anns", "user:ann"), ("everybodys", "")):
        folder = tmp_path / "trained" / name
        folder.mkdir(parents=True)
        (folder / "tokenizer.json").write_text("{}")
        note_owner(folder, owner)
    assert trained_names() == ["anns", "everybodys"] and trained_names("user:ann") == ["anns", "everybodys"]
    assert trained_names("user:bob") == ["everybodys"]
    assert set(trained_here()) == {"trained:anns", "trained:everybodys"}, "nobody is told apart here"
    monkeypatch.setenv("TOKEN_ATLAS_PRIVATE_RUNS", "on")
    assert set(trained_here()) == {"trained:everybodys"}


def test_each_rule_that_cuts_words_otherwise_has_its_trainer() -> None:
    said = result._cut_otherwise(shipped_family()[1].made)
    assert "WordPiece cuts words by the rule bert, without tokens for spaces" in said
    assert "Less is Better cuts words by the rule superwords; the others by o200k." in said


def test_what_ships_is_every_trainer_in_every_size_on_text_not_seen() -> None:
    job, found = shipped_family()
    assert not found.not_made and len(found.made) == len(SHIPPED) * len(SIZES)
    assert {(one.recipe.trainer, one.n_vocabulary) for one in found.made} == {
        (key, n) for key in SHIPPED for n in SIZES
    }
    assert all(one.held_out and len(one.parts) == len(LANGUAGES) + 1 for one in found.made), "and code"
    assert not any("/" in each.name for each in job.inputs), "nobody's folders"


def test_one_text_by_itself_leaves_room_for_axis_and_legend() -> None:
    made = [one for one in shipped_family()[1].made if one.n_vocabulary == 32_768]
    layout = by_text_chart([replace(one, parts=one.parts[:1]) for one in made], made).figure.layout
    assert layout.xaxis.automargin  # else the title stands on the numbers
    legend = 29 * (len(made) // 2)  # two to a row on a phone
    assert layout.height * layout.legend.maxheight > legend
    assert layout.height - legend >= 120
    alone = by_text_chart([replace(made[0], parts=made[0].parts[:1])], made[:1]).figure.layout
    assert alone.height < layout.height


def test_a_trainer_looks_the_same_in_both_pictures_whichever_others_are_there() -> None:
    """A dot had the colour of another trainer's line where one of them had no tokenizer of that size."""
    _, found = shipped_family()
    some = [one for one in found.made if (one.recipe.trainer, one.n_vocabulary) != ("unigram", max(SIZES))]
    lines = {trace.name: (trace.line.color, trace.marker.symbol) for trace in by_size_chart(some, ALL_TEXT).figure.data}
    largest = [one for one in some if one.n_vocabulary == max(SIZES)]
    dots = {
        trace.name: (trace.marker.color, trace.marker.symbol) for trace in by_text_chart(largest, largest).figure.data
    }
    assert len(dots) == len(lines) - 1 and dots.items() <= lines.items()


@pytest.mark.slow
def test_what_ships_is_what_is_trained_here() -> None:
    if not (ROOT.parent / "shared" / "data").exists():
        pytest.skip("FLORES-200 is not beside the project")
    _, found = shipped_family()
    one = next(one for one in found.made if one.recipe.trainer == "bpe" and one.n_vocabulary == min(SIZES))
    [recipe] = [each for each in family_recipes() if (each.trainer, each.options.vocab) == ("bpe", min(SIZES))]
    assert recipe == one.recipe
    again = trained(recipe)
    assert again.content == one.content
    for field in ("bytes_per_token", "low", "high", "n_bytes", "n_measured_bytes"):
        assert getattr(again.whole, field) == pytest.approx(getattr(one.whole, field), rel=1e-9)
