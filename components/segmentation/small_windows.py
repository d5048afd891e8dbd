"""What stands where on the page in a window with little room: a phone's, or one whose letters fill a projector."""

import streamlit as st

TEXTS = "texts_at_hand"  # key of the container that gives way

_STYLE = f"""<style>
@media (max-width: 640px), (max-height: 480px) {{
  .st-key-{TEXTS} {{ flex-direction: row; align-items: center; width: 100%; max-width: 100%; }}
  .st-key-{TEXTS} > * {{ width: auto; min-width: 0; }}
  .st-key-{TEXTS} > :first-child {{ flex: 1 1 0; }}
}}
@media (max-width: 640px) {{ :has(> .st-key-{TEXTS}) {{ flex-basis: 100% !important; max-width: 100%; }} }}
@media (max-height: 480px) {{
  [data-testid="stHeader"] {{ height: 2.75rem; min-height: 0; }}
  [data-testid="stMainBlockContainer"] {{ padding-top: 3rem; }}
  [data-testid="stMainBlockContainer"] [data-testid="stVerticalBlock"] {{ row-gap: 0.5rem; }}
}}
</style>"""


def make_room() -> None:
    """Let the page's parts give way where there is little room."""
    st.html(_STYLE)
