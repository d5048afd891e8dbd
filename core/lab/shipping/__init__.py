"""Makes the results that ship with this project: `make lab-results`."""
