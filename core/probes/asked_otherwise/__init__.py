"""Questions spelled otherwise: the job that puts them to a model, and what a real model answered."""
