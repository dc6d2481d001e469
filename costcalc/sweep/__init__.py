"""Whole design spaces: axes to grids of numbers, budgets to designs."""
