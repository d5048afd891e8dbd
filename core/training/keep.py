"""Keeps trained tokenizers: under a name in the user's store, and as a folder for others; whole or not at all."""

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from core.common.atomic import whole_folder
from core.common.codec import plain
from core.common.disk import on_disk
from core.common.errors import UserError, shown
from core.jobs.store.files import Input
from core.tokenizers.trained import SCHEME, has_owners, note_owner, place_of
from core.training.card import card
from core.training.export import loadable_files, write_files
from core.training.recipe import Trained
from core.training.trainer import TRAINERS

RECIPE, CARD = "recipe.json", "README.md"


def usual_name(trained: Trained) -> str:
    """What a trained tokenizer is called where nobody says: trainer, size, and a hash of its file.

    Between them stands what cuts words, where that is not the trainer's usual one. The same recipe on the same text has
    the same name.
    """
    recipe = trained.recipe
    pre = "" if recipe.options.pre == TRAINERS.get(recipe.trainer).pre else f"-{recipe.options.pre}"
    return f"{recipe.trainer}{pre}-{trained.n_vocabulary}-{trained.content[:6]}"


def kept(trained: Trained, name: str = "", owner: str = "") -> str:
    """Keep it under a name; its spec. The same tokenizer under the same name is kept once.

    Args:
        owner: in whose lists it stands; empty for everybody's.

    Raises:
        UserError: another has the name, nothing can be called so, or it cannot be written.
    """
    name = name or usual_name(trained)
    place = place_of(name)
    with on_disk(f"The tokenizer {shown(name)}"):
        if not place.is_dir():
            write(trained, place, name, owner)
        else:
            refuse_other(name, trained.content)
            if has_owners(place):
                note_owner(place, owner)
    return f"{SCHEME}:{name}"


def refuse_other(name: str, content: str) -> None:
    """Do nothing if the tokenizer kept under a name has this content.

    Raises:
        UserError: it is another.
    """
    path = place_of(name) / RECIPE
    if not path.is_file() or json.loads(path.read_text(encoding="utf-8")).get("content") != content:
        raise UserError(
            f"There is another trained tokenizer called {shown(name)}. Choose another --name, or delete that one with "
            f"train --delete {name}."
        )


def write(trained: Trained, folder: Path, name: str, owner: str = "") -> None:
    """A folder that `AutoTokenizer` loads, with recipe and card; whole or not at all.

    Raises:
        UserError: the folder is there already and holds something, or it cannot be written.
    """
    with on_disk(f"The folder of {shown(name)}"), whole_folder(folder) as made:
        write_files(made, _files(trained, name))
        note_owner(made, owner)


def zipped(trained: Trained, name: str) -> bytes:
    """The same folder as a zip, made without a disk."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for file, data in _files(trained, name).items():
            archive.writestr(f"{name}/{file}", data)
    return packed.getvalue()


def _files(trained: Trained, name: str) -> dict[str, bytes]:
    """All that is in its folder, by name of the file."""
    loadable = loadable_files(trained.data.tobytes(), trained.recipe.options.specials, trained.unknown)
    return loadable | {RECIPE: _facts(trained).encode(), CARD: card(trained, name).encode()}


def _facts(trained: Trained) -> str:
    """All that is known of it but the file itself; of the text's files, names and hashes."""
    recipe = replace(
        trained.recipe, files=_without_folders(trained.recipe.files), parallel=_without_folders(trained.recipe.parallel)
    )
    facts = {"content": trained.content, **plain(replace(trained, recipe=recipe), {})}
    facts.pop("data")
    return json.dumps(facts, indent=1, ensure_ascii=False) + "\n"


def _without_folders(files: tuple[Input, ...]) -> tuple[Input, ...]:
    return tuple(replace(one, name=Path(one.name).name) for one in files)
