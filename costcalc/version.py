"""Which costcalc this is, for every room to say."""

__version__ = "0.1.0"
