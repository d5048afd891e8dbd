"""A plan in a link: short, and the same form again in another browser."""

import json

from core.common.errors import UserError
from core.common.text_link import from_link, to_link
from core.jobs.job import canonical
from core.lab.plan import Plan, plan_of


def plan_to_link(plan: Plan) -> str | None:
    """The plan as a string for a link, or None if it is too long for one.

    >>> plan = Plan("shipped:a", donor="shipped:b")
    >>> plan_from_link(plan_to_link(plan) or "") == plan
    True
    """
    return to_link(canonical(plan.to_json()))


def plan_from_link(packed: str) -> Plan:
    """The plan that `plan_to_link` packed.

    Raises:
        UserError: the link is damaged, or holds a plan that makes no sense.
    """
    try:
        document = json.loads(from_link(packed))
    except (UserError, ValueError):
        raise UserError("The plan in this link is damaged. Copy the whole link again, or set it up anew.") from None
    return plan_of(document)
