"""Results of earlier versions, read as they would be now."""

from dataclasses import replace

from core.lab.outcome import Outcome
from core.lab.result import LabResult
from core.lab.setting import Setting, about

CONTROLS = ("mean", "random_coefficients", "shuffled_donor")  # of `core.transplants.base.METHODS`; no torch here
_ORDER = ("original", "donor", "method", "control")


def as_now(result: LabResult) -> LabResult:
    """The result with every control among the controls, where the mean row was once a method like others."""
    found = [replace(o, role="control") if o.method in CONTROLS else o for o in result.outcomes]
    return replace(result, setting=_now(result.setting), outcomes=tuple(sorted(found, key=_place)))


def _now(setting: Setting | None) -> Setting | None:
    """Without what was once said of languages that are not measured."""
    if setting is None:
        return None
    return replace(setting, remarks=tuple(about(setting.texts.words("language"), setting.remarks)))


def _place(outcome: Outcome) -> int:
    return _ORDER.index(outcome.role)
