"""What axe finds on a page as it stands: the rules of WCAG 2.0 to 2.2, levels A and AA.

On a dark page only those about colours: all else is as on the light one.
"""

from playwright.sync_api import Page

from tests.node import package

LEVELS = [f"wcag{version}{level}" for version in ("2", "21", "22") for level in ("a", "aa")]
_RUN = """levels => {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const colours = axe.getRules(levels).filter(({ tags }) => tags.includes("cat.color")).map((rule) => rule.ruleId);
    const rules = dark ? {type: "rule", values: colours} : {type: "tag", values: levels};
    return axe.run(document, {runOnly: rules, resultTypes: ["violations"], preload: false});
}"""


def violations(page: Page) -> list[str]:
    """Each as the rule, the element it breaks on, and why."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate((package("axe-core") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate(_RUN, LEVELS)["violations"]
    return [f"{rule['id']}: {node['html'][:200]} ({_why(node)})" for rule in found for node in rule["nodes"]]


def _why(node: dict[str, list[dict[str, str]]]) -> str:
    return "; ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])
