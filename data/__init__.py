"""Holds and computes. Knows nothing of Dash, Plotly or Flask."""
