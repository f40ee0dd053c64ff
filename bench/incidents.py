"""Incidents on rehearsals: is each planted intrusion one incident, neither split nor joined with another?

A finding belongs to an intrusion when it names one of its sources or an account that was entered or whose mail was taken,
within its time. An intrusion is right when such findings of level medium and graver stand in one incident and no other;
those that stand in none are counted by themselves.

alone      each scenario, `seeds` seeds: rehearse → scan → assess.
later      two intrusions of two scenarios into one institution, with other sources and other accounts entered, days apart:
           the first ends before the second begins. Also once more with everything that may happen meanwhile (--world all).
at once    the same with overlapping time.
beside     each scenario beside the demo's evidence (share/demo/evidence): whatever is found there is no part of it.

Of a couple it counts: intrusions split (in more than one incident), couples merged (one incident holds findings of both),
and of the merged ones those where one finding of a detector or rule names both already, so that nothing that comes after
could tell them apart. These count as merged all the same, and are counted by themselves besides; but intrusions that share
a source, or an account that both entered, are not unrelated: such couples are set aside and counted.
Runs as `./dev bench incidents`, or with a build and scenarios:

  bench/incidents.py build/dev/tocsin [SCENARIO…] [--seeds N] [--keep FOLDER] [--rules FOLDER] [--only alone,later,worlds,at-once,beside]
"""
import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCENARIOS = ["spray", "brute-force", "stuffing", "takeover", "mail-theft", "parliament"]
SHORT = ["brute-force", "stuffing"]  # over within a day
PARTS = ["alone", "later", "worlds", "at-once", "beside"]
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


class Rest:
    """What none of the others has: the demo's findings, say."""
    def __init__(self, others, start, end):
        self.others, self.start, self.end = others, start, end

    def has(self, finding):
        return self.start <= finding["time"] <= self.end and not any(one.has(finding) for one in self.others)


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{command}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


def lines(text):
    return [json.loads(line) for line in text.splitlines() if line]


def judge(tocsin, case, intrusions):
    """For each intrusion the ids of the incidents that hold its findings, how many of its findings are loose and how many
    there are; the number of incidents; whether one finding names both."""
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


def rehearse(tocsin, folder, scenario, seed, users, days, worlds=()):
    more = [word for world in worlds for word in ("--world", world)]
    run(tocsin, "rehearse", scenario, "--out", folder, "--users", users, "--days", days, "--seed", seed, *more)
    return Intrusion(json.loads((folder / "labels.json").read_text()))


class Measure:
    def __init__(self, tocsin, scratch, say, users, days, rules):
        self.tocsin, self.scratch, self.say, self.users, self.days, self.rules = tocsin, scratch, say, users, days, rules
        self.counts = Counter()

    def case_of(self, name, folders):
        case = self.scratch / f"{name}.case"
        run(self.tocsin, "scan", *folders, "--case", case, "--quiet", *self.rules)
        return case

    def alone(self, scenario, seed):
        folder = self.scratch / f"{scenario}-{seed}"
        intrusion = rehearse(self.tocsin, folder, scenario, seed, self.users, self.days)
        [(ids, loose, count)], incidents, _ = judge(self.tocsin, self.case_of(folder.name, [folder]), [intrusion])
        self.counts["findings"] += count
        self.counts["loose"] += loose
        if count == 0:  # the detectors' miss: there is nothing to tie
            self.counts["nothing"] += 1
            self.say(f"alone {scenario} {seed}: nothing was found")
            return
        good = len(ids) == 1
        self.counts["whole"] += 1
        self.counts["right"] += good
        self.counts["extra"] += incidents - len(ids)
        self.say(f"alone {scenario} {seed}: {count} findings of the intrusion in {len(ids)} incidents, {loose} loose; "
                 f"{incidents} incidents in all{'' if good else '   <- not one'}")

    def couple(self, part, name, folders, pair):
        if isinstance(pair[1], Intrusion) and (pair[0].sources & pair[1].sources or pair[0].victims & pair[1].victims):
            self.counts[part + " related"] += 1
            self.say(f"{part} {name}: they share a source or an entered account: set aside")
            return
        judged, _, both = judge(self.tocsin, self.case_of(f"{part}-{name}", folders), pair)
        if any(count == 0 for _, _, count in judged):
            self.counts[part + " nothing"] += 1
            self.say(f"{part} {name}: of one of them nothing was found")
            return
        merged = bool(set(judged[0][0]) & set(judged[1][0]))
        alike = [pair[i] for i in range(2) if isinstance(pair[i], Intrusion)]
        split = sum(len(judged[i][0]) > 1 for i in range(2) if isinstance(pair[i], Intrusion))
        self.counts[part + " couples"] += 1
        self.counts[part + " merged"] += merged
        self.counts[part + " by one finding"] += merged and both
        self.counts[part + " intrusions"] += len(alike)
        self.counts[part + " split"] += split
        self.say(f"{part} {name}: {[len(ids) for ids, _, _ in judged]} incidents"
                 f"{'   <- one of both' + (', as one finding names both' if both else '') if merged else ''}"
                 f"{'   <- split' if split else ''}")

    def pair(self, part, first, second, seed, days, worlds=()):
        folders = [self.scratch / f"{part}-{first}-{second}-{seed}-{which}" for which in "ab"]
        pair = [rehearse(self.tocsin, folders[0], first, seed, self.users, days[0], worlds),
                rehearse(self.tocsin, folders[1], second, 100 + seed, self.users, days[1], worlds)]
        if part != "at-once" and not pair[0].end < pair[1].start:
            raise SystemExit(f"{part} {first} {second} {seed}: their times overlap")
        self.couple(part, f"{first}-{second}-{seed}", folders, pair)

    def beside(self, scenario, seed):
        folder = self.scratch / f"beside-{scenario}-{seed}-a"
        # As many days as it takes until the demo's own two (14 and 15 September 2026) would be a long way off: they are.
        intrusion = rehearse(self.tocsin, folder, scenario, seed, self.users, self.days)
        demo = ROOT / "share/demo/evidence"
        self.couple("beside", f"{scenario}-{seed}", [folder, demo],
                    [intrusion, Rest([intrusion], "2026-09-14", "2026-09-16")])


def measure(tocsin, scratch, scenarios, seeds, say, users=60, days=9, rules=(), parts=PARTS):
    it = Measure(tocsin, scratch, say, users, days, rules)
    for number, scenario in enumerate(scenarios):
        other = scenarios[(number + 1) % len(scenarios)]
        for seed in range(1, seeds + 1):
            if "alone" in parts:
                it.alone(scenario, seed)
            if "later" in parts:
                it.pair("later", scenario, other, seed, (days, 42))
            if "worlds" in parts:
                it.pair("worlds", scenario, other, seed, (days, 42), ("all",))
            if "at-once" in parts:
                it.pair("at-once", scenario, other, seed, (days, days))
            if "beside" in parts:
                it.beside(scenario, seed)
    return it.counts


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tocsin")
    parser.add_argument("scenarios", nargs="*")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--users", type=int, default=60)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--rules")
    parser.add_argument("--only", default=",".join(PARTS))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch_folder:
        place = args.keep or Path(scratch_folder)
        place.mkdir(exist_ok=True)
        counts = measure(Path(args.tocsin), place, args.scenarios or SCENARIOS, args.seeds,
                         lambda text: print(text, file=sys.stderr, flush=True), users=args.users,
                         rules=("--rules", args.rules) if args.rules else (), parts=args.only.split(","))
        for key, value in sorted(counts.items()):
            print(f"{key:24} {value}")
