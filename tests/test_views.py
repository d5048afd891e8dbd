"""Views: each module of the four packages is one, and the words of the choice stand in links."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from components.lab.view import GROUPS
from components.lab.view import VIEWS as LAB
from components.lab.view import views as views_by_group
from components.premium.view import VIEWS as PREMIUM
from components.segmentation.tool import TOOLS
from components.vocabulary.view import VIEWS as VOCABULARY
from components.widgets.view import View, views_in
from core.common.registry import Registry

EVERYWHERE = pytest.mark.parametrize("views", [PREMIUM, TOOLS, LAB, VOCABULARY], ids=lambda views: views.package)


@EVERYWHERE
def test_every_module_is_a_view(views: Registry[View]) -> None:
    modules = [info.name for info in iter_modules(import_module(views.package).__path__)]
    assert len(modules) == len(views.all())


@EVERYWHERE
def test_labels_and_places_are_unique(views: Registry[View]) -> None:
    found = views.all().values()
    for of_view in (lambda view: (view.group, view.label), lambda view: (view.group, view.place)):
        assert len({of_view(view) for view in found}) == len(found)


def test_words_in_links_made_before_are_still_the_options() -> None:
    assert list(PREMIUM.all()) == [
        *("Ranked", "Map", "Groups", "Lorenz", "Segmenters", "Slope", "Units"),
        *("Relations", "Differences", "Texts", "Measures", "Evidence", "Calculator", "Table"),
    ]
    assert list(TOOLS.all()) == [
        *("Statistics", "Agreement", "Ids", "How it got there", "Chat"),
        *("Split by budget", "Two texts", "Byte values", "Character map", "Share and keep"),
    ]
    assert {group: [view.label for view in views] for group, views in views_by_group().items()} == {
        "Table": ["Table"],
        "Languages": ["Languages"],
        "Tokens": ["Classes", "Probability"],
        "Agreement": ["Next byte", "Every byte", "Layers", "Input or output", "Slack"],
        "Matrices": ["Rows", "Map", "Shape", "Held-out tokens", "Residual by atoms"],
        "Text": ["Segmentation", "Samples", "Multiple choice"],
        "Recovery": ["Plain training", "Matching"],
        "Keep": ["Keep"],
    }
    assert tuple(views_by_group()) == GROUPS


def test_adding_a_view_is_adding_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    folder = tmp_path / "views_of_a_test"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "box_plot.py").write_text(
        "from components.widgets.view import View\n\n\ndef draw(context):\n    pass\n\n\n"
        'VIEW = View(label="Box plot", place=10, draw=draw)\n'
    )
    found = views_in("views_of_a_test").all()
    assert list(found) == ["Box plot"] and callable(found["Box plot"].draw)
