"""Saves the token view of the page as a picture or as a page of its own."""
