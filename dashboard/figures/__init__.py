"""The figure and its colors."""
