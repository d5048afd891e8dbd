"""What every room may use: errors, registry, parameters, settings, files, progress."""
