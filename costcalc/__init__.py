"""What a neural-network architecture costs, before anyone trains it."""

__version__ = "0.1.0"
