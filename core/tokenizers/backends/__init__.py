"""The libraries that do the cutting, each behind `LocalTokenizer`; formats build these from files."""
