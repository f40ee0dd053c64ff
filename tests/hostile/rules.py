"""Hostile rules."""
import json
import pathlib

from case import PROBE_EVENT, PROBE_RULE, Case


def rule(detection: str, title: str = "Hostile") -> str:
    return (f"title: {title}\nlevel: low\nlogsource: {{product: windows, category: process_creation}}\n"
            f"detection:\n{detection}\n")


def write(folder: pathlib.Path, name: str, content: str | bytes) -> None:
    path = folder / "rules" / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def expression(text: str) -> str:
    return rule("  selection:\n    CommandLine|re: " + json.dumps(text) + "\n  condition: selection")


def regexes(folder, factor):
    """Expressions that take exponential time or much memory where an engine backtracks or unrolls."""
    for i, text in enumerate([r"(a+)+$", r"(a|aa)+b", r"(.*)*x", r"(x+x+)+y", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(a*)*b",
                              r"((a{0,100}){0,100}){0,100}b", r".*.*.*.*.*.*=.*=.*=", r"a{1000}{1000}", r".{900}.{900}q",
                              "(" * 2000 + "a" + ")" * 2000, "|".join(f"{i:05}" for i in range(20_000)), r"(?=a)b", r"(a)\1"]):
        write(folder, f"re{i:02}.yml", expression(text))
    wild = "*a" * 3000
    write(folder, "wild.yml", rule(f"  selection:\n    CommandLine: '{wild}b'\n  condition: selection"))
    long = PROBE_EVENT.replace("--tocsin-probe", "a" * 30_000)
    (folder / "evidence" / "long.json").write_text((long + PROBE_EVENT.replace("--tocsin-probe", "x" * 30_000)) * 10)


def broken(folder, factor):
    """Ten files that are no rules."""
    selection = "  selection:\n    A: b\n  condition: "
    write(folder, "01-empty.yml", "")
    write(folder, "02-binary.yml", bytes(range(256)) * 64)
    write(folder, "03-tabs.yml", "title:\tX\n\tdetection:\n\t\t- [\n")
    write(folder, "04-aliases.yml", "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{i}: &a{i} [" + ",".join([f"*a{i - 1}"] * 10) + "]\n" for i in range(1, 10)) + rule(selection + "selection"))
    write(folder, "05-deep.yml", rule("  selection: " + "[" * 20_000 + "]" * 20_000 + "\n  condition: selection"))
    write(folder, "06-parentheses.yml", rule(selection + "(" * 50_000 + "selection" + ")" * 50_000))
    write(folder, "07-modifier.yml", rule("  selection:\n    A|nonsense|contains: b\n  condition: selection"))
    write(folder, "08-missing.yml", rule(selection + "1 of nothing*"))
    write(folder, "09-placeholder.yml", rule("  selection:\n    A|expand: '%unknown%'\n  condition: selection"))
    write(folder, "10-self.yml", "a: &a [*a]\n" + rule("  selection: *a\n  condition: selection"))
    (folder / "rules" / "loop").symlink_to(".")


def many_selections(folder, factor):
    """A condition and a list of values as long as anybody could write them."""
    names = [f"s{i}" for i in range(2000)]
    detection = "".join(f"  {name}:\n    CommandLine|contains: v{name}\n" for name in names)
    write(folder, "wide.yml", rule(detection + "  condition: " + " or ".join(f"not {name} and {name}" for name in names)))
    values = "".join(f"      - '*value {i}*tail?'\n" for i in range(int(factor * 50_000)))
    write(folder, "values.yml", rule(f"  selection:\n    CommandLine|contains:\n{values}  condition: selection"))
    write(folder, "big.yml", PROBE_RULE.replace("Probe", "Big").replace("3c1a01", "3c1a02") + "# " + "x" * (20 << 20) + "\n")


CASES = [
    Case("regular-expressions", regexes, says=("refused",), events=21),
    Case("broken-rules", broken, says=("refused",)),
    Case("endless-rules", many_selections),
]
