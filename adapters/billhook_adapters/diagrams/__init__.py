"""Diagrams as SVG: boxes in rows, and labelled arrows between them."""
