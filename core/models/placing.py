"""How transformers is told to place a model's weights as was settled."""

import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.models.offloaded import folder_for_rewritten, keep_with, read_unmapped
from core.models.placement import Placement
from core.models.quantised import as_on_every_processor, how_to_pack

_FOLDER = "offload_folder"


@contextmanager
def placing(placement: Placement, skeleton: Any) -> Iterator[dict[str, Any]]:
    """What `from_pretrained` is given besides; what it had written for a model that failed to load is removed."""
    how: dict[str, Any] = {}
    if placement.spread is not None:
        how["device_map"] = placement.spread.device_map
        if placement.bytes_on_disk:
            how[_FOLDER] = str(folder_for_rewritten())
    if placement.quantised:
        how.setdefault("device_map", {"": str(placement.device)})
        how["quantization_config"] = how_to_pack(skeleton, placement.numbers, placement.dtype)
    for library in ("accelerate.big_modeling", "bitsandbytes"):  # what they say the placement says
        logging.getLogger(library).setLevel(logging.CRITICAL)
    try:
        yield how
    except BaseException:
        if _FOLDER in how:
            shutil.rmtree(how[_FOLDER], ignore_errors=True)
        raise


def settled(module: Any, how: Mapping[str, Any]) -> Any:
    """A module that was loaded so, which reads what lies on the disk without mapping files."""
    as_on_every_processor(module)
    if _FOLDER in how:
        read_unmapped(module)
        keep_with(module, Path(how[_FOLDER]))
    return module
