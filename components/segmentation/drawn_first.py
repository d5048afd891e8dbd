"""The components that the opening page is drawn with, which a browser can fetch before it is told to draw them."""

from importlib import import_module

DRAWN_FIRST = {  # name: who makes it
    "token_atlas_text_editor": "components.widgets.text_editor.component",
    "token_atlas_stat_cards": "components.widgets.stat_cards.component",
    "token_atlas_token_view": "components.segmentation.token_view.component",
    "token_atlas_page_link": "components.widgets.page_link.component",
}


def make_them() -> None:
    """From here on the server has their scripts."""
    for module in DRAWN_FIRST.values():
        import_module(module)
