"""Where a model comes from, as its own files say it: its licence, and its repository on the Hub."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.common.errors import UnreadableFile, UserError
from core.common.settings import settings
from core.tokenizers.hub_place import Place, place

_CARD = "README.md"
_HEAD_BYTES = 2**16  # of a card, in which its header ends
_HEADER = re.compile(r"\A---[ \t]*\r?\n(.*?)\n---", re.DOTALL)
_LICENCE = re.compile(r"^license:[ \t]*['\"]?([^'\"\s#]+)['\"]?[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,59}")
_REPOSITORY = re.compile(r"https://huggingface\.co/([A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9_][\w.-]{0,95})/?", re.ASCII)


@dataclass(frozen=True)
class ModelOrigin:
    """Where a model comes from.

    Args:
        licence: as the Hub writes it, such as "apache-2.0"; empty where none is named.
        repository: OWNER/NAME on the Hub; empty where none is known.
    """

    licence: str = ""
    repository: str = ""


UNKNOWN = ModelOrigin()


def origin_of_folder(folder: Path, config: Any, repository: str = "") -> ModelOrigin:
    """As the card and the configuration in a folder say it."""
    licence = _licence_of_card(folder / _CARD) or _identifier(getattr(config, "license", None))
    return ModelOrigin(licence, repository)


def origin_of_gguf(values: Mapping[str, Any], repository: str = "") -> ModelOrigin:
    """As the metadata of a GGUF file say it."""
    named = _REPOSITORY.fullmatch(str(values.get("general.base_model.0.repo_url", "")))
    return ModelOrigin(_identifier(values.get("general.license")), repository or (named[1] if named else ""))


def licence_on_hub(spec: str) -> str:
    """What the card of a repository names; empty where it names none, or cannot be had.

    Args:
        spec: of a model, such as hub:OWNER/NAME.
    """
    if not spec.startswith("hub:") or not settings().hub:
        return ""
    from core.tokenizers.hub_download import fetch  # huggingface_hub takes a moment to import

    with suppress(UserError):
        wanted = replace(place(spec.removeprefix("hub:")), file="")
        return _licence_of_card(fetch(wanted, _only_card).folder / _CARD)
    return ""


def _only_card(names: list[str], wanted: Place) -> list[str]:
    if _CARD not in names:
        raise UnreadableFile(f"{wanted.repository} has no {_CARD}.")
    return [_CARD]


def _licence_of_card(path: Path) -> str:
    try:
        with path.open("rb") as file:
            text = file.read(_HEAD_BYTES).decode(errors="replace")
    except OSError:
        return ""
    header = _HEADER.match(text)
    found = _LICENCE.search(header[1]) if header else None
    return _identifier(found[1]) if found else ""


def _identifier(value: object) -> str:
    """A licence's name if it is one word, as the Hub wants it; empty for anything else.

    >>> _identifier("Apache-2.0"), _identifier("see LICENSE"), _identifier(None)
    ('apache-2.0', '', '')
    """
    return value.lower() if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else ""
