"""Bookmarks and stories as files: ours, and those of the predecessor."""
