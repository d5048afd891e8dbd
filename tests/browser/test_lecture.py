"""The lecture that ships in a real Chromium: the picture, its link in a fresh browser, a folder to keep, Runs."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import torch
from playwright.sync_api import Page, expect
from transformers import AutoModelForCausalLM, AutoTokenizer

from core.lab.example import lecture_plan
from tests.browser.conftest import drawn_box

APP = Path(__file__).parents[2] / "app.py"
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def compared(open_page: Callable[..., Page], app_server: Callable[..., str]) -> Page:
    """The page as it opens: the lecture's result, which ships."""
    if lecture_plan() is None:
        pytest.skip("the shipped models are not in this copy")
    page = open_page()
    page.goto(f"{app_server(APP)}/transplants")
    page.locator(".st-key-picture").first.wait_for()
    page.get_by_role("button", name="Compute it yourself").wait_for()
    return page


def test_the_lab_opens_on_a_transplant_that_others_can_look_at(compared: Page, open_page: Callable[..., Page]) -> None:
    page = compared
    assert drawn_box(page, ".st-key-picture")["bottom"] <= 800, "the picture is in view without scrolling"
    page.get_by_role("radio", name="Tokens", exact=True).click()
    page.locator(".st-key-classes").first.wait_for()
    link = page.url
    assert "lab=Tokens" in link

    other = open_page(width=390, dark=True)
    other.goto(link)
    other.locator(".st-key-picture").first.wait_for()
    other.locator(".st-key-classes").first.wait_for()
    assert other.evaluate("document.documentElement.scrollWidth") <= 390

    other.get_by_role("button", name="Change it").click()
    expect(other.get_by_role("button", name="Compare")).to_be_enabled()
    expect(other).to_have_url(re.compile(r"\?.*plan="))


def test_a_model_is_kept_as_a_folder_that_transformers_loads(compared: Page, tmp_path: Path) -> None:
    page = compared
    page.get_by_test_id("stMain").get_by_text("Keep", exact=True).click()
    page.get_by_role("button", name="Write the folder").click()
    page.get_by_role("button", name="Download as .zip").wait_for()
    page.get_by_text("Written and read back").first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as .zip").click()
    download.value.save_as(tmp_path / "kept.zip")
    with zipfile.ZipFile(tmp_path / "kept.zip") as kept:
        kept.extractall(tmp_path)
    folder = next(path.parent for path in tmp_path.rglob("config.json"))
    ids = torch.tensor([AutoTokenizer.from_pretrained(folder)("The weather is fine.")["input_ids"]])
    with torch.no_grad():
        loss = AutoModelForCausalLM.from_pretrained(folder)(ids, labels=ids).loss
    assert 0 < float(loss) < torch.log(torch.tensor(6144.0)), "better than a guess among its tokens"


def test_runs_opens_a_comparison(compared: Page) -> None:
    page = compared
    page.get_by_role("button", name="Compute it yourself").click()
    expect(page).to_have_url(re.compile(r"\?.*run="))
    key = parse_qs(urlsplit(page.url).query)["run"][0]
    page.locator(".st-key-picture").first.wait_for()
    page.get_by_role("link", name="Runs").click()
    page.locator(f".st-key-open_{key}").get_by_role("button").click()
    expect(page).to_have_url(re.compile(r"/transplants(\?|$)"))
    page.locator(".st-key-picture").first.wait_for()
    assert parse_qs(urlsplit(page.url).query)["run"] == [key]
    page.get_by_role("link", name="Runs").click()
    page.get_by_role("button", name="Cancel").click()  # or it computes for minutes beside the tests that follow
    page.get_by_text("Cancelled").first.wait_for()
