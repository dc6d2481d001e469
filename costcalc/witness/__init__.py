"""The other counters: the graph as a PyTorch module, counted by tools that never see our formulas."""
