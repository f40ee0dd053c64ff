#!/usr/bin/env python3
"""A rehearsal from end to end: written, scanned, scored.

  rehearse.py TOCSIN

A parliament of 200 people over ten days, one seed for the attack and one without: the campaign must be found with the shares
below, nothing may be found where nothing was, the case must say EXERCISE in every output, and the findings must be the same on
one thread, on two, and when the scan is killed and completed.
"""
import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOCSIN = Path(sys.argv[1]).resolve()
FLOORS = {"recall": 0.99, "precision": 0.99}
problems = []


def run(*arguments):
    return subprocess.run([str(TOCSIN), *map(str, arguments)], capture_output=True, text=True, check=False, timeout=600)


def must(*arguments):
    done = run(*arguments)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done


def check(name, holds, seen):
    print(f"  {'holds' if holds else 'FAILS'}  {name}: {seen}")
    if not holds:
        problems.append(name)


def findings(case):
    out = []
    for line in must("case", "findings", case, "--json").stdout.splitlines():
        out.append(line)
    return out


def killed_and_completed(folder, case):
    killed = 0
    for moment in (0.1, 0.3, 0.6):
        process = subprocess.Popen([str(TOCSIN), "scan", str(folder), "--no-own-rules", "--case", str(case), "-q"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moment)
        killed += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    must("scan", folder, "--no-own-rules", "--case", case, "-q")
    return killed


with tempfile.TemporaryDirectory() as scratch_name:
    scratch = Path(scratch_name)
    attack, quiet = scratch / "attack", scratch / "quiet"
    must("rehearse", "parliament", "--out", attack, "--users", "200", "--days", "10", "--seed", "3")
    must("rehearse", "quiet", "--out", quiet, "--users", "200", "--days", "10", "--seed", "3", "--world", "travel,bots")
    if run("rehearse", "parliament", "--out", attack).returncode != 4:
        problems.append("a rehearsal was written over another")

    case = scratch / "attack.case"
    scanned = must("scan", attack, "--no-own-rules", "--case", case, "--threads", "1")
    score = json.loads(must("rehearse", "score", case, attack / "labels.json", "--json").stdout)
    print(must("rehearse", "score", case, attack / "labels.json").stdout)
    for name, floor in FLOORS.items():
        check(f"{name} at least {floor}", (score[name] or 0) >= floor, score[name])
    # Eight tries an hour on the whole house, after three days of which nothing was known.
    check("alarm within a day", score["alarm_minutes"] is not None and score["alarm_minutes"] <= 1440, score["alarm_minutes"])
    check("no false campaign", score["campaigns_false"] == 0, score["campaigns_false"])
    check("at most one innocent source", score["innocent_sources"] <= 1, score["innocent_sources"])
    check("every entered account", score["entered_found"] == score["entered"] > 0, score["entered_found"])
    check("at most two users wrongly flagged", score["wrongly_entered"] <= 2, score["wrongly_entered"])

    check("every theft of mail before its 50th message", score["mailboxes_in_time"] == score["mailboxes"] > 0, score["mailboxes_in_time"])

    check("at most three mailboxes wrongly flagged", score["wrong_mailboxes"] <= 3, score["wrong_mailboxes"])

    other = scratch / "quiet.case"
    must("scan", quiet, "--no-own-rules", "--case", other, "-q")
    calm = json.loads(must("rehearse", "score", other, quiet / "labels.json", "--json").stdout)
    check("nothing found where nothing was", calm["campaigns_false"] == 0 and calm["recall"] is None, calm["campaigns_false"])

    check("the scan says EXERCISE", "EXERCISE" in scanned.stderr, scanned.stderr.splitlines()[0])
    check("case show says EXERCISE", "EXERCISE" in must("case", "show", case).stdout, "")
    check("case show --json says it", json.loads(must("case", "show", case, "--json").stdout).get("exercise") is True, "")
    check("each finding says it", all(json.loads(line).get("exercise") for line in findings(case)), "")
    check("the export says it", "EXERCISE" in must("export", "csv", case).stderr, "")

    expected = findings(case)
    must("scan", attack, "--no-own-rules", "--case", scratch / "two.case", "--threads", "2", "-q")
    check("two threads, same findings", findings(scratch / "two.case") == expected, len(expected))
    killed = killed_and_completed(attack, scratch / "killed.case")
    check("killed and completed, same findings", findings(scratch / "killed.case") == expected, f"{killed} of 3 killed")

print(f"{len(problems)} problems")
sys.exit(1 if problems else 0)
