"""Peers beside ours, on the same events and rules: figures for docs/BENCHMARKS.md, never a dependency of the project.

rsigma comes from crates.io (cargo install into build/peers, once). Where that is out of reach the figure is skipped with
a printed reason. A peer's time is measured like ours: one process, one core, from its start to its end, output to a file.
"""
import os
import shutil
import statistics
import subprocess
import time
from pathlib import Path

CRATE, VERSION = "rsigma", "0.23.0"


def install(root, say):
    program = root / "bin" / CRATE
    if program.exists():
        return program
    if not shutil.which("cargo"):
        say("skipped: rsigma (no cargo on this machine)")
        return None
    say(f"installing {CRATE} {VERSION} …")
    done = subprocess.run(["cargo", "install", CRATE, "--version", VERSION, "--locked", "--root", str(root)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        say(f"skipped: rsigma (cargo: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'failed'})")
        return None
    return program


def timed(command, folder, stdin=None):
    start = time.monotonic()
    with open(folder / "peer.out", "wb") as out, open(stdin or os.devnull, "rb") as into:
        done = subprocess.run([str(c) for c in command], stdin=into, stdout=out, stderr=subprocess.PIPE, check=False,
                              preexec_fn=lambda: os.sched_setaffinity(0, {0}))
    return time.monotonic() - start, done


def compare(folder, records, rules, tocsin, data, figure, say):
    program = install(data.parent / "peers", say)
    if not program or not rules:
        say("skipped: peers need the public rule set and a peer")
        return
    scratch = Path(data)
    # One file of events in the flat form that the peer reads, and one folder of the rules that all can run.
    all_rules = scratch / "peer-rules"
    shutil.rmtree(all_rules, ignore_errors=True)
    for number, path in enumerate(rules[1::2]):
        shutil.copytree(path, all_rules / str(number))
    flat = scratch / "peer.ndjson"
    with open(flat, "wb") as out:
        for file in sorted(folder.iterdir()):
            out.write(file.read_bytes())
    ours, theirs, nothing = [], [], []
    empty = scratch / "empty.ndjson"
    empty.write_bytes(b"")
    for _ in range(3):
        ours.append(timed([tocsin, "scan", flat, "--rules", all_rules, "--threads", "1", "-q", "--no-own-rules"], scratch)[0])
        seconds, done = timed([program, "engine", "eval", "--rules", all_rules], scratch, flat)
        if done.returncode not in (0, 1):
            say(f"skipped: rsigma ended with {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}")
            return
        theirs.append(seconds)
        nothing.append(timed([program, "engine", "eval", "--rules", all_rules], scratch, empty)[0])
    figure("peer: tocsin, NDJSON", records / statistics.median(ours), "events/s", "", None)
    figure(f"peer: rsigma {VERSION}, NDJSON", records / statistics.median(theirs), "events/s", "", None)
    figure(f"peer: rsigma {VERSION}, start", statistics.median(nothing), "s", "", None)
    ratio = statistics.median(theirs) / statistics.median(ours)
    figure("peer: tocsin / rsigma", ratio, "ratio", ">= 10 (aim)", ratio >= 10)
