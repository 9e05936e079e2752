"""Measure everything and print it: `make bench`, or this file with --help."""

import argparse
from inspect import getdoc

import eager
import lifted
from timing import environment, table, write_json

SECTIONS = {**eager.SECTIONS, **lifted.SECTIONS}


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="small sizes, few rounds")
    options.add_argument("--json", metavar="PATH", help="write the figures there too")
    options = options.parse_args()

    print("\n".join(f"{name:<10}  {thing}" for name, thing in environment().items()))
    print("Ratios are of medians; what is compared took turns in one process.")
    sections = {}
    for title, measure in SECTIONS.items():
        sections[title] = figures = measure(options.quick)
        if figures:
            print(f"\n{title}\n\n{getdoc(measure)}\n")
            print(table([each.cells() for each in figures]), flush=True)
    if options.json:
        write_json(options.json, sections)


if __name__ == "__main__":
    main()
