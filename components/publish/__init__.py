"""Any state of a page as one HTML file that needs no server: drawn once more, its elements written down."""
