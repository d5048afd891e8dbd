"""Any state of a page as one HTML file that needs no server: the page is drawn once more, and its elements are written down."""
