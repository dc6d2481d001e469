"""Verdicts over costs: what should hold, and whether it does."""
