"""How the hypernetwork that ships was trained."""
