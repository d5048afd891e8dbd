"""Transplants on devices with little memory: in smaller blocks where it runs out, and then it is said."""

from collections.abc import Mapping
from dataclasses import replace

import torch

from core.common.errors import UserError
from core.common.numbers import count
from core.common.params import Value
from core.models.device import out_of_memory
from core.transplants.base import Method, Transplanted, transplant
from core.transplants.problem import Problem

_SMALLER = 4
_LEAST_BYTES = 2**24


def transplanted(problem: Problem, method: Method, given: Mapping[str, Value], seed: int) -> Transplanted:
    """As `core.transplants.base.transplant`, with a smaller and smaller memory ceiling where memory runs out.

    Raises:
        UserError: as there, or memory does not suffice even so.
    """
    ceiling = problem.memory_bytes
    while True:
        try:
            made = transplant(problem, method, given, seed)
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
        else:
            if problem.memory_bytes == ceiling:
                return made
            said = f"{problem.device} ran out of memory, so {method.label} worked in blocks of "
            return replace(made, remarks=(*made.remarks, f"{said}{count(problem.memory_bytes / 2**20)} MB."))
        smaller = problem.memory_bytes // _SMALLER
        if smaller < _LEAST_BYTES:
            raise UserError(
                f"{problem.device} ran out of memory in {method.label}, even in blocks of "
                f"{count(problem.memory_bytes / 2**20)} MB. Pick another method, a smaller model, or a device with "
                "more."
            )
        if problem.device.type == "cuda":
            torch.cuda.empty_cache()
        problem = problem.within(smaller)
