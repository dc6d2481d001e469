"""YAML to graph: located text, expressions, structure, scaling, lowering."""

from costcalc.spec.load import Model, load, load_all

__all__ = ["Model", "load", "load_all"]
