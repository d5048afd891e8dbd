"""What a comparison of transplants came to, as pages and the command line read it; without torch.

A result is complete or partial: a job that runs shows the outcomes that are finished, and says what is to come.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from core.common.definitions import Definition
from core.lab.outcome import Outcome
from core.lab.plan import Plan
from core.lab.setting import Setting


@dataclass(frozen=True)
class About:
    """What a method or an evaluator is, as it was when the result was made.

    Args:
        key, label, definition, source: as it declares them.
        numbers: of an evaluator, the numbers that stand for it in a table.
    """

    key: str
    label: str
    definition: str
    source: str
    numbers: tuple[Definition, ...] = ()


@dataclass(frozen=True, eq=False)
class Frame:
    """What is there before the first outcome.

    Args:
        setting: what is known without models.
        methods, evaluators: what they are, by key.
    """

    setting: Setting
    methods: Mapping[str, About]
    evaluators: Mapping[str, About]


@dataclass(frozen=True, eq=False)
class LabResult:
    """One comparison: who took part, what was measured, in the order of the plan.

    Args:
        plan: what was asked.
        setting: what is known without models; None until that is finished.
        outcomes: finished ones: the anchors, the methods in order of the plan, the controls.
        waiting: names of what is to come; empty for a complete result.
        methods, evaluators: what they are, by key.
    """

    plan: Plan
    setting: Setting | None
    outcomes: tuple[Outcome, ...]
    waiting: tuple[str, ...] = ()
    methods: Mapping[str, About] = field(default_factory=dict)
    evaluators: Mapping[str, About] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Is nothing left to come?"""
        return not self.waiting

    @cached_property
    def original(self) -> Outcome | None:
        """The model before the transplant."""
        return next((o for o in self.outcomes if o.role == "original"), None)

    @cached_property
    def donor(self) -> Outcome | None:
        """A model that was trained with the new tokenizer."""
        return next((o for o in self.outcomes if o.role == "donor"), None)

    @cached_property
    def transplants(self) -> tuple[Outcome, ...]:
        """Methods and controls."""
        return tuple(o for o in self.outcomes if not o.anchor)

    def outcome(self, name: str) -> Outcome:
        """The outcome of this name, which must be there."""
        return next(o for o in self.outcomes if o.name == name)
