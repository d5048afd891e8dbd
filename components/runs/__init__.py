"""The Runs page in parts: cards of jobs, results, room on disk, and a form that counts."""
