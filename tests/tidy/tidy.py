#!/usr/bin/env python3
"""Keeps the house: folders include only from floors below, files stay readable, nothing is left open.

Run by ctest from the repository's root. Names every offender; exits 1 if there is one.
"""
import re
import subprocess
import sys
from pathlib import Path

# The floors, from the ground up. Folders on one floor are siblings: none includes another.
FLOORS = [
    {"base"},
    {"mime", "documents"},
    {"event", "evidence"},
    {"readers", "sigma", "case", "detect", "products", "indicators", "decoys", "mailauth", "phishing", "rehearse"},
    {"assess", "leak", "pipeline"},
    {"publish"},
    {"cli"},
]
# publish reads the case only, and the pipeline prints nothing.
LINES_MAX = 500
LINE_COLUMNS_MAX = 120
FORBIDDEN = [
    (re.compile(r"\b(TODO|FIXME|XXX)\b"), "left open"),
    (re.compile(r"system_clock::now|\btime\(nullptr\)|\btime\(NULL\)|\bgettimeofday\b"), "reads the clock"),
]
# The journal is the one place that records when a person did something.
CLOCK_ALLOWED = {"src/case/clock.cpp"}


def floor_of(folder):
    return next((i for i, floor in enumerate(FLOORS) if folder in floor), None)


def main():
    root = Path.cwd()
    try:
        tracked = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True,
                                 check=True).stdout.split("\n")
    except (OSError, subprocess.CalledProcessError):
        tracked = [str(p.relative_to(root)) for d in ("src", "tests", "fuzz", "bench") for p in (root / d).rglob("*")]
    sources = [p for p in tracked if p.endswith((".h", ".cpp")) and (root / p).is_file()]
    offences, includes = [], 0
    for path in sources:
        lines = (root / path).read_text(encoding="utf-8").split("\n")
        parts = path.split("/")
        mine = parts[1] if parts[0] == "src" else None
        if len(lines) > LINES_MAX + 1:
            offences.append(f"{path}: {len(lines)} lines; over {LINES_MAX} a file tells two stories")
        if mine and floor_of(mine) is None:
            offences.append(f"{path}: folder {mine} stands on no floor (tests/tidy/tidy.py)")
            continue
        for number, line in enumerate(lines, 1):
            where = f"{path}:{number}"
            if len(line) > LINE_COLUMNS_MAX + 10:
                offences.append(f"{where}: {len(line)} columns")
            for pattern, why in FORBIDDEN:
                if pattern.search(line) and not (why == "reads the clock" and (path in CLOCK_ALLOWED or not mine)):
                    offences.append(f"{where}: {why}: {line.strip()}")
            found = re.match(r'\s*#include "([a-z_]+)/', line)
            if not (found and mine):
                continue
            includes += 1
            other = found[1]
            if other == mine or path.endswith("_test.cpp") and other in ("tests", "fuzz"):
                continue
            if floor_of(other) is None or floor_of(other) >= floor_of(mine):
                offences.append(f"{where}: {mine} may not include {other}: {line.strip()}")
    for offence in offences:
        print(offence)
    print(f"{len(sources)} files, {includes} includes, {len(offences)} offences")
    return 1 if offences or includes == 0 else 0


sys.exit(main())
