"""Graphs in words and formulas: `explain`, and a graph as text of several kinds.

Everything here reads a snapshot, `Graph`, and the rows of the operation table; no
formula is written down a second time.

Map, in reading order:

- `numerals.py`, `notation.py`: numbers and operations in print. `quoting.py`: any text
  of a user's, made safe for every format.
- `symbols.py`: the rows of the table as formulas. `dialects.py`: formulas in plain
  text, LaTeX and Python. `script.py`: in JavaScript and MathML, for pages.
- `explain.py`: one gradient's chain rule. `explanation.py` puts it into words, as
  `writing.py` says. `modes.py`: forward mode, reverse mode and differences in a table.
- `latex.py`, `python.py`, `mermaid.py`, `json.py`: `to_latex` and so on.
"""
