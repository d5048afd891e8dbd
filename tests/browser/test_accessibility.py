"""Every page keeps WCAG 2.2 AA as far as a program can tell, light and dark, in each of its views."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, TimeoutError

from components.lab.view import views as lab_views
from components.premium.view import VIEWS as PREMIUM
from components.probes.view import VIEWS as PROBES
from components.publish.page import page as published
from components.segmentation.tool import TOOLS
from components.vocabulary.view import VIEWS as VOCABULARY
from tests.browser.axe import violations
from tests.browser.conftest import open_button, stands_still

APP = Path(__file__).parents[2] / "app.py"

pytestmark = [pytest.mark.browser, pytest.mark.slow]

both_themes = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])


# A document's list of animations leaves out those in shadow trees, such as the card of a token that fades in.
FADED = """() => {
    const roots = [document];
    for (const root of roots) roots.push(...[...root.querySelectorAll("*")].flatMap((one) => one.shadowRoot ?? []));
    return roots.flatMap((root) => root.getAnimations()).every(
        (one) => one.playState !== "running" || one.effect.getTiming().iterations === Infinity);
}"""

DARK = """() => matchMedia("(prefers-color-scheme: dark)").matches"""

THEME = """scheme => getComputedStyle(document.querySelector('[data-testid="stApp"]')).colorScheme === scheme"""

WATCH = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    window.scriptRan = false;
    new MutationObserver(() => { window.scriptRan ||= app.dataset.testScriptState === "running"; })
        .observe(app, { attributes: true, attributeFilter: ["data-test-script-state"] });
}"""


class Findings:
    """What is wrong on the pages looked at, each with where it was seen."""

    def __init__(self) -> None:
        self.all: list[str] = []

    def look(self, page: Page, where: str) -> None:
        """In the theme that the page has, then in the other one, which it keeps: each is also begun in."""
        self.look_once(page, where)
        scheme = "light" if page.evaluate(DARK) else "dark"
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(THEME, arg=scheme)
        self.look_once(page, where)

    def look_once(self, page: Page, where: str) -> None:
        stands_still(page)
        page.wait_for_function(FADED)
        theme = "dark" if page.evaluate(DARK) else "light"
        self.all += [f"{where}, {theme}: {one}" for one in violations(page)]


@pytest.fixture
def findings() -> Iterator[Findings]:
    found = Findings()
    yield found
    assert not found.all, "\n".join(found.all)


@pytest.fixture
def opened(open_page: Callable[..., Page], app_server: Callable[..., str]) -> Callable[..., Page]:
    def go(address: str, **options: object) -> Page:
        page = open_page(**options)
        page.goto(f"{app_server(APP)}/{address}")
        return page

    return go


def choose(page: Page, label: str) -> None:
    """Choose among the views of the page, and wait until the script began to draw it.

    What is chosen is known once no script runs, and a click on that begins none. A click on what is drawn anew in that
    moment is lost, and made again.
    """
    option = page.get_by_test_id("stMain").get_by_role("radio", name=label, exact=True)
    option.wait_for()
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    while not option.is_checked():
        page.evaluate(WATCH)
        option.click()
        with suppress(TimeoutError):
            page.wait_for_function("() => window.scriptRan", timeout=20_000)


def test_segmentation(opened: Callable[..., Page], findings: Findings) -> None:
    page = opened("")
    page.locator(".ta-text").first.wait_for()
    page.locator(".ta-cursor").first.press("Enter")
    page.get_by_role("button", name="More", exact=True).click()
    for label in TOOLS.all():
        choose(page, label)
        findings.look(page, label)
    page.get_by_role("button", name="Models").click()
    page.get_by_role("dialog").wait_for()
    findings.look(page, "Models")


@both_themes
def test_a_phone(opened: Callable[..., Page], findings: Findings, dark: bool) -> None:
    page = opened("", dark=dark, width=390, height=844, has_touch=True)
    page.locator(".ta-card").first.wait_for()
    findings.look_once(page, "cards")


def test_premium(opened: Callable[..., Page], findings: Findings) -> None:
    page = opened("premium")
    for label in PREMIUM.all():
        choose(page, label)
        findings.look(page, label)


def test_vocabulary(opened: Callable[..., Page], findings: Findings) -> None:
    page = opened("vocabulary?tokenizers=mistral:v3&tokenizers=builtin:utf8-bytes&find_entry=the")
    for view in VOCABULARY.all().values():
        choose(page, view.label)
        findings.look(page, view.label)


def test_probes(opened: Callable[..., Page], findings: Findings) -> None:
    page = opened("probes")
    page.get_by_role("button", name="Try ").first.wait_for()
    findings.look(page, "gallery")
    for n, view in enumerate(PROBES.all().values()):
        page.get_by_role("button", name=f"Try {view.label.lower()}").click()
        ways = (predicted, explored) if n % 2 else (explored, predicted)  # each opens as the one before was left
        for look in ways:
            look(page, findings, view.label)
        page.get_by_role("button", name="All probes").click()


def explored(page: Page, findings: Findings, name: str) -> None:
    page.get_by_role("radio", name="Explore").click()
    page.get_by_text("What would make this wrong").wait_for()
    findings.look(page, name)


def predicted(page: Page, findings: Findings, name: str) -> None:
    page.get_by_role("radio", name="Predict first").click()
    page.get_by_role("button", name="Reveal").wait_for()
    findings.look_once(page, f"{name}, predicting")


def test_train(opened: Callable[..., Page], findings: Findings) -> None:
    page = opened("train")
    page.locator(".js-plotly-plot").nth(1).wait_for()
    findings.look(page, "family")
    page.get_by_text("Train your own", exact=True).click()
    page.get_by_text("Watch a segmenter learn", exact=True).click()
    page.locator(".st-key-train_submit button").wait_for()
    page.locator(".st-key-learn_submit button").wait_for()
    findings.look(page, "forms")


def test_transplants(opened: Callable[..., Page], findings: Findings) -> None:
    page = opened("transplants")
    for label in lab_views():
        choose(page, label)
        findings.look(page, label)
    page.get_by_role("button", name="Set up your own").click()
    page.get_by_role("button", name="Compare", exact=True).wait_for()
    findings.look(page, "form")


def test_runs(opened: Callable[..., Page], findings: Findings) -> None:
    page = opened("runs")
    sample = page.locator(".st-key-count_sample button")  # where nothing has run yet
    sample.or_(open_button(page)).first.wait_for()
    if sample.is_visible():
        sample.click()
    open_button(page).first.click()
    page.get_by_role("button", name="Export").first.wait_for()
    findings.look(page, "result")
    page.get_by_role("button", name="Count a corpus").first.click()
    page.get_by_role("combobox", name="Corpus").wait_for()
    findings.look(page, "form")


@both_themes
@pytest.mark.parametrize("link", ["", "premium?find=Thai,Lao&counted=gpt-2&premium=Table"])
def test_published(open_page: Callable[..., Page], findings: Findings, tmp_path: Path, link: str, dark: bool) -> None:
    file = tmp_path / "index.html"
    file.write_text(published(link), encoding="utf-8")
    page = open_page(dark=dark)
    page.goto(file.as_uri())
    findings.all += violations(page)
