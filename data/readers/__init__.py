"""Readers of files from outside, one module per family of formats."""
