"""The choice of a view: its group, and where a group has several, which of them."""

import streamlit as st

from components.frame.errors import plain, user_errors
from components.lab.context import LabContext
from components.lab.form.again import measure_too
from components.lab.view import views
from components.widgets.view import View, one_of


def choose_view(context: LabContext) -> None:
    """Let the user choose, and draw it; a `UserError` is one message in its place."""
    known = views()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lab_views"):
        group = one_of("View", list(known), "lab")
        members = known[group]
        view = members[0]
        if len(members) > 1:
            by_label = {member.label: member for member in members}
            view = by_label[one_of(f"{group}, which", list(by_label), f"lab_{group.lower()}")]
        with st.popover("", icon=":material/help:", type="tertiary", key="lab_about", help="What this view shows"):
            _about(context, view)
    with user_errors():
        if view.measure and not any(view.measure in outcome.measures for outcome in context.result.outcomes):
            _not_measured(context, view.measure)
        else:
            view.draw(context)


def _about(context: LabContext, view: View[LabContext]) -> None:
    st.markdown(plain(view.about))
    about = context.result.evaluators.get(view.measure)
    if about is not None:
        st.markdown(f"**{plain(about.label)}.** {plain(about.definition)}")
        if about.source:
            st.caption(plain(about.source))


def _not_measured(context: LabContext, measure: str) -> None:
    """Why there is nothing to see, and a button that sets it right."""
    reasons = dict.fromkeys(
        outcome.unavailable[measure] for outcome in context.result.outcomes if measure in outcome.unavailable
    )
    if reasons:
        st.info(plain(" ".join(reasons)), icon=":material/help:")
        return
    if measure in context.result.evaluators and not context.result.complete:
        st.info("It begins with the first model that is measured.", icon=":material/hourglass_top:")
        return
    st.info("It was not measured in this comparison.", icon=":material/straighten:")
    measure_too(context, measure)
