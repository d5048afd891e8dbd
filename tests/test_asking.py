"""Each run of a page, and of a part of it, says who waits for what it asks."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from components.frame.asking import asking, fragment
    from core.common.sandbox.interest import still_wanted, who_asks

    def part(name: str) -> None:
        still_wanted()
        st.text(f"{name} {bool(who_asks())}")
        st.button("again")

    st.text(f"outside {bool(who_asks())}")
    with asking():
        st.text(f"page {bool(who_asks())}")
    fragment(part)("part")


def test_a_page_and_a_part_of_it_say_who_asks() -> None:
    app = AppTest.from_function(page, default_timeout=240).run()
    assert [text.value for text in app.text] == ["outside False", "page True", "part True"]
    app.button[0].click().run()
    assert [text.value for text in app.text] == ["outside False", "page True", "part True"]
