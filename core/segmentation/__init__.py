"""What can be said of one cut text: losses, agreement, changes, chunks."""
