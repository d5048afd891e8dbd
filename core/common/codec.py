"""How frozen dataclasses are written as JSON and read again; their arrays stay arrays, apart from the JSON.

The annotations of a class say what may stand in its JSON, and nothing else is read: no number for a word, no list too
short, no class but the one that was asked for. Fields that nobody knows are passed over.

Reading is pydantic's. msgspec 0.22 was tried on the same classes: it is imported in 5 ms and reads twice as fast, but
can neither read NaN nor a column that is an array or words. pydantic takes 0.1 s of its process once, when something is
read for the first time, and then 0.4 ms for a text of 8,000 pieces. It is imported no sooner: a process that only
writes, as that of an untrusted tokenizer, never has it. mistral_common needs it anyway.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pydantic_core import SchemaValidator

Array = NDArray[Any]
Json = Any  # what json.loads returns
T = TypeVar("T")
_PLAIN = (str, int, float, type(None))


class Mismatch(ValueError):
    """JSON that is no such object; says where and why.

    Args:
        path: names and numbers that lead to the place.
    """

    def __init__(self, path: tuple[str | int, ...], why: str) -> None:
        self.path = path
        super().__init__(f"{'.'.join(map(str, path)) or 'all of it'}: {why}")


def plain(value: object, arrays: dict[str, Array] | None = None, at: str = "") -> Json:
    """A value of dataclasses, mappings, tuples, words, numbers and bytes, as JSON has them.

    Args:
        arrays: takes the arrays, each under the path that stands in its place.
        at: path of the value.

    >>> from core.tokenizers.tokenizer import Stage
    >>> plain([Stage("Model", "BPE", ("a", "b"))])
    [{'name': 'Model', 'detail': 'BPE', 'pieces': ['a', 'b']}]
    """
    if isinstance(value, _PLAIN):
        return value
    if is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [plain(each, arrays, f"{at}/{n}" if at else str(n)) for n, each in enumerate(value)]
    if isinstance(value, Mapping):
        return {str(key): plain(each, arrays, f"{at}/{key}" if at else str(key)) for key, each in value.items()}
    if isinstance(value, np.ndarray) and arrays is not None:
        arrays[at] = value
        return at
    if isinstance(value, bytes):
        return value.hex()
    return value.item() if isinstance(value, np.generic) else value


def to_json(value: object, arrays: dict[str, Array] | None = None) -> str:
    """The same as text; half a surrogate pair, which UTF-8 cannot hold, becomes a question mark."""
    return json.dumps(plain(value, arrays), ensure_ascii=False).encode("utf-8", "replace").decode()


def from_json(kind: type[T], text: str | bytes, arrays: Mapping[str, Array] | None = None) -> T:
    """The object of this class, or list or tuple of such, that `to_json` wrote.

    Raises:
        Mismatch: the text is no JSON, or not of this class through and through.

    >>> from core.tokenizers.tokenizer import Stage
    >>> from_json(Stage, '{"name": "Model", "detail": "BPE", "pieces": ["a", "b"]}').pieces
    ('a', 'b')
    >>> from_json(Stage, '{"name": "Model", "detail": "BPE", "pieces": "ab"}')
    Traceback (most recent call last):
    core.common.codec.Mismatch: pieces: Input should be a valid array
    """
    reader = _reader(kind)  # type: ignore[arg-type]  # every class is hashable
    from pydantic_core import ValidationError

    try:
        found: T = reader.validate_json(text, strict=True, context=arrays or {})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise Mismatch(first["loc"], first["msg"]) from None
    return found


def built(kind: type[T], document: Json) -> T:
    """The same from what `json.loads` returned.

    Raises:
        Mismatch: it is not of this class through and through.
    """
    return from_json(kind, json.dumps(document))


class _Apart:
    """The annotation of an array that is kept apart: its JSON is the name under which it is kept."""

    def __get_pydantic_core_schema__(self, *_: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.with_info_plain_validator_function(_kept)


def _kept(name: Any, info: Any) -> Array:
    if not isinstance(name, str) or name not in info.context:
        raise ValueError("there is no array of this name")
    found: Array = info.context[name]
    return found


APART = _Apart()


@cache
def _reader(kind: Any) -> "SchemaValidator":
    from pydantic import TypeAdapter
    from pydantic_core import SchemaValidator

    # Settings of a dataclass itself, whose title is one, would hide those of the whole: both get this one.
    return SchemaValidator(_mended(TypeAdapter(kind).core_schema), {"val_json_bytes": "hex"})


def _mended(schema: Any) -> Any:
    """A schema by which bytes are hexadecimal, and reading ends at the first thing wrong.

    To note all that is wrong, as pydantic does, takes 270 bytes each: a hostile sender would fill the memory.
    """
    if isinstance(schema, list | tuple):
        return type(schema)(_mended(each) for each in schema)
    if not isinstance(schema, dict):
        return schema
    ours: dict[str, Any] = {"fail_fast": True} if schema.get("type") in {"list", "tuple", "dict"} else {}
    if "config" in schema:
        ours["config"] = {**schema["config"], "val_json_bytes": "hex"}
    return {key: _mended(each) for key, each in schema.items()} | ours
