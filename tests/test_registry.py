"""Registries: an entry is one file, found by the name of its constant."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.common.errors import UnknownName
from core.common.registry import Registry

ENTRY = "from tests.test_registry import Colour\nCOLOUR = Colour({key!r}, {place})\n"


@dataclass(frozen=True)
class Colour:
    key: str
    place: int = 0


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Callable[..., str]:
    """Writes a package of modules with an entry each, and gives its name."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(ending: str = "", **entries: tuple[str, int]) -> str:
        name = f"colours_of_{request.node.name}{ending}"
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "helper.py").write_text("ANSWER = 42\n")
        for module, (key, place) in entries.items():
            (folder / f"{module}.py").write_text(ENTRY.format(key=key, place=place))
        return name

    return write


def colours(package: str, further: Callable[[], list[str]] = list) -> Registry[Colour]:
    return Registry(
        package=package, constant="COLOUR", kind=Colour, noun="colour", order=lambda c: c.place, further=further
    )


def test_each_file_is_an_entry_and_its_order_is_kept(package: Callable[..., str]) -> None:
    found = colours(package(a=("red", 1), b=("green", 0), c=("blue", 1))).all()
    assert list(found) == ["green", "red", "blue"] and found["red"] == Colour("red", 1)


def test_an_unknown_name_suggests_the_nearest(package: Callable[..., str]) -> None:
    known = colours(package(a=("blue", 0), b=("green", 0)))
    assert known.get("green") == Colour("green")
    with pytest.raises(UnknownName, match=r"There is no colour 'gren'\. Did you mean green\?"):
        known.get("gren")


def test_two_entries_of_one_key_are_refused_and_both_are_named(package: Callable[..., str]) -> None:
    name = package(a=("red", 5), b=("red", 0))
    with pytest.raises(ValueError, match=rf"{name}\.b and {name}\.a both declare the colour red"):
        colours(name).all()


def test_a_constant_of_another_class_is_named(package: Callable[..., str]) -> None:
    name = package(a=("red", 0))
    other = Registry(package=name, constant="COLOUR", kind=Registry, noun="x")  # type: ignore[type-var]
    with pytest.raises(TypeError, match=rf"{name}\.a: COLOUR is Colour"):
        other.all()


def test_further_packages_are_asked_each_time(package: Callable[..., str]) -> None:
    more: list[str] = []
    known = colours(package(a=("red", 0)), lambda: more)
    assert list(known.all()) == ["red"]
    more.append(package("_more", a=("green", 0)))
    assert list(known.all()) == ["red", "green"]


def test_nothing_is_imported_before_it_is_asked_for(package: Callable[..., str]) -> None:
    name = package(a=("red", 0))
    known = colours(name)
    assert name not in sys.modules
    known.all()
    assert f"{name}.a" in sys.modules


def test_a_module_called_as_its_entry_is_the_only_one_that_is_imported_for_it(package: Callable[..., str]) -> None:
    """A job's process finds its kind so: all of them took .7 s, and 1.1 MB of each process that it forks."""
    name = package(dark_red=("dark-red", 0), b=("blue", 0))
    known = colours(name)
    assert known.get("dark-red") == Colour("dark-red")
    assert f"{name}.dark_red" in sys.modules and f"{name}.b" not in sys.modules
    assert known.get("blue") == Colour("blue")
