"""Imports UMAP ahead in the process that workers are forked from, where people use it."""

from __future__ import annotations

from data.projections.umap import warm_up

warm_up()
