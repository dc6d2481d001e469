"""Costs and diagnostics to text: tables, Markdown, CSV, JSON."""
