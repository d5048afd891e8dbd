"""A tokenizer of the user's on the Premium page, and other texts: counted as a job, shown as it comes, kept."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.premium.provenance import DEFINITIONS
from components.premium.view import VIEWS
from core.corpora.corpus import open_corpus
from core.corpora.example import example_table
from core.corpora.sources import flores200
from core.corpora.uploads import keep_corpus
from core.counting import brought
from core.counting.corpus import count_corpus
from core.counting.growing import growing
from core.counting.job import corpus_counting
from core.counting.table import CountedText
from core.counting.tally import Tally, known_layout, layout
from core.jobs.job import State
from core.jobs.queue import Jobs
from core.jobs.shared_cache import shared
from core.premium.atlas import atlas_tokenizers
from core.premium.partial import not_yet
from core.premium.premium import premiums, resample
from core.text.diacritics import without_marks
from core.tokenizers.catalog import open_tokenizer
from tests.jobs_home import PATIENCE, jobs_home, kill_daemon, until
from tests.pages import forget, opened

page = partial(opened, "premium")
SPEC = "builtin:words"


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path) -> Iterator[Path]:
    with jobs_home(tmp_path / "home", slots=1):
        yield tmp_path / "home"
    forget()


def counted(languages: list[str], corpus: str = "sample") -> None:
    """Count with a job, as the page does."""
    text = open_corpus(corpus)
    layout(text)
    counting = corpus_counting([open_tokenizer(SPEC)], text, languages)
    jobs = Jobs()
    job = jobs.wait(jobs.submit("count", counting.params, "s", counting.inputs).key, PATIENCE)
    assert job.state is State.DONE, job.message


def table(app: AppTest):
    return next(one.value for one in app.dataframe if "Code" in one.value.columns).set_index("Code")


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def test_what_jobs_finished_is_what_the_tokenizer_counts() -> None:
    text = open_corpus("sample")
    counted(["eng_Latn", "tha_Thai"])
    plan = known_layout(text.fingerprint)
    assert plan is not None and plan.languages == text.languages
    tally = Tally(plan, open_tokenizer(SPEC).info.fingerprint)
    done = tally.update()
    assert [code for code, whole in zip(plan.languages, done, strict=True) if whole] == ["eng_Latn", "tha_Thai"]
    for code in ("eng_Latn", "tha_Thai"):
        row, own = plan.languages.index(code), open_tokenizer(SPEC).count(text.sentences[code])
        assert np.array_equal(tally.tokens[row], own.tokens)
        assert np.array_equal(tally.unknown[row], own.unknown)
    counted(["deu_Latn"])  # another job, whose pieces the same tally takes in
    assert tally.update().sum() == 3
    count_corpus(open_tokenizer(SPEC), text)  # and what is counted while the caller waits
    assert tally.update().all()


def test_what_is_not_counted_says_so_and_the_rest_is_as_if_all_were() -> None:
    text = open_corpus("sample")
    counted(["eng_Latn", "tha_Thai"])
    info = open_tokenizer(SPEC).info
    plan = known_layout(text.fingerprint)
    assert plan is not None
    some, done = growing(CountedText.of(text), [(brought.keep(info), Tally(plan, info.fingerprint))])
    found = not_yet(premiums(some, "eng_Latn", "line", resample(some)), some, done)
    whole_table = count_corpus(open_tokenizer(SPEC), text)
    whole = premiums(whole_table, "eng_Latn", "line", resample(whole_table))
    thai, german = text.languages.index("tha_Thai"), text.languages.index("deu_Latn")
    assert found.value[0, thai] == whole.value[0, thai] and found.low[0, thai] == whole.low[0, thai]
    assert np.isnan(found.value[0, german]) and "not counted on German yet" in found.reasons[0, german]


def test_charts_fill_while_a_job_counts_and_say_how_far_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    counted(["eng_Latn", "tha_Thai"])
    key = brought.in_link(brought.keep(open_tokenizer(SPEC).info))
    found = next(job for job in Jobs().newest() if job.kind == "count")
    live = replace(found, state=State.RUNNING, total=0.0, done=0.0, stage="reading the text", remaining=None)
    monkeypatch.setattr("components.premium.brought.counting._jobs", lambda bench: [live])
    app = page(corpus="sample", counted=[key], premium="Table")
    assert table(app)[next(name for name in table(app).columns if "words" in name.lower())].notna().sum() == 2
    n = len(open_corpus("sample").languages)
    assert any(f"The charts show 2 of {n} cells by now" in each.value for each in app.caption)
    (bar,) = app.get("progress")  # there before anything is known of the work
    assert "reading the text" in bar.proto.text and bar.proto.value == 0


def test_another_text_says_how_far_its_premiums_lie_from_those_on_flores() -> None:
    text = open_corpus("sample")
    count_corpus(open_tokenizer("builtin:utf8-bytes"), text)
    app = page(corpus="sample", counted=["utf8-bytes"], premium="Texts", find="Thai, German, Burmese")
    assert not app.error
    (said,) = (each.value for each in app.caption if "divided by that on FLORES-200" in each.value)
    assert "for the 3 languages found" in said and f"all {len(text.languages) - 1} languages, shown or not" in said


def test_a_second_text_ships_and_says_for_each_language_how_far_it_lies() -> None:
    app = page(counted=["gpt-2", "o200k"], premium="Texts")
    assert not app.error
    (said,) = (each.value for each in app.caption if "divided by that on FLORES-200" in each.value)
    assert "Universal Declaration" in said and "languages, shown or not" in said
    app = page(counted=["gpt-2"], premium="Texts", base="acq_Arab", find="Thai")
    assert any("on the Universal Declaration. Choose another" in each.value for each in app.info)


def test_a_text_whose_languages_have_codes_of_two_letters_is_compared_with_flores() -> None:
    lines = "".join(f"Wir sehen {n} Häuser am Fluss,We see {n} houses by the river\n" for n in range(12))
    facts = keep_corpus("own.csv", f"de,en\n{lines}".encode())
    count_corpus(open_tokenizer("builtin:utf8-bytes"), open_corpus(facts.spec))
    app = page(corpus=facts.spec, counted=["utf8-bytes"], premium="Texts")
    assert not app.error and app.session_state["base"] == "en"
    (said,) = (each.value for each in app.caption if "divided by that on FLORES-200" in each.value)
    assert "The premium over English" in said and "for the 1 language found" in said and "of one comparison" in said


def test_the_part_of_flores_is_kept_while_another_text_is_shown() -> None:
    app = page(part="Devtest", counted=["utf8-bytes"])
    for text in ("sample", ""):
        next(one for one in app.radio if one.label == "Text").set_value(text).run()
        assert not app.exception and app.session_state["part"] == "Devtest"
    assert app.selectbox(key="part").value == "Devtest" and not app.selectbox(key="part").disabled
    assert "part" in app.session_state["premium_linked"], "which the address is written from"


def test_yours_are_kept_by_content_and_removed() -> None:
    one = brought.keep(open_tokenizer(SPEC).info)
    assert brought.kept() == {one.fingerprint: one}
    assert brought.from_link(brought.in_link(one)) == (SPEC, one.fingerprint)
    assert brought.from_link("gpt-2") is None
    brought.forget("../../etc/passwd")
    brought.forget(one.fingerprint)
    assert brought.kept() == {}


def test_a_shipped_tokenizer_is_recognised_by_its_content() -> None:
    info = open_tokenizer("builtin:utf8-bytes").info
    assert brought.same_content(info.fingerprint, atlas_tokenizers()) == "utf8-bytes"
    app = page(counted=[f"file:/else/where~{atlas_tokenizers()['gpt-2'].fingerprint}"])
    assert app.session_state["counted"] == ["gpt-2"]


def test_a_tokenizer_is_counted_on_the_sample_and_stands_in_every_view() -> None:
    key = brought.in_link(brought.keep(open_tokenizer(SPEC).info))
    app = page(corpus="sample", counted=["utf8-bytes", key], premium="Table")
    assert any("A demonstration" in each.value for each in app.markdown)
    assert table(app)["UTF-8 bytes (ByT5)"].isna().all()  # counts of another text stay out
    press(app, next(button.label for button in app.button if button.key == "count_missing"))
    jobs = Jobs()
    job = next(job for job in jobs.newest() if job.kind == "count")
    jobs.wait(job.key, PATIENCE)
    app.run()
    found = table(app)
    for label, spec in (("words", SPEC), ("UTF-8 bytes (ByT5)", "builtin:utf8-bytes")):
        counts = count_corpus(open_tokenizer(spec), open_corpus("sample"))
        truth = premiums(counts, "eng_Latn")
        column = next(name for name in found.columns if label.lower() in name.lower() and "95" not in name)
        for code in ("tha_Thai", "deu_Latn"):
            assert found.loc[code, column] == truth.value[0, truth.languages.index(code)]
    assert not any(button.key == "count_missing" for button in app.button)
    for view in VIEWS.all():
        app = page(corpus="sample", counted=["utf8-bytes", key], premium=view, family="Chosen")
        assert not app.error and app.session_state["premium"] == view


def test_without_the_text_the_page_offers_to_bring_it_or_to_use_the_sample(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(flores200, "_BESIDE", tmp_path / "nowhere")
    key = brought.in_link(brought.keep(open_tokenizer(SPEC).info))
    app = page(counted=["gpt-2", key], premium="Table")
    assert "26 MB" in app.info[0].value
    assert table(app)["GPT-2"].notna().all()
    press(app, "Use our sample instead")
    assert app.session_state["corpus"] == "sample"
    assert set(table(app).index) == set(open_corpus("sample").languages)


def test_a_link_to_a_file_of_the_senders_says_whom_to_ask() -> None:
    app = page(counted=["gpt-2", "upload:00112233445566aa/tokenizer.json~0123456789abcdef"])
    assert not app.error
    assert any("Ask for the file" in each.value for each in app.markdown)
    app = page(counted=["gpt-2", "builtin:words~0123456789abcdef"])
    press(app, "Add and count it")
    assert [one.spec for one in brought.kept().values()] == ["builtin:words"]


def test_a_text_that_is_not_here_is_one_message() -> None:
    app = page(corpus="upload:0123456789abcdef/gone.csv")
    assert len(app.error) == 1 and "Upload" in app.error[0].value
    assert app.session_state["corpus"] == ""


def test_a_killed_job_goes_on_and_what_it_counted_stays() -> None:
    key = brought.in_link(brought.keep(open_tokenizer(SPEC).info))
    counted(["eng_Latn"])
    text = open_corpus("sample")
    counting = corpus_counting([open_tokenizer(SPEC)], text)
    jobs = Jobs()
    job = jobs.submit("count", counting.params, "s", counting.inputs, "words on the sample")
    kill_daemon(Path(jobs.store.folder).parent)
    until(lambda: jobs.tend(now=True) is not None and jobs.get(job.key).state is not State.RUNNING)
    app = page(corpus="sample", counted=[key], premium="Table")
    if jobs.get(job.key).state is State.INTERRUPTED:
        press(app, "Resume")
    assert jobs.wait(job.key, PATIENCE).state is State.DONE
    app.run()
    assert table(app).iloc[:, 3].notna().all()


def test_shipped_numbers_do_not_change_beside_a_tokenizer_of_the_users() -> None:
    key = brought.in_link(brought.keep(open_tokenizer(SPEC).info))
    before = table(page(counted=["gpt-2"], premium="Table"))
    after = table(page(counted=["gpt-2", key], premium="Table"))
    assert before["GPT-2"].equals(after["GPT-2"].reindex(before.index))
    assert before["GPT-2 95 %"].equals(after["GPT-2 95 %"].reindex(before.index))
    assert len(after) == 204 and after.iloc[:, 5].isna().all()


def test_the_lossless_badge_counts_those_that_were_tried() -> None:
    key = brought.in_link(brought.keep(open_tokenizer(SPEC).info))
    app = page(counted=["gpt-2", "bert-cased", key])
    assert "1 of 2 lossless · 1 not tried" in [each.proto.popover.label for each in app.get("popover")]


ROWS = "".join(f"d{n // 3},Cat {n} sits,Die Katze {n} sitzt,Le chat {n}\n" for n in range(36))
OWN = f"doc,eng_Latn,deu_Latn,fra_Latn\n{ROWS}".encode()


def bring(app: AppTest, name: str, content: bytes) -> AppTest:
    app.file_uploader(key="premium_corpus_0").upload(name, content).run()
    assert not app.exception
    return app


def test_a_text_that_the_user_brings_is_counted_with_the_tokenizers_of_the_page_and_is_in_the_link() -> None:
    app = bring(page(counted=["utf8-bytes", "characters"], premium="Table"), "own.csv", OWN)
    assert not app.error
    jobs = Jobs()
    (job,) = (job for job in jobs.newest() if job.kind == "count")
    assert job.params["tokenizers"] == ["builtin:utf8-bytes", "builtin:characters"]
    assert jobs.wait(job.key, 60).state is State.DONE
    app.run()
    text = open_corpus(app.session_state["corpus"])
    assert text.languages == ("eng_Latn", "deu_Latn", "fra_Latn") and not text.groups
    truth = premiums(count_corpus(open_tokenizer("builtin:utf8-bytes"), text), "eng_Latn")
    assert table(app).loc["deu_Latn", "UTF-8 bytes (ByT5)"] == truth.value[0, truth.languages.index("deu_Latn")]
    app = page(corpus=text.spec, counted=["utf8-bytes", "characters"], premium="Evidence", language="eng_Latn")
    assert not app.error and app.session_state["corpus"] == text.spec


def test_measures_of_the_users_text_say_what_writing_without_marks_would_save() -> None:
    spoken = [f"Ẹ káàárọ̀ {n}" for n in range(12)]
    own = "eng_Latn,yor_Latn\n" + "".join(f"Good morning {n},{line}\n" for n, line in enumerate(spoken))
    facts = keep_corpus("own.csv", own.encode())
    count_corpus(open_tokenizer("builtin:utf8-bytes"), open_corpus(facts.spec))
    app = page(corpus=facts.spec, counted=["utf8-bytes"], premium="Measures", language="yor_Latn")
    (saved,) = (one.value["Saved without marks"][0] for one in app.dataframe if "Saved without marks" in one.value)
    with_marks, bare = (sum(len(line.encode()) for line in lines) for lines in (spoken, map(without_marks, spoken)))
    assert bare == sum(len(f"E kaaaro {n}") for n in range(12))
    assert saved == pytest.approx((with_marks - bare) / with_marks)


def test_a_column_of_the_users_text_says_what_belongs_together() -> None:
    app = bring(page(counted=["utf8-bytes"], premium="Table"), "own.csv", OWN)
    jobs = Jobs()
    jobs.wait(next(job for job in jobs.newest() if job.kind == "count").key, 60)
    app.run()
    (asked,) = (box for box in app.selectbox if box.label == "Sentences that belong together")
    assert asked.options == ["None known", "Same value in the column doc"]
    asked.set_value("doc").run()
    assert not app.exception and not app.error
    assert app.session_state["corpus"].endswith("/own.csv?groups=doc")
    app.session_state[DEFINITIONS] = True
    app.run()
    assert any("come from 12 groups, by the column doc" in each.value for each in app.markdown)
    assert len([job for job in jobs.newest() if job.kind == "count"]) == 1  # its pieces are counted already


@pytest.mark.parametrize("view", ["Ranked", "Slope"])
def test_premiums_of_a_text_with_too_few_groups_to_test_are_shown_and_say_so(view: str) -> None:
    rows = "".join(f"The cat {n},Die graue Katze {n},{n // 10}\n" for n in range(40))
    own = f"eng_Latn,deu_Latn,doc\n{rows}".encode()
    app = bring(page(counted=["utf8-bytes", "characters"], premium=view, family="Chosen"), "own.csv", own)
    jobs = Jobs()
    jobs.wait(next(job for job in jobs.newest() if job.kind == "count").key, PATIENCE)
    app.run()
    next(box for box in app.selectbox if box.label == "Sentences that belong together").set_value("doc").run()
    assert not app.exception and not app.error
    assert any("A test needs at least 10" in each.value and "there are 4" in each.value for each in app.caption)
    assert [one.key for one in app.get("plotly_chart") if one.key == view.lower()]


def test_what_is_no_parallel_text_is_one_message_and_the_page_stays() -> None:
    app = bring(page(counted=["utf8-bytes"]), "own.csv", b"eng_Latn,deu_Latn\nA\n")
    assert len(app.error) == 1 and "has 1 fields and the first line 2" in app.error[0].value
    assert app.session_state["corpus"] == "" and "uploaded_corpora" not in app.session_state


def test_a_text_that_went_meanwhile_is_one_message_and_the_shipped_counts(own_home: Path) -> None:
    app = bring(page(counted=["utf8-bytes"], premium="Table"), "own.csv", OWN)
    shared.cache_clear()
    shutil.rmtree(own_home / "corpora")
    app.run()
    assert not app.exception
    assert len(app.error) == 1 and "no longer stored here" in app.error[0].value
    assert len(table(app)) == 204


def test_where_uploads_are_off_the_page_takes_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    app = bring(page(counted=["utf8-bytes"]), "own.csv", OWN)
    spec = app.session_state["corpus"]
    monkeypatch.setenv("TOKEN_ATLAS_UPLOADS", "off")
    shared.cache_clear()  # a server with other settings is another process
    app = page(counted=["utf8-bytes"])
    assert not [one for one in app.file_uploader if one.label == "Parallel text"]
    assert not any("own.csv" in option for one in app.radio for option in one.options)
    app = page(corpus=spec, counted=["utf8-bytes"])
    assert len(app.error) == 1 and "takes no uploads" in app.error[0].value


def test_the_example_is_a_text_that_the_page_takes() -> None:
    facts = keep_corpus("example.csv", example_table())
    assert facts.languages == ("eng_Latn", "deu_Latn", "hin_Deva", "tha_Thai")
    assert (facts.n_sentences, facts.grouped_by, facts.n_groups) == (40, "article", 10)
    assert not facts.gaps
