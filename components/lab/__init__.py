"""The transplant lab in parts: what is asked, how far it is, the key picture, and one module per view."""
