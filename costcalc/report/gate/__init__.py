"""A check or a diff in every format that people and their CI read."""

from costcalc.report.gate.formats import FORMATS, render_result

__all__ = ["FORMATS", "render_result"]
