#!/usr/bin/env python3
"""./dev bench [NAME…] [--json]: what a user waits for, against its target.

A figure is measured on whole processes, a baseline and ours in turn within one run, so that ratios hold on a noisy
machine; times are medians of the runs. Evidence is made on the spot by build/release/bench_evidence under build/bench.
"""
import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import mail
import text

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
DATA = ROOT / "build" / "bench"
CORPUS = ROOT.parent / "shared" / "corpus"
TOCSIN = BUILD / "tocsin"

figures = []


def figure(name, value, unit, must, holds):
    """One line of the result. `must` is text ("<= 5"), `holds` None when there is no target."""
    figures.append({"name": name, "value": value, "unit": unit, "must": must, "holds": holds})
    if options.json:
        print(json.dumps(figures[-1]), flush=True)
    else:
        mark = {True: "holds", False: "MISSED", None: ""}[holds]
        shown = f"{value:,.3f}" if isinstance(value, float) and value < 100 else f"{value:,.0f}"
        print(f"  {name:<34} {shown:>14} {unit:<12} {must:<14} {mark}", flush=True)


def at_most(name, value, unit, bound):
    figure(name, value, unit, f"<= {bound:g}", value <= bound)


def at_least(name, value, unit, bound):
    figure(name, value, unit, f">= {bound:,g}", value >= bound)


def say(text):
    print(text, file=sys.stderr, flush=True)


class Run:
    """One finished process: wall and CPU seconds, peak resident bytes."""

    def __init__(self, command, output=subprocess.PIPE, **kwargs):
        command = [str(c) for c in command]
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.PIPE, **kwargs)
        # Small outputs only: every measured command writes to files or prints a summary.
        out, err = process.stdout.read() if process.stdout else b"", process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        self.wall = time.monotonic() - start
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss * 1024
        self.code = os.waitstatus_to_exitcode(status)
        self.out, self.err = out.decode(errors="replace"), err.decode(errors="replace")
        if self.code not in (0, 3):
            say(f"{command}: exit {self.code}\n{self.err[-2000:]}")
            sys.exit(1)


def median(runs, what="wall"):
    return statistics.median(getattr(r, what) for r in runs)


def in_turn(count, *commands):
    """Runs the commands A B A B …, returns a list of runs for each."""
    results = [[] for _ in commands]
    for command, into in zip(commands, results):
        Run(command)  # warms the page cache
    for _ in range(count):
        for command, into in zip(commands, results):
            into.append(Run(command))
    return results


def evidence(kind, megabytes):
    """Makes (once) a folder of dense files; returns its path, bytes and records."""
    folder = DATA / f"{kind}-{megabytes}"
    facts = folder.with_suffix(".json")
    maker = BUILD / "bench_evidence"
    if not facts.exists() or facts.stat().st_mtime < maker.stat().st_mtime:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        say(f"making {megabytes} MB of {kind} …")
        source = CORPUS / "sigma" / "evtx-attack-samples"
        made = subprocess.run([maker, kind, str(megabytes), folder] + ([source] if source.exists() else []), check=True,
                              capture_output=True, text=True)
        facts.write_text(made.stdout)
    made = json.loads(facts.read_text())
    return folder, made["bytes"], made["records"]


def rules():
    """SigmaHQ's active rules when the corpus is there, else our own."""
    base = CORPUS / "sigma" / "rules"
    folders = ["rules", "rules-emerging-threats", "rules-threat-hunting", "rules-placeholder", "rules-compliance"]
    if base.exists():
        return [arg for folder in folders for arg in ("--rules", base / folder)]
    return []


def scan_command(folder, case, *extra, threads=1):
    return [TOCSIN, "scan", folder, "--case", case, "--threads", str(threads), "--quiet", *extra]


class Fresh:
    """A command whose case is removed before each run (untimed): the second scan of a case does less."""

    def __init__(self, command):
        self.command = command
        self.case = str(command[command.index("--case") + 1])

    def __iter__(self):
        for suffix in ("", "-wal", "-shm", "-lock"):
            Path(self.case + suffix).unlink(missing_ok=True)
        os.sync()  # nor pay for what the run before left to write
        return iter(self.command)


def bench_scan():
    size = options.megabytes
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        case = Path(scratch) / "bench.case"
        all_rules = rules()

        folder, size_bytes, records = evidence("evtx-mixed", size)
        files = sorted(folder.iterdir())
        digest = ["openssl", "dgst", "-sha256", *files]
        hashed, scanned, bare = in_turn(options.runs, digest, Fresh(scan_command(folder, case, *all_rules)),
                                        Fresh(scan_command(folder, case, "--no-rules", "--no-own-rules")))
        figure("sha256 (openssl dgst)", size_bytes / median(hashed) / 1e6, "MB/s", "", None)
        at_most("evtx mixed, all rules / sha256", median(scanned) / median(hashed), "ratio", 5)
        at_least("evtx mixed, all rules", records / median(scanned), "records/s", 300_000)
        at_most("evtx mixed, no rules / sha256", median(bare) / median(hashed), "ratio", 1.5)

        one, two = in_turn(options.runs, Fresh(scan_command(folder, case, *all_rules)),
                           Fresh(scan_command(folder, case, *all_rules, threads=2)))
        at_least("two threads / one", median(one) / median(two), "ratio", 1.7)

        folder, _, records = evidence("evtx-sysmon1", size)
        (runs,) = in_turn(options.runs, Fresh(scan_command(folder, case, *all_rules)))
        at_least("evtx Sysmon 1, all rules", records / median(runs), "events/s", 150_000)

        folder, _, records = evidence("ndjson-sysmon", size)
        (runs,) = in_turn(options.runs, Fresh(scan_command(folder, case, *all_rules)))
        at_least("NDJSON Sysmon, all rules", records / median(runs), "events/s", 150_000)


def bench_memory():
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        folder, size_bytes, _ = evidence("evtx-mixed", 5 * options.megabytes)
        run = Run(scan_command(folder, Path(scratch) / "bench.case", *rules()))
        at_most(f"peak memory on {size_bytes / 1e9:.1f} GB", run.peak / 2**20, "MB", 512)
        figure("case file of it", os.path.getsize(Path(scratch) / "bench.case") / 2**20, "MB", "", None)


def bench_startup():
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        empty = Path(scratch) / "empty.log"
        empty.write_text("")
        cache = Path(scratch) / "cache"
        command = ["env", f"XDG_CACHE_HOME={cache}", TOCSIN, "scan", empty, "--quiet", "--threads", "1", *rules()]
        cold, warm = [], []
        for _ in range(options.runs):
            shutil.rmtree(cache, ignore_errors=True)
            cold.append(Run(command))
            warm.append(Run(command))
        at_most("start-up without cache", median(cold), "s", 1.5)
        at_most("start-up with cache", median(warm), "s", 0.15)


def bench_peers():
    sys.path.insert(0, str(ROOT / "bench"))
    import peers  # noqa: PLC0415: optional, and only for this figure
    folder, size_bytes, records = evidence("ndjson-sysmon", max(64, options.megabytes // 16))
    peers.compare(folder, records, rules(), TOCSIN, DATA, figure, say)


def bench_attribution():
    """What techniques and software tell about actors, leaving one public report out; fitted in folds over actors."""
    bundle = CORPUS / "cti" / "enterprise-attack.json"
    if not bundle.exists():
        say("attribution: skipped, there is no ATT&CK bundle at ../shared/corpus/cti/enterprise-attack.json")
        return
    for line in Run([BUILD / "attribution_bench", bundle]).out.splitlines():
        one = json.loads(line)
        figure(one["name"], one["value"], one["unit"], one["must"], one["holds"])


def bench_linking():
    """Reports of one actor tied by what they share; ten million indicators; incidents of a million findings."""
    reports, lists = CORPUS / "cti" / "ioc" / "maltrail", CORPUS / "cti" / "warninglists"
    runs = [["--synthetic", 10_000_000]]
    if reports.exists() and lists.exists():
        runs.insert(0, [reports, lists])
    else:
        say("linking: reports skipped, ../shared/corpus/cti is not there")
    for arguments in runs:
        for line in Run([BUILD / "linking_bench", *arguments]).out.splitlines():
            one = json.loads(line)
            figure(one["name"], one["value"], one["unit"], one["must"], one["holds"])
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        case = Path(scratch) / "million.case"
        Run([BUILD / "bench" / "case_bench", 1_000_000, case])
        assessed = Run([TOCSIN, "assess", case])
        at_most("assess, 1.25 million findings", assessed.wall, "s", 60)
        at_most("assess, 1.25 million findings, memory", assessed.peak / 2**20, "MB", 1024)
        for kind in ("unlike", "unlike-day"):
            Run([BUILD / "bench" / "case_bench", 1_000_000, case, kind])
            assessed = Run([TOCSIN, "assess", case])
            at_most(f"assess, 1.25 million findings, {kind}", assessed.wall, "s", 60)
            at_most(f"assess, 1.25 million findings, {kind}, memory", assessed.peak / 2**20, "MB", 1024)


def bench_incidents():
    """Planted intrusions, each to be one incident: bench/incidents.py."""
    sys.path.insert(0, str(ROOT / "bench"))
    import incidents  # noqa: PLC0415
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        counts = incidents.measure(TOCSIN, Path(scratch), incidents.SCENARIOS, 5, say)
    at_least("incidents: intrusions that are one", counts["right"] / max(counts["whole"], 1), "", 0.95)
    figure("incidents: rehearsals where nothing was found", counts["nothing"], "", "", None)
    for part, words in (("later", "days apart"), ("worlds", "days apart, all noise"), ("at-once", "at one time"), ("beside", "beside the demo")):
        own = counts[part + " merged"] - counts[part + " by one finding"]
        figure(f"incidents: couples merged, {words}", own, f"of {counts[part + ' couples']}", "<= 0", own == 0)
        figure(f"incidents: couples one finding names both, {words}", counts[part + " by one finding"], f"of {counts[part + ' couples']}", "", None)
        at_least(f"incidents: not split, {words}", 1 - counts[part + " split"] / max(counts[part + " intrusions"], 1), "", 0.95)
    figure("incidents: their findings in none", counts["loose"] / max(counts["findings"], 1), "share", "", None)
    figure("incidents: others beside them", counts["extra"] / max(counts["whole"], 1), "a case", "", None)


def bench_products():
    """Text to activities in one process, lines that lie, and the line that costs most a byte."""
    def run(*command):
        out = subprocess.run([BUILD / "products_bench", *map(str, command)], capture_output=True, text=True, errors="replace").stdout
        return {name: float(value) for name, value in (line.split() for line in out.splitlines())}
    speed = run("speed")
    figure("products: OpenSSH lines", speed["lines_per_second"], "lines/s CPU", "", None)
    forged = run("forgeries", 1_000_000)
    at_least("products: forged lines", forged["forgeries"], "lines", 1_000_000)
    at_most("products: wrong attributions", forged["wrong"], "lines", 0)
    worst = max(run("hunt", 600, seed)["ratio"] for seed in (1, 2, 3))
    at_most("products: worst line to median, three hunts", worst, "times a byte", 3)


def bench_spray():
    """Campaigns on accounts in rehearsals: seeds that no parameter was chosen on."""
    program, seeds = BUILD / "spray_bench", ["--seeds", "6-15", "--json"]
    calls = [["--worlds", "every", "--attacks", "none", *seeds], ["--worlds", "plain,all", "--attacks", "every", *seeds],
             ["--worlds", "plain", "--attacks", "none,0.2/h,30x0.2/h,residential", "--no-as", *seeds],
             ["--speed", "--json"], ["--memory", "100000000", "--json"]]
    for call in calls:
        for line in Run([program, *call]).out.splitlines():
            one = json.loads(line)
            name = one["name"] + (", no AS database" if "--no-as" in call else "")
            figure(name, one["value"], one["unit"], one["must"], one["holds"])


def bench_text():
    text.bench(BUILD, DATA, TOCSIN, Run, at_least, at_most, figure, say, options.runs)


def bench_mailauth():
    """Keys that left DNS, computed from two messages; forgeries of a signed set."""
    mail = CORPUS / "mail"
    if (mail / "keys.tsv").exists():
        run = Run([BUILD / "tests" / "mailauth" / "mail_suites_test", "--gtest_filter=*RecoveredKeyEqualsTheKnownOne"],
                  env={**os.environ, "TOCSIN_SLOW": "1"}, cwd=ROOT)
        figure("key recovered equals the known one", int("[  PASSED  ] 1 test" in run.out), "yes = 1", "= 1",
               "[  PASSED  ] 1 test" in run.out)
        at_most("recovery of a 2048-bit key", run.wall, "s", 60)
    else:
        say(f"  key recovery is left out: no corpus at {mail}")


def bench_mail():
    """Mail in scan: messages a second of processor time, one thread; mail that means harm ends, in bounded memory."""
    count, megabytes = 20_000, 2_000 if options.full else 300
    with tempfile.TemporaryDirectory(dir=DATA) as folder:
        box = Path(folder) / "box.mbox"
        mail.ordinary(box, count)
        size = box.stat().st_size
        run = Run([TOCSIN, "scan", box, "--threads", 1, "--case", Path(folder) / "mail.case", "--quiet"])
        at_least("mail in scan, own rules", count / run.cpu, "messages/s", 10_000)
        figure("the same", size / run.cpu / 1e6, "MB/s", "", None)
        mail.hostile(box, megabytes)
        run = Run([TOCSIN, "scan", box, "--threads", 1, "--case", Path(folder) / "hostile.case", "--quiet"])
        at_most(f"an attachment of {megabytes:,} MB and its kin", run.peak / 1e6, "MB memory", 400)


def bench_leak():
    run = Run([BUILD / "leak_bench", "forgeries", 10_000, 2026])
    counts = json.loads(run.out)
    at_most("forged items called authentic", counts["called_authentic"], "of 10,000", 0)
    at_least("harmless re-encodings repaired", counts["repaired"] / counts["harmless"], "share", .95)
    at_least("genuine called authentic", counts["proved"] / counts["genuine"], "share", 1)
    run = Run([BUILD / "leak_bench", "originals", 100_000 if options.full else 20_000, 2026])
    near = json.loads(run.out)
    count = near["same"] + near["changed"] + near["strangers"]
    figure(f"{count:,} items against {count:,} originals", near["seconds"], "s, one core", "", None)
    figure("its memory", run.peak / 1e6, "MB", "", None)
    at_least("changed ones found with their original", near["changed_found"] / near["changed"], "share", .95)
    at_most("strangers called changed", near["strangers_taken"], f"of {near['strangers']:,}", 0)
    size = 9_000_000_000 if options.full else 900_000_000
    dump = DATA / f"dump-{size // 1_000_000}.mbox"
    DATA.mkdir(parents=True, exist_ok=True)
    if not dump.exists():
        Run([BUILD / "leak_bench", "dump", dump, size, 2026])
    say(f"  a dump of {size / 1e9:.1f} GB (--full: 9 GB)")
    with tempfile.TemporaryDirectory(dir=DATA) as folder:
        run = Run([TOCSIN, "leak", dump, "--keys", f"{dump}.keys.tsv", "--case", Path(folder) / "leak.case", "--threads", 2, "--quiet"])
    at_most("judging 9 GB, two threads", run.wall * 9e9 / size, "s", 300)
    figure("its CPU time, for a busy machine", run.cpu * 9e9 / size, "s", "", None)
    at_most("memory", run.peak / 1e6, "MB", 1000)
    if options.full:
        dump.unlink()


def bench_decoys():
    """Decoys told from honest names, in-sample and in folds over protected names; names a second; memory of a stream."""
    program, domains = BUILD / "decoys_bench", CORPUS / "domains"
    names = [domains / "decoys_apt28.tsv", domains / "benign_top.tsv"]
    calls = [["speed", 3_000_000]]
    if all(path.exists() for path in names):
        calls = [["measure", *names, *(["--flagged"] if options.flagged else []), *(["--aside", options.aside] if options.aside else [])],
                 ["speed", 3_000_000, *names], *calls]
    else:
        say(f"  decoys: quality is left out: no corpus at {domains}")
    for call in [*calls, ["stress", 1]]:
        run = Run([program, *call])
        for line in run.out.splitlines():
            one = json.loads(line)
            figure("decoys: " + one["name"], one["value"], one["unit"], one["must"], one["holds"])
        if options.flagged:
            say(run.err)
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        protect, small, large = (Path(scratch) / name for name in ("protect", "small", "large"))
        protect.write_text("".join(f"organisation{i}.org\n" for i in range(500)))
        # Written line by line: what this process holds would count for the programs that it starts.
        for path, rounds in ((small, 1), (large, 10)):
            with path.open("w") as file:
                for turn in range(rounds):
                    for i in range(100_000):
                        file.write(f"login-organisation{i % 700}-{i + turn}.example{i % 977}.com\nlogin-organisation{i % 700}-{i + turn}.com\n")
        peaks = [Run([TOCSIN, "decoys", "--protect", protect, "--level", "high", "--quiet", path], output=subprocess.DEVNULL).peak
                 for path in (small, large)]
    at_most("decoys: memory, stream ten times as long", peaks[1] / peaks[0], "ratio", 1.1)
    figure("decoys: memory, 500 protected names", peaks[1] / 1e6, "MB", "", None)


def bench_phishing():
    """Webmail vectors and their mutations, honest mail of our own making, real phishing mail in two halves by name."""
    program = BUILD / "phishing_bench"
    mail = CORPUS / "mail"
    if (mail / "webmail_xss_vectors.tsv").exists():
        found = json.loads(Run([program, "vectors", mail / "webmail_xss_vectors.tsv", 1000, 1]).out)
        at_least("webmail vectors found", found["found"], f"of {found['vectors']}", found["vectors"])
        at_most("honest ones flagged", found["flagged"], f"of {found['benign']}", 0)
        at_least("mutations found", found["mutated_found"] / found["mutated"], f"of {found['mutated']:,}", .99)
    else:
        say(f"  webmail vectors are left out: no corpus at {mail}")
    for seed in (1, 2, 3, 4, 5):
        made = json.loads(Run([program, "benign", 5000, seed]).out)
        at_most(f"honest mails flagged, seed {seed}", made["flagged"], "of 5,000", 5)
        made = json.loads(Run([program, "honest", 5000, seed]).out)
        at_most(f"  second generator, seed {seed}", made["flagged"], "of 5,000", 5)
    if (mail / "phishing_pot").exists():
        folds = json.loads(Run([program, "folds", mail / "phishing_pot"]).out.splitlines()[0])
        at_least("phishing of campaigns not seen", folds["found"] / folds["messages"], f"of {folds['messages']}", .85)
        figure("  half that was read", folds["developed"] / folds["of"], f"of {folds['of']}", "", None)
        figure("  half that was not", folds["other"] / folds["of_other"], f"of {folds['of_other']}", "", None)
        at_most("honest kinds not seen, flagged", folds["flagged"] / folds["honest_other_kinds"] * 5000, "of 5,000", 5)
        both = {half: json.loads(Run([program, "pot", mail / "phishing_pot", half]).out) for half in (0, 1)}
        whole = {key: both[0][key] + both[1][key] for key in both[0]}
        at_least("phishing found, shipped weights", whole["found"] / whole["messages"], f"of {whole['messages']}", .85)
        for half, name in ((0, "half that was looked at"), (1, "half that was not")):
            figure(f"  {name}", both[half]["found"] / both[half]["messages"], f"of {both[half]['messages']}", "", None)
        speed = json.loads(Run([program, "speed", mail / "phishing_pot"]).out)
        figure("phishing judged, one core", speed["messages"] / speed["seconds"], "mails/s", "", None)
    else:
        say(f"  real phishing is left out: no corpus at {mail}")
    speed = json.loads(Run([program, "speed", "benign", 3000, 1]).out)
    figure("honest mail judged, one core", speed["messages"] / speed["seconds"], "mails/s", "", None)


BENCHES = {
    "scan": (bench_scan, bench_memory, bench_startup),
    "text": (bench_text, bench_products),
    "spray": (bench_spray,),
    "attribution": (bench_attribution,),
    "linking": (bench_linking,),
    "mailauth": (bench_mailauth, bench_mail),
    "leak": (bench_leak,),
    "decoys": (bench_decoys,),
    "phishing": (bench_phishing,),
    "incidents": (bench_incidents,),
    "memory": (bench_memory,),
    "startup": (bench_startup,),
    "peers": (bench_peers,),
}

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("names", nargs="*", default=["scan"], help=f"of {', '.join(BENCHES)} (scan)")
parser.add_argument("--json", action="store_true", help="one line a figure")
parser.add_argument("--full", action="store_true", help="leak: the whole 9 GB (minutes, and as much disk)")
parser.add_argument("--flagged", action="store_true", help="decoys: print flagged honest names with the reason")
parser.add_argument("--aside", help="decoys: file of honest names that somebody reviewed and found to be the imitated owner's, or real imitations")
parser.add_argument("--runs", type=int, default=3, help="runs of each command (3)")
parser.add_argument("--megabytes", type=int, default=1024, help="of evidence (1024)")
options = parser.parse_args()
DATA.mkdir(parents=True, exist_ok=True)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
for bench_name in options.names or ["scan"]:
    if bench_name not in BENCHES:
        parser.error(f"there is no bench '{bench_name}'; there are {', '.join(BENCHES)}")
    for part in BENCHES[bench_name]:
        part()
(ROOT / "build" / "bench.json").write_text("".join(json.dumps(f) + "\n" for f in figures))
sys.exit(0)
