#!/usr/bin/env python3
"""Writes data/holidays/public.txt: the public holidays of every country that the PyPI package `holidays` covers.

    python3 -m venv venv && venv/bin/pip install holidays==0.109 && venv/bin/python tools/make_holidays.py

The program reads the file from its own binary; nobody needs the package to build or to run it. To take in a newer
version of the package, change VERSION, run this, and look at what changed: it is one line per country.

Format, after comment lines: `CC` or `CC-SUBDIVISION`, then groups apart by a blank. `*` with days that are holidays in
every year, or a year, each followed by its days as MMDD. The line of a subdivision says what it has more than its
country and, behind a group `-`, what it has less; a subdivision with the days of its country has no line but stands in the
list behind the `=` of the country's line.
"""
import pathlib
import sys
import warnings
from collections import defaultdict

import holidays

VERSION = "0.109"
YEARS = range(2010, 2036)
OUT = pathlib.Path(__file__).resolve().parent.parent / "data" / "holidays" / "public.txt"
HEAD = f"""# Public holidays {YEARS[0]}-{YEARS[-1]}, written by tools/make_holidays.py from the PyPI package holidays {VERSION}
# (Vacanza Team, MIT licence, see README.md). Days that are moved to a working day count as well as the original ones.
"""


def groups(days):
    """The days as groups: those of every year once, the others by year."""
    by_year = defaultdict(set)
    for day in days:
        by_year[day.year].add(day.strftime("%m%d"))
    always = set.intersection(*(by_year[year] for year in YEARS))
    out = ["*" + "".join(sorted(always))] if always else []
    for year in YEARS:
        rest = sorted(by_year[year] - always)
        if rest:
            out.append(f"{year}" + "".join(rest))
    return out


def days_of(country, subdivision=None):
    found = holidays.country_holidays(country, subdiv=subdivision, years=YEARS)
    return {day for day in found if day.year in YEARS}


def lines_of(country, subdivisions):
    base = days_of(country)
    same, lines = [], []
    for subdivision in sorted(subdivisions):
        days = days_of(country, subdivision)
        if days == base:
            same.append(subdivision)
            continue
        less = groups(base - days)
        lines.append(" ".join([f"{country}-{subdivision}", *groups(days - base), *(["-", *less] if less else [])]))
    return [" ".join([country, *groups(base), *(["=", *same] if same else [])]), *lines]


def main():
    if holidays.__version__ != VERSION:
        sys.exit(f"holidays {holidays.__version__} is installed, {VERSION} is wanted: pip install holidays=={VERSION}")
    warnings.simplefilter("ignore")
    lines = []
    for country, subdivisions in sorted(holidays.list_supported_countries(include_aliases=False).items()):
        lines += lines_of(country, subdivisions)
    OUT.write_text(HEAD + "\n".join(lines) + "\n")
    print(f"{OUT}: {len(lines)} countries and subdivisions")


if __name__ == "__main__":
    main()
