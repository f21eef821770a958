"""What is on disk, and its promises."""
