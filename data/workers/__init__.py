"""Processes that compute projections: how they start, what they do, how they end."""
