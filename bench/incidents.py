"""Incidents on rehearsals: is each planted intrusion one incident, neither split nor joined with another?

Each scenario, five seeds: rehearse → scan → assess. A finding belongs to the intrusion when it names one of its sources
or an account that was entered or whose mail was taken, within its time; the intrusion is right when such findings of level
medium and graver stand in one incident and no other; those that stand in none are counted by themselves. Then couples of two intrusions in one case, of two seeds, each judged the
same way, and the two must be two incidents; couples are set aside where a detector's one finding names both, and
rehearsals where nothing was found. Runs as `./dev bench incidents`, or with a build and scenarios:

  bench/incidents.py build/dev/tocsin [SCENARIO…] [--seeds N] [--keep FOLDER] [--rules]
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

SCENARIOS = ["spray", "brute-force", "stuffing", "takeover", "mail-theft", "parliament"]
LEVELS = ["informational", "low", "medium", "high", "critical"]


def local(name):
    return name.lower().split("\\")[-1].split("@")[0]


class Intrusion:
    def __init__(self, labels):
        self.start, self.end = labels["start"], labels["end"]
        self.sources = set(labels["sources"])
        self.victims = {local(a) for a in labels["entered"] + [t["mailbox"] for t in labels["taken"]]}

    def has(self, finding):
        first, last = finding.get("first") or finding["time"], finding.get("last") or finding["time"]
        if last < self.start[:19] or first[:10] > self.end[:10]:
            return False
        for entity in finding["entities"]:
            if entity["type"] == "address" and entity["value"] in self.sources:
                return True
            if entity["type"] in ("account", "mailbox") and entity.get("role") in ("entered", "mailbox") and \
                    local(entity["value"]) in self.victims:
                return True
        return False


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{command}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


def lines(text):
    return [json.loads(line) for line in text.splitlines() if line]


def judge(tocsin, case, intrusions):
    """For each intrusion the ids of the incidents that hold its findings, and how many of its findings are loose."""
    findings = lines(run(tocsin, "case", "findings", case, "--json"))
    story = lines(run(tocsin, "assess", case, "--json"))
    where = {}
    for one in story:
        if one["kind"] == "incident":
            held = lines(run(tocsin, "case", "findings", case, "--incident", one["id"], "--json"))
            where.update({finding["id"]: one["id"] for finding in held})
    out = []
    for intrusion in intrusions:
        mine = [f for f in findings if LEVELS.index(f["rule"]["level"]) >= 2 and intrusion.has(f)]
        out.append((sorted({where[f["id"]] for f in mine if f["id"] in where}), sum(f["id"] not in where for f in mine),
                    len(mine)))
    both = len(intrusions) > 1 and any(all(i.has(f) for i in intrusions) for f in findings)
    return out, sum(one["kind"] == "incident" for one in story), both


def rehearse(tocsin, folder, scenario, seed, users, days):
    run(tocsin, "rehearse", scenario, "--out", folder, "--users", users, "--days", days, "--seed", seed)
    return Intrusion(json.loads((folder / "labels.json").read_text()))


def measure(tocsin, scratch, scenarios, seeds, say, users=100, days=10, rules=()):
    """(right, whole, merged, couples, extra incidents, share of findings left in no incident)"""
    right = whole = merged = couples = extra = findings = left = 0
    for scenario in scenarios:
        for seed in range(1, seeds + 1):
            folder = scratch / f"{scenario}-{seed}"
            intrusion = rehearse(tocsin, folder, scenario, seed, users, days)
            case = scratch / f"{scenario}-{seed}.case"
            run(tocsin, "scan", folder, "--case", case, "--quiet", *rules)
            [(ids, loose, count)], incidents, _ = judge(tocsin, case, [intrusion])
            good = len(ids) == 1
            findings += count
            left += loose
            if count == 0:  # the detectors' miss: there is nothing to tie
                say(f"{scenario} {seed}: nothing was found")
                continue
            whole += 1
            right += good
            extra += incidents - len(ids)
            say(f"{scenario} {seed}: {count} findings of the intrusion in {len(ids)} incidents, {loose} loose; "
                f"{incidents} incidents in all{'' if good else '   <- not one'}")
    for number, scenario in enumerate(scenarios):
        other = scenarios[(number + 1) % len(scenarios)]
        for seed in range(1, seeds + 1):
            pair = []
            folders = []
            for name, its_seed in ((scenario, seed), (other, 100 + seed)):
                folders.append(scratch / f"couple-{scenario}-{name}-{its_seed}")
                pair.append(rehearse(tocsin, folders[-1], name, its_seed, users, days))
            case = scratch / f"couple-{scenario}-{seed}.case"
            run(tocsin, "scan", *folders, "--case", case, "--quiet", *rules)
            judged, _, both = judge(tocsin, case, pair)
            if both:  # one finding names both: nothing that comes after can tell them apart
                say(f"{scenario} and {other} {seed}: one finding names both")
                continue
            same = bool(set(judged[0][0]) & set(judged[1][0]))
            couples += 1
            merged += same
            say(f"{scenario} and {other} {seed}: {[len(ids) for ids, _, _ in judged]} incidents{'   <- one of both' if same else ''}")
    return right, whole, merged, couples, extra, left / max(findings, 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tocsin")
    parser.add_argument("scenarios", nargs="*")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--rules")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch_folder:
        place = args.keep or Path(scratch_folder)
        place.mkdir(exist_ok=True)
        print(measure(Path(args.tocsin), place, args.scenarios or SCENARIOS, args.seeds,
                      lambda text: print(text, file=sys.stderr, flush=True), users=args.users,
                      rules=("--rules", args.rules) if args.rules else ()))
