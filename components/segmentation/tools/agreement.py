"""Where the tokenizers agree: boundary F1 of every pair, and how unanimous they are."""

import pandas as pd
import streamlit as st

from components.segmentation.context import SegmentationContext
from components.segmentation.tool_charts import agreement_figure
from components.widgets.view import View
from core.segmentation.agreement import BOUNDARY_F1, UNANIMOUS_SHARE, agreement, f1_matrix, unanimous_share


def draw(context: SegmentationContext) -> None:
    """The matrix of boundary F1, with precision and recall of every pair in a table."""
    rows = context.rows
    if len(rows) < 2:
        st.caption("Choose a second tokenizer above to see where the two agree.")
        return
    segmentations = [row.segmentation for row in rows]
    labels = [row.label for row in rows]
    share = unanimous_share(segmentations)
    st.caption(
        "A boundary is a byte position inside the text where a token begins or ends. F1 is 1 where two tokenizers "
        f"cut at exactly the same places. Of all places where any of these cut, {share:.0%} are cut by all.",
        help=UNANIMOUS_SHARE.text,
    )
    st.plotly_chart(agreement_figure(labels, f1_matrix(segmentations)), key="agreement_matrix")
    with st.expander("Precision and recall of every pair"):
        pairs = [
            {"reference": a.label, "other": b.label}
            | {"precision": (found := agreement(a.segmentation, b.segmentation)).precision}
            | {"recall": found.recall, "F1": found.f1, "shared boundaries": found.n_shared, "note": found.reason}
            for a in rows
            for b in rows
            if a is not b
        ]
        st.dataframe(
            pd.DataFrame(pairs),
            hide_index=True,
            column_config={"F1": st.column_config.NumberColumn(help=BOUNDARY_F1.text)},
            placeholder="–",
        )
        st.caption(
            "Precision: share of the other's boundaries that the reference has. Recall: share of the reference's "
            "boundaries that the other has."
        )


VIEW = View(label="Agreement", place=20, draw=draw)
