"""What surrounds every page: navigation, errors, who is at the screen, scripts of others."""
