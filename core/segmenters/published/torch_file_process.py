"""The process that reads the pickle of one file of weights; `torch_file` starts it. Bytes come in, JSON goes out."""

import io
import json
import pickle
import sys
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.common.codec import plain
from core.common.sandbox.confine import confine
from core.common.sandbox.limits import ProcessLimits, die_with_parent, end_after, give_way
from core.common.sandbox.pipes import private_pipes
from core.segmenters.published.torch_tensors import MEMORY_MB, SECONDS, TorchTensor, TorchTensors

_MOST_NAMED = 100_000


@dataclass(frozen=True)
class _Kept:
    """A tensor before it has a name."""

    storage: tuple[str, str]
    offset: int
    shape: tuple[int, ...]
    steps: tuple[int, ...]


def _tensor(storage: Any, offset: Any, shape: Any, steps: Any, *_: Any) -> _Kept:
    return _Kept(storage, int(offset), tuple(map(int, shape)), tuple(map(int, steps)))


def _parameter(data: Any, *_: Any) -> Any:
    return data


class Refused(Exception):
    """The pickle names something that is no part of a tensor."""


class TensorUnpickler(pickle.Unpickler):
    """Reads what torch.save writes of tensors, and builds nothing else."""

    _known: ClassVar[dict[tuple[str, str], Any]] = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _tensor,
        ("torch._utils", "_rebuild_parameter"): _parameter,
    }

    def find_class(self, module: str, name: str) -> Any:
        """What a name stands for here."""
        if module == "torch" and name.endswith("Storage"):
            return name
        if (module, name) not in self._known:
            raise Refused(f"{module}.{name}")
        return self._known[module, name]

    def persistent_load(self, pid: Any) -> tuple[str, str]:
        """A storage: (class, entry of the zip)."""
        _, kind, key, *_ = pid
        return str(kind), str(key)


def tensors_in(pickled: bytes) -> TorchTensors:
    """The tensors of a pickled mapping, or of one that is in it under a name such as `model`."""
    try:
        found = TensorUnpickler(io.BytesIO(pickled)).load()
    except Refused as error:
        return TorchTensors(refused=str(error))
    inside = [found, *(each for each in found.values() if isinstance(each, Mapping))]
    return TorchTensors(max((tuple(_named(one)) for one in inside), key=_n_tensors))


def _n_tensors(several: tuple[TorchTensor, ...]) -> int:
    return len(several)


def _named(mapping: Mapping[Any, Any]) -> Iterator[TorchTensor]:
    for name, one in list(mapping.items())[:_MOST_NAMED]:
        if isinstance(name, str) and isinstance(one, _Kept):
            yield TorchTensor(name, *one.storage, one.offset, one.shape, one.steps)


def main() -> None:
    """Answer for one pickle, which may be anybody's."""
    requests, replies = private_pipes()
    give_way()
    end_after(SECONDS, SECONDS)
    ProcessLimits(data_mb=MEMORY_MB, writes=False).apply()
    confine()
    replies.write(json.dumps(plain(tensors_in(requests.read()))).encode())
    replies.close()


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]))
    main()
