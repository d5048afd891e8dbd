"""The units of a comparison: the setting, the anchors, each method with each seed, and controls.

Each is kept under all that its numbers depend on: a method added later is the only one that is computed.
"""

from collections.abc import Mapping, Sequence

from core.common.codec import plain
from core.jobs.job import Context, Unit, hashed
from core.jobs.store.files import Json
from core.lab.plan import Choice, Plan, plan_of

SETTING, ORIGINAL, DONOR = "setting", "original", "donor"


def units(context: Context) -> list[Unit]:
    """What is to be done, the anchors first and the controls last, so that the picture fills from its frame."""
    plan = plan_of(context.params["plan"])
    base = _depends_on(plan, context)
    found = [Unit(SETTING, {"do": SETTING}, 0.1, hashed(base, SETTING, [*map(plain, plan.methods)], controls(context)))]
    found += [_unit(who, {"do": who}, base, plan) for who in (ORIGINAL, DONOR) if who == ORIGINAL or plan.donor]
    choices = [*plan.methods, *(Choice(key) for key in controls(context) if Choice(key) not in plan.methods)]
    for choice in choices:
        for seed in plan.seeds:
            name = f"{choice.name}, seed {seed}" if len(plan.seeds) > 1 else choice.name
            found.append(_unit(name, {"do": "method", "choice": plain(choice), "seed": seed}, base, plan))
    return found


def _unit(name: str, value: Mapping[str, Json], base: str, plan: Plan) -> Unit:
    return Unit(name, value, 1.0, hashed(base, value, [*map(plain, plan.evaluators)]))


def _depends_on(plan: Plan, context: Context) -> str:
    """Hash of all that every unit's numbers depend on: the plan but for its methods and measures, and what it reads."""
    rest = {
        key: value for key, value in plan.to_json().items() if key not in ("methods", "evaluators", "budget_seconds")
    }
    if "seeds" in rest:
        rest["seeds"] = rest["seeds"][:1]  # the first is that of resampling; each unit has its own
    return hashed(rest, [each.fingerprint for each in context.inputs])


def controls(context: Context) -> Sequence[str]:
    """Keys of the methods that a comparison runs beside those chosen."""
    return [str(key) for key in context.params.get("controls", ())]
