"""The libraries that do the cutting, each behind `LocalTokenizer`; sources build these from files."""
