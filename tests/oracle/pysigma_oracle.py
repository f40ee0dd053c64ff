#!/usr/bin/env python3
"""Compares tocsin's Sigma matches with an independent engine: pySigma and its SQLite backend, from PyPI.

  tests/oracle/pysigma_oracle.py [--tocsin build/release/tocsin] [--rules DIR]... [--evidence PATH]...

Part one runs every detection of tests/sigma through SQLite and compares with what the vector says. Part two, when rules
and evidence are given (or the corpus is there), scans the evidence with tocsin, dumps its events and asks SQLite the same
rules about the same events.

The packages go into a virtual environment below build/. Where the registry is out of reach the script says so and exits
with 0. It exits with 1 when a difference is left that EXPLAINED doesn't name; docs/CONFORMANCE.md, "Sigma", gives the
specification's words for each of those.
"""
import argparse
import collections
import glob
import json
import os
import re
import sqlite3
import subprocess
import sys
import venv

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HOME = os.path.join(ROOT, "build", "oracle")
CORPUS = os.path.join(ROOT, "..", "shared", "corpus", "sigma")
PACKAGES = ["pysigma", "pysigma-backend-sqlite"]

# Python's re would not come back from these in our lifetime.
ENDLESS = {"a pathological expression runs in linear time"}

# Titles of vectors, or ids of rules, whose answer differs; the section of docs/CONFORMANCE.md says why.
EXPLAINED = {
    "words in capitals are operators too": "conditions",
    "2 of them": "conditions",
    "3 of 5": "conditions",
    "contains and endswith together have no meaning": "combinations",
    "contains after re has no meaning": "combinations",
    "an empty list matches nothing and is refused": "combinations",
    "an hour has its range": "combinations",
    "a number can be contained": "numbers",
    "numbers in order": "numbers",
    "numbers are compared as their text": "numbers",
    "a hexadecimal number without quotes means its value and its text": "numbers",
    "booleans are compared as text": "numbers",
    "exists asks for presence, not for content": "null and absence",
    "exists false asks for absence": "null and absence",
    "neq before all denies each": "neq",
    "a reference that differs needs both values": "neq",
    "neq before fieldref says the same": "neq",
    "references with contains, startswith, endswith and cased": "combinations",
    "networks of both families": "networks",
    "all of IPv6 is not all of IPv4": "networks",
    "bits of the host are ignored": "networks",
    "an expression with its anchors": "expressions",
    "utf16le, wide, utf16be and utf16": "encodings",
    "utf16le beyond the basic plane": "encodings",
    "utf16le without base64 is its bytes": "encodings",
    "windash leaves paths and long options alone": "windash",
    "letters beyond ASCII fold too": "letter case",
}


def enter_environment():
    python = os.path.join(HOME, "bin", "python3")
    if os.path.realpath(sys.prefix) == os.path.realpath(HOME):
        return
    if not os.path.exists(python):
        venv.create(HOME, with_pip=True)
    probe = subprocess.run([python, "-c", "import sigma.backends.sqlite"], capture_output=True)
    if probe.returncode != 0:
        install = subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check"] + PACKAGES,
                                 capture_output=True, text=True)
        if install.returncode != 0:
            print("skipped: the packages can't be installed:", install.stderr.strip().splitlines()[-1:])
            sys.exit(0)
    os.execv(python, [python] + sys.argv)


def regexp(pattern, value):
    return value is not None and re.search(pattern, str(value)) is not None


def quote(name):
    return '"' + name.replace('"', '""') + '"'


class Table:
    """Events as rows; columns compare without case and hold numbers as numbers, as Sigma's values do."""

    def __init__(self, events, columns):
        self.db = sqlite3.connect(":memory:")
        self.db.create_function("REGEXP", 2, regexp, deterministic=True)
        self.columns = sorted({c.lower(): c for c in columns}.values())  # SQLite's names have no case
        text = ", ".join(quote(c) + " NUMERIC COLLATE NOCASE" for c in self.columns)
        self.db.execute(f"CREATE TABLE logs (event INTEGER, fulltext TEXT{', ' if text else ''}{text})")
        marks = ", ".join("?" * (len(self.columns) + 2))
        for index, event in enumerate(events):
            row = [index, "\x1f".join(str(v) for v in flat(event))]
            row += [cell(event.get(c)) if isinstance(event, dict) else None for c in self.columns]
            self.db.execute(f"INSERT INTO logs VALUES ({marks})", row)

    def ask(self, queries):
        out = set()
        for query in queries:
            out.update(row[0] for row in self.db.execute(query.replace("SELECT *", "SELECT event", 1)))
        return out


def flat(event):
    if not isinstance(event, dict):
        return [event]
    out = []
    for value in event.values():
        out.extend(value if isinstance(value, list) else [value])
    return [v for v in out if v is not None]


def cell(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value)
    return value


def several(event, fields):
    """A field with several values: a row can't say it."""
    return isinstance(event, dict) and any(isinstance(event.get(f), list) for f in fields)


def fields_of(rule):
    out = set()
    for condition in rule.detection.parsed_condition:
        todo = [condition.parsed]
        while todo:
            node = todo.pop()
            todo.extend(getattr(node, "args", []) or [])
            if getattr(node, "field", None):
                out.add(node.field)
            if type(getattr(node, "value", None)).__name__ == "SigmaFieldReference":
                out.add(node.value.field)
    return out


def convert(rule):
    from sigma.backends.sqlite import sqliteBackend
    return sqliteBackend(table="logs", fulltext_field="fulltext").convert_rule(rule)


def vectors():
    import yaml
    from sigma.collection import SigmaCollection
    counts = collections.Counter()
    different = []
    for path in sorted(glob.glob(os.path.join(ROOT, "tests", "sigma", "*.yml"))):
        for vector in yaml.safe_load(open(path, encoding="utf-8")):
            if "detection" not in vector or "placeholders" in vector or vector["title"] in ENDLESS:
                continue
            wanted = [True] * len(vector.get("match", [])) + [False] * len(vector.get("no_match", []))
            events = vector.get("match", []) + vector.get("no_match", [])
            try:
                rule = SigmaCollection.from_dicts(
                    [{"title": "x", "logsource": {"product": "p"}, "detection": vector["detection"]}]).rules[0]
                fields = fields_of(rule)
                queries = convert(rule)
            except Exception as error:  # whatever it refuses
                counts["refused by both" if "refused" in vector else "refused by it alone"] += 1
                if "refused" not in vector:
                    different.append((vector["title"], f"refused: {type(error).__name__}: {error}"))
                continue
            if "refused" in vector:
                counts["refused by us alone"] += 1
                different.append((vector["title"], "not refused"))
                continue
            columns = fields | {f for e in events if isinstance(e, dict) for f in e}
            try:
                met = Table(events, columns).ask(queries)
            except (sqlite3.Error, re.error) as error:
                counts["query failed"] += 1
                different.append((vector["title"], f"query failed: {error}"))
                continue
            for index, event in enumerate(events):
                if several(event, fields):
                    counts["several values, not asked"] += 1
                elif (index in met) == wanted[index]:
                    counts["equal"] += 1
                else:
                    counts["different"] += 1
                    different.append((vector["title"], f"{event}: {not wanted[index]}"))
    return counts, different


# Independent of share/tocsin/logsources.yml: the records of these logsources, for rules whose fields keep their names.
SYSMON = {"process_creation": 1, "file_change": 2, "network_connection": 3, "process_termination": 5, "driver_load": 6,
          "image_load": 7, "create_remote_thread": 8, "raw_access_thread": 9, "process_access": 10, "file_event": 11,
          "create_stream_hash": 15, "dns_query": 22, "file_delete": (23, 26), "process_tampering": 25,
          "registry_add": 12, "registry_delete": 12, "registry_set": 13, "registry_rename": 14,
          "registry_event": (12, 13, 14), "pipe_created": (17, 18), "wmi_event": (19, 20, 21)}
CHANNELS = {"security": "Security", "system": "System", "application": "Application",
            "powershell-classic": "Windows PowerShell", "powershell": "Microsoft-Windows-PowerShell/Operational",
            "taskscheduler": "Microsoft-Windows-TaskScheduler/Operational",
            "bits-client": "Microsoft-Windows-Bits-Client/Operational",
            "sysmon": "Microsoft-Windows-Sysmon/Operational"}


def first(value):
    return value[0] if isinstance(value, list) and value else value


def belongs(event, logsource):
    """Whether an event is of a rule's logsource; None when this table doesn't know."""
    if (logsource.product or "windows") != "windows":
        return None
    channel, number = first(event.get("Channel")), first(event.get("EventID"))
    if logsource.category:
        wanted = SYSMON.get(logsource.category)
        if wanted is None:
            return None
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        fits = channel == CHANNELS["sysmon"] and number in wanted
        if logsource.category in ("registry_add", "registry_delete"):
            create = str(event.get("EventType", "")).lower().startswith("create")
            fits = fits and create == (logsource.category == "registry_add")
        return fits
    if logsource.service in CHANNELS:
        return channel == CHANNELS[logsource.service]
    return None


def corpus(tocsin, rules, evidence):
    from sigma.collection import SigmaCollection
    dump = subprocess.run([tocsin, "events", *evidence, "--json", "--quiet"], capture_output=True, text=True, errors="replace")
    records = [json.loads(line) for line in dump.stdout.splitlines()]
    options = [option for folder in rules for option in ("--rules", folder)]
    scan = subprocess.run([tocsin, "scan", *evidence, *options, "--no-own-rules", "--json", "--quiet"],
                          capture_output=True, text=True, errors="replace")
    # A scan counts the copies of a record once, so what stands for a record is the record, not its place.
    identity = {(r["sha256"], r["offset"]): json.dumps([r["time"], r["fields"]], sort_keys=True) for r in records}
    ours = collections.defaultdict(set)
    for line in scan.stdout.splitlines():
        finding = json.loads(line)
        at = finding["events"][0]
        ours[finding["rule"]["id"]].add(identity[at["sha256"], at["offset"]])
    places = [identity[r["sha256"], r["offset"]] for r in records]
    fields = [r["fields"] for r in records]

    counts, different = collections.Counter(), []
    by_source = collections.defaultdict(list)
    for folder in rules:
        for path in sorted(glob.glob(os.path.join(folder, "**", "*.yml"), recursive=True)):
            try:
                rule = SigmaCollection.from_yaml(open(path, encoding="utf-8").read()).rules[0]
                by_source[(rule.logsource.product, rule.logsource.category, rule.logsource.service)].append(rule)
            except Exception as error:
                counts["rules it refuses"] += 1
                different.append((path, f"refused: {error}"))
    for group in by_source.values():
        answers = [belongs(event, group[0].logsource) for event in fields]
        if not answers or answers[0] is None:
            counts["rules of logsources not compared"] += len(group)
            continue
        chosen = [i for i, answer in enumerate(answers) if answer]
        if not chosen:
            counts["rules without an event"] += len(group)
            continue
        events = [fields[i] for i in chosen]
        converted = []
        for rule in group:
            try:
                converted.append((rule, fields_of(rule), convert(rule)))
            except Exception as error:
                counts["rules it can't convert"] += 1
                print(f"  not converted: {rule.id} {error}"[:200])
        columns = set().union(*(wanted for _, wanted, _ in converted)) if converted else set()
        table = Table(events, columns)
        for rule, wanted, queries in converted:
            counts["rules compared"] += 1
            try:
                met = table.ask(queries)
            except sqlite3.Error as error:
                counts["queries that failed"] += 1
                print(f"  query failed: {rule.id} {error}"[:200])
                continue
            for row, index in enumerate(chosen):
                if several(events[row], wanted):
                    counts["pairs with several values"] += 1
                    continue
                here, there = places[index] in ours[str(rule.id)], row in met
                counts["pairs"] += 1
                counts["both meet"] += here and there
                if here != there:
                    counts["pairs different"] += 1
                    different.append((str(rule.id), f"{rule.title}: {records[index]['evidence']} at {records[index]['offset']}: "
                                                    f"tocsin {here}, SQLite {there}"))
    return counts, different


def report(name, counts, different):
    print(f"{name}: " + ", ".join(f"{value} {key}" for key, value in sorted(counts.items())))
    left = 0
    for key, text in different:
        explained = EXPLAINED.get(key)
        left += explained is None
        print(f"  {'explained' if explained else 'DIFFERENT'}: {key}: {text}" + (f" [{explained}]" if explained else ""))
    return left


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tocsin", default=os.path.join(ROOT, "build", "release", "tocsin"))
    parser.add_argument("--rules", action="append", default=[])
    parser.add_argument("--evidence", action="append", default=[])
    options = parser.parse_args()
    enter_environment()
    left = report("vectors", *vectors())
    if not options.rules and os.path.isdir(CORPUS):
        options.rules = [os.path.join(CORPUS, "rules", name)
                         for name in ("rules", "rules-emerging-threats", "rules-threat-hunting", "rules-compliance")]
        options.evidence = options.evidence or [os.path.join(CORPUS, "evtx-attack-samples"), os.path.join(CORPUS, "otrf")]
    if not options.rules or not options.evidence:
        print("skipped: rules on evidence: none given, and there is no corpus")
    elif not os.path.exists(options.tocsin):
        print(f"skipped: rules on evidence: {options.tocsin} is not built")
    else:
        left += report("rules on evidence", *corpus(options.tocsin, options.rules, options.evidence))
    sys.exit(1 if left else 0)


if __name__ == "__main__":
    main()
