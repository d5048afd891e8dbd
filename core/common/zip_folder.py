"""A folder as one .zip, in memory."""

import io
import zipfile
from pathlib import Path

_DENSE = (".safetensors", ".bin")  # not worth packing


def zipped(folder: Path) -> bytes:
    """All files of a folder under its name.

    Weights are stored as they are, since they do not shrink; the rest is deflated.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            how = zipfile.ZIP_STORED if path.suffix in _DENSE else zipfile.ZIP_DEFLATED
            archive.write(path, f"{folder.name}/{path.relative_to(folder)}", how)
    return buffer.getvalue()
