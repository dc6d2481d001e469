"""YAML to graph: located text, expressions, structure, scaling, lowering."""
