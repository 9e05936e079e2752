"""Graphs in words and formulas: `explain`, and a graph as text of several kinds.

Everything here reads a snapshot, `Graph`, and the rows of the operation table; no
formula is written down a second time.

Map, in reading order:

- `numerals.py`, `notation.py`: numbers and operations in print.
- `symbols.py`: the rows of the table as formulas. `dialects.py`: formulas in plain
  text, LaTeX and Python.
- `explain.py`: one gradient's chain rule. `explanation.py`: its three ways to be shown.
- `latex.py`, `python.py`, `mermaid.py`, `json.py`: `to_latex` and so on.
"""
