"""./dev bench text: OpenSSH lines to typed activities and through all detectors, beside lognormalizer and fail2ban-regex.

All in one run over lines of one maker; processor time of one thread each, a run over no lines taken off, so that ratios hold
on a busy machine. The peers (Debian: liblognorm-utils, fail2ban) are not needed by the project; a missing one is skipped.
"""
import shutil

# The five messages that the maker writes and nothing else, as liblognorm has them.
FEW_RULES = """version=2
prefix=%date:date-rfc3164% %host:word% sshd[%pid:number%]:
rule=: Accepted password for %user:word% from %ip:ipv4% port %port:number% ssh2
rule=: Failed password for invalid user %user:word% from %ip:ipv4% port %port:number% ssh2
rule=: Failed password for %user:word% from %ip:ipv4% port %port:number% ssh2
rule=: Connection closed by authenticating user %user:word% %ip:ipv4% port %port:number% [preauth]
rule=: Received disconnect from %ip:ipv4% port %port:number%:11: Bye Bye [preauth]
"""


def values_of(text):
    return {name: float(value) for name, value in (line.split() for line in text.splitlines() if line.count(" ") == 1)}


def bench(build, data, tocsin, run, at_least, at_most, figure, say, runs):
    program = build / "products_bench"
    lines = data / "openssh.log"
    count, small = 1_000_000, 20_000
    lines.write_text(run([program, "lines", count]).out)
    head = data / "openssh-small.log"
    with open(lines, encoding="utf-8") as from_file:
        head.write_text("".join(next(from_file) for _ in range(small)))
    nothing = data / "nothing.log"
    nothing.write_text("")

    def per_second(number, command, base):
        best = min(run(command()).cpu for _ in range(runs))
        return number / max(best - min(run(base()).cpu for _ in range(runs)), 1e-9)

    # Whole processes from the file, as the peers are; what is made is counted and dropped, where theirs is printed.
    speed = per_second(count, lambda: [program, "activities", lines], lambda: [program, "activities", nothing])
    figure("text to activity, one thread", speed, "lines/s", "", None)

    if shutil.which("lognormalizer"):
        # Its duty as near to ours as its language goes: the templates of our OpenSSH definition (ours has those of all
        # products besides), each field named, JSON as it does by default. The five messages alone are shown as well.
        rules, few = data / "openssh.rulebase", data / "openssh-few.rulebase"
        rules.write_text(run([program, "rulebase", "openssh"]).out)
        few.write_text(FEW_RULES)
        shell = lambda base, file: lambda: ["sh", "-c", f"lognormalizer -r '{base}' < '{file}' > '{data}/lognorm.out'"]
        theirs = per_second(count, shell(rules, lines), shell(rules, nothing))
        figure("lognormalizer, our sshd's templates", theirs, "lines/s", "", None)
        at_least("times lognormalizer, one thread each", speed / theirs, "", 3)
        theirs = per_second(count, shell(few, lines), shell(few, nothing))
        figure("lognormalizer, five rules alone", theirs, "lines/s", "", None)
        figure("times that", speed / theirs, "", "", None)
    else:
        say("  skipped: lognormalizer is not installed (liblognorm-utils)")
    if shutil.which("fail2ban-regex"):
        command = lambda file: lambda: ["sh", "-c", f"fail2ban-regex '{file}' sshd > '{data}/f2b.out' 2>&1; exit 0"]
        theirs = per_second(small, command(head), command(nothing))
        figure("fail2ban-regex", theirs, "lines/s", "", None)
        at_least("times fail2ban-regex, one thread each", speed / theirs, "", 80)
    else:
        say("  skipped: fail2ban-regex is not installed (fail2ban)")

    # The whole program: hashing, reading, activities kept in a case, merged, all detectors.
    case = data / "openssh.case"

    def scanned(file, *more):
        def command():
            for rest in data.glob(case.name + "*"):
                rest.unlink()
            return [tocsin, "scan", file, "--no-rules", "--threads", "1", "--year", "2024", "--case", case, "-q", *more]
        return command

    at_least("with all detectors, one thread", per_second(count, scanned(lines), scanned(nothing)), "lines/s", 500_000)
    # As users run it: all threads, by the clock on the wall, with what starting costs.
    usual = [argument for argument in scanned(lines)() if argument not in ("--threads", "1")]

    def fresh():
        scanned(lines)()  # no case of the run before
        return run(usual).wall
    figure("with all detectors, as users run it", count / min(fresh() for _ in range(runs)), "lines/s of wall time", "", None)
    at_most("memory of that scan", run(scanned(lines)()).peak / 1e6, "MB", 512)
    size = case.stat().st_size
    figure("kept in the case", size / count, "bytes/line", "", None)
    figure("without detectors", per_second(count, scanned(lines, "--no-detectors"), scanned(nothing, "--no-detectors")), "lines/s",
           "", None)

    # A million indicators over the same lines.
    listed = data / "indicators.txt"
    with open(listed, "w", encoding="utf-8") as out:
        for i in range(1_000_000):
            out.write(f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}\n" if i % 2 else f"host{i}.some-name.example\n")
    search = ["--no-detectors", "--indicators", listed]
    at_least("a million indicators, one thread", per_second(count, scanned(lines, *search), scanned(nothing, *search)), "lines/s",
             500_000)
    import json
    import sqlite3
    summary = json.loads(sqlite3.connect(case).execute("SELECT value FROM meta WHERE key = 'scan'").fetchone()[0])
    at_most("memory of an indicator", summary["indicators"]["bytes"] / summary["indicators"]["loaded"], "bytes", 100)
