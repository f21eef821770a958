"""Bookmarks and stories: what they are, how they are saved, the files they travel in."""
