"""YAML to graph: located text, expressions, structure, scaling, lowering."""

from costcalc.spec.build import Model, build, read_spec

__all__ = ["Model", "build", "read_spec"]
