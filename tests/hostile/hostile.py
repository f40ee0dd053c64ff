#!/usr/bin/env python3
"""Runs `tocsin scan` on evidence and rules made to hurt it.

Every case must end by itself with exit code 0 or 3, within its time and the --memory that it was given, must name what
is wrong, and must still find the one honest event that lies beside the hostile bytes.

    hostile.py TOCSIN [--sanitized] [CASE…]

--sanitized: the program was built with sanitizers, whose memory and time say nothing: sizes are cut to a tenth and the
memory is not judged. Cases and their bytes are in evidence.py and rules.py beside this file.
"""
import argparse
import os
import pathlib
import shutil
import signal
import sqlite3
import sys
import tempfile
import threading
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import evidence  # noqa: E402
import rules  # noqa: E402
from case import PROBE_EVENT, PROBE_RULE, Case  # noqa: E402

MEMORY_MIB = 512
HANG_SECONDS = 180  # on a machine that does much else; the slowest case takes a few seconds on an idle one


def make_apart(case: Case, made: pathlib.Path, factor: float) -> None:
    """In a process of its own: a child's peak memory begins at what its parent holds."""
    if not case.make:
        return
    child = os.fork()
    if child == 0:
        try:
            case.make(made, factor)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
        raise RuntimeError(f"{case.name}: its files could not be made")


def run(tocsin: str, case: Case, folder: pathlib.Path, factor: float) -> dict:
    """Makes the case's files, scans them, and says what came of it."""
    made, scanned = folder / "made", folder / "made" / "evidence"
    scanned.mkdir(parents=True)
    (made / "rules").mkdir()
    (made / "rules" / "probe.yml").write_text(PROBE_RULE)
    (scanned / "zz-probe.json").write_text(PROBE_EVENT)
    make_apart(case, made, factor)
    feed = case.feed(factor) if case.feed else None
    arguments = [tocsin, "scan", str(scanned), "--rules", str(made / "rules"), "--no-own-rules", "--json",
                 "--case", str(made / "c.case"), "--memory", f"{MEMORY_MIB}M", "--threads", "2"]
    if feed:
        arguments.insert(2, "-")
    with open(made / "out", "wb") as out, open(made / "err", "wb") as err:
        read_end, write_end = os.pipe()
        begun = time.monotonic()
        child = os.posix_spawn(arguments[0], arguments, os.environ, file_actions=[
            (os.POSIX_SPAWN_DUP2, read_end, 0), (os.POSIX_SPAWN_DUP2, out.fileno(), 1),
            (os.POSIX_SPAWN_DUP2, err.fileno(), 2), (os.POSIX_SPAWN_CLOSE, write_end)])
        os.close(read_end)
        late = threading.Timer(HANG_SECONDS, os.kill, [child, signal.SIGKILL])
        late.start()
        try:
            for block in feed or ():
                os.write(write_end, block)
        except BrokenPipeError:
            pass
        os.close(write_end)
        _, status, usage = os.wait4(child, 0)
        seconds = time.monotonic() - begun
        late.cancel()
    findings, anomalies, events = [], {}, 0
    if (made / "c.case").exists():
        with sqlite3.connect(made / "c.case") as store:
            anomalies = dict(store.execute("SELECT name, sum(count) FROM anomaly_count GROUP BY name"))
            findings = list(store.execute("SELECT f.title, p.path FROM finding f JOIN evidence_path p USING (evidence)"))
            events = store.execute("SELECT coalesce(sum(events), 0) FROM evidence").fetchone()[0]
    return {"exit": os.waitstatus_to_exitcode(status), "seconds": seconds, "mib": usage.ru_maxrss / 1024,
            "findings": findings, "anomalies": anomalies, "events": events,
            "stderr": (made / "err").read_text(errors="replace"), "made": made}


def faults(case: Case, result: dict, sanitized: bool) -> list[str]:
    """What the result lacks."""
    bad = []
    if result["exit"] not in (0, 3):
        bad.append(f"exit code {result['exit']}" + (" (killed: it hung)" if result["exit"] == -9 else ""))
    if not sanitized and result["mib"] > MEMORY_MIB:
        bad.append(f"{result['mib']:.0f} MiB resident, {MEMORY_MIB} allowed")
    if case.anomalies and not any(name in result["anomalies"] for name in case.anomalies):
        bad.append(f"none of the anomalies {', '.join(case.anomalies)} was named")
    for text in case.says:
        if text not in result["stderr"]:
            bad.append(f"stderr does not say {text!r}")
    probes = [path for title, path in result["findings"] if title == "Probe" and path.endswith("zz-probe.json")]
    if len(probes) != 1:
        bad.append(f"the honest event was found {len(probes)} times")
    if result["events"] < case.events:
        bad.append(f"{result['events']} events read, at least {case.events} are intact")
    bad += case.also(result) if case.also else []
    return bad


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("tocsin")
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--sanitized", action="store_true")
    options = parser.parse_args()
    tocsin = os.path.abspath(options.tocsin)
    chosen = [case for case in evidence.CASES + rules.CASES if not options.cases or case.name in options.cases]
    failed, begun = 0, time.monotonic()
    print(f"{'case':28} {'exit':>4} {'s':>6} {'MiB':>5}  anomalies")
    for case in chosen:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-hostile-"))
        try:
            result = run(tocsin, case, folder, 0.1 if options.sanitized else 1.0)
            bad = faults(case, result, options.sanitized)
        finally:
            shutil.rmtree(folder)
        names = ", ".join(f"{name} {count}" for name, count in sorted(result["anomalies"].items()))
        print(f"{case.name:28} {result['exit']:4} {result['seconds']:6.1f} {result['mib']:5.0f}  {names}", flush=True)
        for fault in bad:
            print(f"    FAILED: {fault}")
        if bad:
            failed += 1
            print("    stderr: " + "\n            ".join(result["stderr"].splitlines()[-12:]), flush=True)
    print(f"{len(chosen)} cases, {failed} failed, {time.monotonic() - begun:.0f} s"
          + ("; memory not judged under sanitizers" if options.sanitized else ""))
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
