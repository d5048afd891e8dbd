"""Text and what is known of it: scripts, languages, words, windows, samples."""
