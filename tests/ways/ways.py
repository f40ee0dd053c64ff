#!/usr/bin/env python3
"""The same evidence, offered in different ways, gives the same findings.

  ways.py TOCSIN

Ways: the files in another order, as a tar.gz, as a zip inside a tar, one thread or two, twice into one case, killed in the
middle and completed, and with a copy of every file beside it. Findings are compared byte for byte, the evidence's path aside.
Run by ctest from the repository's root over the demo's evidence, over logins under a slow password campaign (detectors alone;
these lines also shuffled within a day over the files, places in the evidence aside) and, when it is there, over public samples
beside it.
"""
import json
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

TOCSIN = Path(sys.argv[1]).resolve()
CORPUS = Path("../shared/corpus")
failures = 0
compared = 0


def without_paths(text):
    out = []
    for line in text.splitlines():
        finding = json.loads(line)
        for event in finding["events"]:
            del event["evidence"]
        out.append(json.dumps(finding, sort_keys=True))
    return out


def scan(rules, paths, *extra):
    done = subprocess.run([str(TOCSIN), "scan", *map(str, paths), *rules, "--json", "-q", *extra], capture_output=True,
                          text=True, check=False, timeout=900)
    if done.returncode not in (0, 3):
        print(done.stderr[-2000:])
        sys.exit(f"scan of {paths} ended with {done.returncode}")
    return without_paths(done.stdout)


def same(name, found, expected):
    global failures, compared
    compared += 1
    if found == expected:
        print(f"  same       {name}: {len(found)} findings")
        return
    failures += 1
    print(f"  DIFFERENT  {name}: {len(found)} findings for {len(expected)}")
    for line in sorted(set(found) ^ set(expected))[:4]:
        print("    " + ("+ " if line in found else "- ") + line[:400])


def killed_and_completed(rules, folder, scratch):
    """SIGKILL at growing moments, always into the same case; then once to the end."""
    case = scratch / "killed.case"
    killed = 0
    for moment in (0.05, 0.15, 0.3, 0.5, 0.8):
        process = subprocess.Popen([str(TOCSIN), "scan", str(folder), *rules, "--case", str(case), "-q"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moment)
        killed += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        if case.exists():
            verified = subprocess.run([str(TOCSIN), "case", "verify", str(case)], capture_output=True, text=True, check=False)
            if verified.returncode not in (0, 3):
                sys.exit(f"a case of a killed scan does not verify: {verified.stdout}{verified.stderr}")
    print(f"  ({killed} of 5 scans were killed before their end)")
    return scan(rules, [folder], "--case", str(case))


def logins(folder, files=5, shuffled=None):
    """Two weeks of 120 people, and 30 of them under a slow spray for a day and a half that enters one account."""
    draw = random.Random(7)
    start = datetime(2024, 5, 1)
    lines = []

    def line(when, what, user, address):
        lines.append((when, f"{when:%Y-%m-%dT%H:%M:%S}+00:00 gate{draw.randint(1, 3)} sshd[{draw.randint(100, 9999)}]: "
                            f"{what} password for {user} from {address} port {draw.randint(1024, 65000)} ssh2\n"))

    for day in range(14):
        for number in range(120):
            when = start + timedelta(days=day, hours=8, seconds=draw.randint(0, 30000))
            if draw.random() < 0.05:
                line(when - timedelta(seconds=20), "Failed", f"user{number:03}", f"192.0.2.{number + 1}")
            line(when, "Accepted", f"user{number:03}", f"192.0.2.{number + 1}")
    for _ in range(500):
        when = start + timedelta(days=10, seconds=draw.randint(0, 130000))
        line(when, "Failed", f"user{draw.randint(0, 29):03}", f"203.0.{draw.randint(0, 255)}.{draw.randint(1, 254)}")
    line(start + timedelta(days=11, hours=14), "Accepted", "user007", "203.0.77.9")
    lines.sort()
    if shuffled is not None:
        mix = random.Random(shuffled)
        lines.sort(key=lambda one: (one[0] + timedelta(seconds=mix.randint(-43200, 43200)), one[1]))
    folder.mkdir(parents=True)
    for number in range(files):
        begin, end = len(lines) * number // files, len(lines) * (number + 1) // files
        part = lines[begin:end] if shuffled is None else lines[number::files]
        (folder / f"auth.log.{number}").write_text("".join(text for _, text in part), encoding="utf-8")
    return folder


def without_places(findings):
    out = []
    for text in findings:
        finding = json.loads(text)
        for event in finding["events"]:
            for key in ("sha256", "offset", "record"):
                del event[key]
        out.append(json.dumps(finding, sort_keys=True))
    return out


def check_detectors():
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        plain = logins(scratch / "plain")
        feed = scratch / "feed.csv"
        feed.write_text("value,confidence,last_seen\n203.0.77.9,90,2024-05-11\n192.0.2.0/28,40,2024-05-01\n", encoding="utf-8")
        rules = ["--no-rules", "--indicators", str(feed)]
        check("logins under a campaign, detectors and indicators alone", rules, plain)
        expected = without_places(scan(rules, [plain]))
        for seed, files in ((1, 1), (2, 4), (3, 9)):
            mixed = logins(scratch / f"mixed{seed}", files, seed)
            for extra in (["--threads", "1"], ["--threads", "2", "--memory", "8M"]):
                same(f"lines shuffled within a day over {files} files, {' '.join(extra)}",
                     without_places(scan(rules, [mixed], *extra)), expected)


def check(name, rules, source):
    print(f"{name}:")
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        plain = scratch / "plain"
        files = sorted(p for p in source.rglob("*") if p.is_file())
        for number, file in enumerate(files):
            (plain / f"{number:04}").mkdir(parents=True)
            shutil.copyfile(file, plain / f"{number:04}" / file.name)
        expected = scan(rules, [plain], "--threads", "1")
        if not expected:
            sys.exit(f"{source}: no findings to compare")
        same("two threads", scan(rules, [plain], "--threads", "2"), expected)

        order = sorted(plain.iterdir())
        random.Random(1).shuffle(order)
        other = scratch / "other"
        for number, folder in enumerate(order):
            shutil.copytree(folder, other / f"{number:04}")
        same("another order", scan(rules, [other]), expected)
        same("as arguments in reverse", scan(rules, sorted(plain.iterdir(), reverse=True)), expected)

        with tarfile.open(scratch / "all.tar.gz", "w:gz") as tar:
            tar.add(plain, "plain")
        same("in a tar.gz", scan(rules, [scratch / "all.tar.gz"]), expected)
        with zipfile.ZipFile(scratch / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(plain.rglob("*")):
                archive.write(file, file.relative_to(scratch))
        with tarfile.open(scratch / "nested.tar", "w") as tar:
            tar.add(scratch / "all.zip", "all.zip")
        same("in a zip in a tar", scan(rules, [scratch / "nested.tar"]), expected)

        case = str(scratch / "twice.case")
        same("into a case", scan(rules, [plain], "--case", case), expected)
        same("into the same case again", scan(rules, [plain], "--case", case), expected)
        shutil.copytree(plain, scratch / "copies" / "a")
        shutil.copytree(plain, scratch / "copies" / "b")
        same("with a copy of every file", scan(rules, [scratch / "copies"]), expected)
        parts = str(scratch / "parts.case")
        half = sorted(plain.iterdir())
        scan(rules, half[: len(half) // 2], "--case", parts)
        same("in two parts", scan(rules, half[len(half) // 2 :], "--case", parts), expected)
        same("killed and completed", killed_and_completed(rules, plain, scratch), expected)


check("demo", [], Path("share/demo/evidence"))
check_detectors()
samples = CORPUS / "sigma" / "evtx-attack-samples" / "Credential Access"
if samples.exists():
    check("public samples", ["--rules", str(CORPUS / "sigma" / "rules" / "rules")], samples)
else:
    print("skipped: public samples are not beside the checkout")
print(f"{compared} ways compared, {failures} differ")
sys.exit(1 if failures or not compared else 0)
