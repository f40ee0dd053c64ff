#!/usr/bin/env python3
"""Every form of the report as people see it, and every export as other programs read it.

  report.py TOCSIN [NODE_FOLDER]

Pages: no console message, no request, no axe violation of level A or AA, no sideways scrolling; light and dark, 360 to
1920 px; a case of 100,000 findings opens within 2 s. Needs node, Chromium, and playwright-core and axe-core below
NODE_FOLDER (build/node: `./dev setup` puts them there). Exports: STIX against ../shared/corpus/cti/stix2.1-schemas with
python3-jsonschema; optionally stix2-validator (strict) and pymisp. What is not there is skipped with the reason.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path.cwd()
ALLY = {"type": "bundle", "id": "bundle--2b7c7a51-0c4a-4a4c-8a29-0d2c3f1f0a01", "objects": [
    {"type": "identity", "id": "identity--2b7c7a51-0c4a-4a4c-8a29-0d2c3f1f0a02", "name": "An ally's agency <b>", "identity_class": "organization"},
    {"type": "campaign", "id": "campaign--2b7c7a51-0c4a-4a4c-8a29-0d2c3f1f0a03", "name": "Sprays"},
    {"type": "intrusion-set", "id": "intrusion-set--2b7c7a51-0c4a-4a4c-8a29-0d2c3f1f0a04", "name": "APT28"},
    {"type": "indicator", "id": "indicator--2b7c7a51-0c4a-4a4c-8a29-0d2c3f1f0a06", "pattern": "[ipv4-addr:value = '198.51.100.31']",
     "created_by_ref": "identity--2b7c7a51-0c4a-4a4c-8a29-0d2c3f1f0a02"},
    {"type": "relationship", "id": "relationship--2b7c7a51-0c4a-4a4c-8a29-0d2c3f1f0a07", "relationship_type": "attributed-to", "confidence": 70,
     "source_ref": "campaign--2b7c7a51-0c4a-4a4c-8a29-0d2c3f1f0a03", "target_ref": "intrusion-set--2b7c7a51-0c4a-4a4c-8a29-0d2c3f1f0a04",
     "created": "2026-09-20T00:00:00.000Z", "created_by_ref": "identity--2b7c7a51-0c4a-4a4c-8a29-0d2c3f1f0a02",
     "object_marking_refs": ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"], "description": "the same sprays were seen here"},
    {"type": "relationship", "id": "relationship--2b7c7a51-0c4a-4a4c-8a29-0d2c3f1f0a09", "relationship_type": "indicates",
     "source_ref": "indicator--2b7c7a51-0c4a-4a4c-8a29-0d2c3f1f0a06", "target_ref": "campaign--2b7c7a51-0c4a-4a4c-8a29-0d2c3f1f0a03"}]}
CALENDAR = "start,end,kind,title\n2026-09-13,,election,Parliamentary election\n2026-09-16,2026-09-17,summit,\"Ministers, <i>\"\n"
MANY = 100_000
problems, skipped = [], []


def run(*arguments, code=0):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, check=False, timeout=600)
    if done.returncode != code:
        problems.append(f"{' '.join(map(str, arguments[1:4]))}: exit {done.returncode}\n{done.stderr.decode()[-500:]}")
    return done.stdout


def make_cases(tocsin, folder):
    small = folder / "demo.case"
    run(tocsin, "scan", ROOT / "share/demo/evidence", "--case", small)
    (folder / "ally.json").write_text(json.dumps(ALLY))
    run(tocsin, "import", "stix", folder / "ally.json", "--case", small, "--reliability", "B")
    run(tocsin, "assess", small)
    leak = folder / "leak"
    (leak / "originals").mkdir(parents=True)
    (leak / "dump").mkdir()
    letter = "From: A <a@example.org>\nSubject: <b>Hall</b>\nDate: Mon, 24 Aug 2020 08:00:00 +0000\nMessage-ID: <1@example.org>\n\nWe pay 100 euros for the hall, as we did last year.\n"
    (leak / "originals" / "1.eml").write_text(letter)
    (leak / "dump" / "<i>1.eml").write_text("Received: by x.example.org; Mon, 24 Aug 2020 08:00:01 +0000\n" + letter)
    (leak / "dump" / "2.eml").write_text(letter.replace("100", "900"))
    (leak / "dump" / "3.rtf").write_text("{\\rtf1{\\info{\\revtim\\yr2021\\mo5\\dy1\\hr1\\min1}}Words}")
    run(tocsin, "leak", leak / "dump", "--originals", leak / "originals", "--stolen-before", "2021-01-01", "--case", small, "--quiet")
    (folder / "rule.yml").write_text("title: Marked <script>alert(1)</script> lines\nid: 5d1d6a0e-2a64-4d5e-9a51-0d0f4d9f0001\nstatus: test\n"
                                     "logsource: {product: windows}\ndetection: {selection: {EventID: 4625}, condition: selection}\nlevel: high\ntags: [attack.t1110.003]\n")
    with open(folder / "many.ndjson", "w", encoding="utf-8") as out:
        for i in range(MANY):
            out.write(json.dumps({"EventID": 4625, "Channel": "Security", "Provider_Name": "Microsoft-Windows-Security-Auditing", "Computer": f"host{i % 300}.example.org",
                                  "TargetUserName": f"user{i % 9000}", "IpAddress": f"198.51.100.{i % 250}",
                                  "TimeCreated": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_790_000_000 + i * 7)), "EventRecordID": i}) + "\n")
    large = folder / "many.case"
    run(tocsin, "scan", folder / "many.ndjson", "--rules", folder / "rule.yml", "--no-own-rules", "--case", large)
    return small, large


def pages(tocsin, small, large, folder):
    (folder / "calendar.csv").write_text(CALENDAR)
    made = []
    for audience in ("lead", "analyst", "public", "legal"):
        for lang in ("en", "fr"):
            page = folder / f"{audience}-{lang}.html"
            run(tocsin, "report", small, "--for", audience, "--lang", lang, "--calendar", folder / "calendar.csv", "-o", page)
            again = run(tocsin, "report", small, "--for", audience, "--lang", lang, "--calendar", folder / "calendar.csv")
            if page.read_bytes() != again:
                problems.append(f"{page.name}: the same case gives other bytes")
            made.append(page)
    start = time.monotonic()
    page = folder / "many.html"
    run(tocsin, "report", large, "-o", page)
    print(f"report of {MANY:,} findings: {page.stat().st_size:,} bytes in {time.monotonic() - start:.1f} s")
    if f"{MANY:,}" not in page.read_text(encoding="utf-8"):
        problems.append("the page of many findings doesn't say how many there are")
    return made + [page]


def look(made, modules):
    node = shutil.which("node")
    chromium = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
    missing = [name for name, there in (("node", node), ("chromium", chromium), (f"playwright-core in {modules}", (modules / "node_modules/playwright-core").is_dir()),
                                        (f"axe-core in {modules}", (modules / "node_modules/axe-core").is_dir())) if not there]
    if missing:
        skipped.append("pages were not looked at: " + ", ".join(missing) + " missing (./dev setup)")
        return
    done = subprocess.run([node, str(ROOT / "tests/report/look.mjs"), str(modules), chromium, *map(str, made)], capture_output=True, check=False, timeout=900)
    if done.returncode != 0:
        problems.append("the browser: " + done.stderr.decode()[-800:])
    for line in done.stdout.decode().splitlines():
        said = json.loads(line)
        if "slowest_ms" in said:
            print(f"{len(made)} pages, 5 widths and paper, light and dark, axe at each: slowest opened in {said['slowest_ms']} ms")
            if said["slowest_ms"] > 2000:
                problems.append(f"a page took {said['slowest_ms']} ms to open")
        else:
            problems.append(f"{Path(said['page']).name} {said['width']} {said['scheme']}: {said['what']}")


def validator_of(jsonschema, schema, store):
    """With the references of newer versions (4.18 on), with the resolver of older ones (Debian 12's 4.10)."""
    try:
        from referencing import Registry, Resource
        from referencing.jsonschema import DRAFT202012
        registry = Registry().with_resources((uri, Resource(contents=one, specification=DRAFT202012)) for uri, one in store.items())
        return jsonschema.Draft202012Validator(schema, registry=registry)
    except ImportError:
        return jsonschema.Draft202012Validator(schema, resolver=jsonschema.RefResolver(schema["$id"], schema, store=store))


def against_schemas(bundle):
    folder = ROOT.parent / "shared/corpus/cti/stix2.1-schemas/schemas"
    if not folder.is_dir():
        skipped.append(f"STIX schemas: {folder} is not there")
        return
    try:
        import jsonschema
    except ImportError:
        skipped.append("STIX schemas: python3-jsonschema is not there")
        return
    by_name = {path.name: path for path in folder.rglob("*.json")}
    store, schemas = {}, {}
    for path in by_name.values():
        schema = json.loads(path.read_text(encoding="utf-8"))
        store[schema["$id"]] = schema
        schemas[path.name] = schema
    checked = 0
    for thing in bundle["objects"]:
        path = by_name.get(thing["type"] + ".json") or by_name.get({"relationship": "relationship.json"}.get(thing["type"], ""))
        if not path:
            problems.append(f"STIX: no schema for {thing['type']}")
            continue
        schema = schemas[path.name]
        for error in validator_of(jsonschema, schema, store).iter_errors(thing):
            problems.append(f"STIX: {thing['id']}: {error.message[:200]}")
            break
        checked += 1
    print(f"STIX: {checked} objects of {len(bundle['objects'])} meet their schemas")


def check(where, thing, fields):
    """`fields`: name → (type, required, rule); nothing else may stand there."""
    for name in thing:
        if name not in fields:
            problems.append(f"Navigator: {where}: the format has no '{name}'")
    for name, (kind, required, rule) in fields.items():
        if name not in thing:
            if required:
                problems.append(f"Navigator: {where}: '{name}' is missing")
            continue
        value = thing[name]
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            problems.append(f"Navigator: {where}: '{name}' is a {type(value).__name__}")
        elif rule and not rule(value):
            problems.append(f"Navigator: {where}: '{name}' is {str(value)[:60]}")


def against_layer_format(layer):
    """Layer format 4.5, as MITRE publishes it (layers/LAYERFORMATv4_5.md in the Navigator's repository)."""
    text, flag, number = (str, False, None), (bool, False, None), (int, float)
    colour = lambda value: re.fullmatch(r"#[0-9a-fA-F]{6}", value) or value == ""
    version = lambda value: tuple(int(part) for part in value.split("."))
    listed = (list, False, None)
    check("layer", layer, {
        "versions": (dict, True, None), "name": (str, True, bool), "description": text, "customDataURL": text, "filters": (dict, False, None),
        "domain": (str, True, lambda value: value in ("enterprise-attack", "mobile-attack", "ics-attack")), "sorting": (int, False, lambda value: 0 <= value <= 3),
        "layout": (dict, False, None), "hideDisabled": flag, "techniques": listed, "gradient": (dict, False, None), "legendItems": listed,
        "showTacticRowBackground": flag, "tacticRowBackground": (str, False, colour), "selectTechniquesAcrossTactics": flag,
        "selectSubtechniquesWithParent": flag, "selectVisibleTechniques": flag, "metadata": listed, "links": listed})
    check("versions", layer["versions"], {"attack": (str, False, str.isdigit), "navigator": (str, True, lambda value: version(value) >= (4, 9, 0)),
                                          "layer": (str, True, lambda value: value == "4.5")})
    check("layout", layer.get("layout", {}), {
        "layout": (str, False, lambda value: value in ("side", "flat", "mini")), "showID": flag, "showName": flag, "showAggregateScores": flag, "countUnscored": flag,
        "aggregateFunction": (str, False, lambda value: value in ("average", "min", "max", "sum")),
        "expandedSubtechniques": (str, False, lambda value: value in ("none", "all", "annotated"))})
    gradient = layer.get("gradient", {})
    check("gradient", gradient, {"colors": (list, True, lambda value: len(value) >= 2 and all(colour(one) for one in value)), "minValue": (number, True, None),
                                 "maxValue": (number, True, lambda value: value > gradient.get("minValue", value))})
    for one in layer.get("legendItems", []):
        check("legend", one, {"label": (str, True, bool), "color": (str, True, colour)})

    def notes(thing, where):
        for one in thing.get("metadata", []):
            check(where, one, {"divider": (bool, True, None)} if "divider" in one else {"name": (str, True, bool), "value": (str, True, None)})
        for one in thing.get("links", []):
            check(where, one, {"divider": (bool, True, None)} if "divider" in one else {"label": (str, True, bool), "url": (str, True, lambda value: "://" in value)})

    notes(layer, "layer")
    ids = [one.get("techniqueID", "") for one in layer.get("techniques", [])]
    for one in layer.get("techniques", []):
        name = one.get("techniqueID", "")
        parent = any(other.startswith(name + ".") for other in ids)
        check(name, one, {"techniqueID": (str, True, lambda value: re.fullmatch(r"T\d{4}(\.\d{3})?", value)), "tactic": text, "comment": text, "enabled": flag,
                          "score": (number, False, lambda value: gradient.get("minValue", 0) <= value <= gradient.get("maxValue", 100)), "color": (str, False, colour),
                          "metadata": listed, "links": listed, "showSubtechniques": (bool, False, lambda value: parent and "." not in name)})
        notes(one, name)
    if len(set(ids)) != len(ids):
        problems.append("Navigator: a technique stands twice")
    print(f"Navigator: {len(ids)} techniques, held against layer format 4.5")


def exports(tocsin, small, folder):
    for limit in ([], ["--tlp", "clear"]):
        out = folder / f"bundle{len(limit)}.json"
        run(tocsin, "export", "stix", small, "-o", out, *limit)
        bundle = json.loads(out.read_text(encoding="utf-8"))
        against_schemas(bundle)
        validator = shutil.which("stix2_validator")
        if validator:
            done = subprocess.run([validator, "--strict", str(out)], capture_output=True, check=False, timeout=300)
            text = done.stdout.decode()
            if "Cannot locate a schema" in text:
                skipped.append("stix2-validator came without its schemas")
            elif "[+] STIX JSON: Valid" not in text:
                problems.append("stix2-validator: " + text[:600])
            else:
                print("stix2-validator, strict: valid")
        else:
            skipped.append("stix2-validator is not there")
    other = folder / "other.case"
    run(tocsin, "scan", ROOT / "share/demo/evidence", "--case", other)
    run(tocsin, "import", "stix", folder / "bundle0.json", "--case", other, "--reliability", "B")
    run(tocsin, "assess", other)
    # Our own judgement comes back as tocsin's claim; the ally's as it was.
    back = run(tocsin, "report", other, "--markdown").decode()
    if "the same sprays were seen here" not in back or "An ally" not in back:
        problems.append("an exported claim didn't come back")
    event = folder / "event.json"
    run(tocsin, "export", "misp", small, "-o", event)
    run(tocsin, "import", "misp", event, "--case", other)
    try:
        import pymisp
        loaded = pymisp.MISPEvent()
        loaded.load_file(str(event))
        print(f"pymisp: {len(loaded.attributes)} attributes")
    except ImportError:
        skipped.append("pymisp is not there")
    for limit in ([], ["--tlp", "clear"]):
        against_layer_format(json.loads(run(tocsin, "export", "navigator", small, *limit)))
    try:
        from mitreattack.navlayers import Layer
        Layer(json.loads(run(tocsin, "export", "navigator", small)), strict=True)
        print("mitreattack-python: loads the layer, strict")
    except ImportError:
        skipped.append("mitreattack-python is not there")
    for line in run(tocsin, "export", "ocsf", small).decode().splitlines():
        one = json.loads(line)
        if one["class_uid"] != 2004 or one["type_uid"] != 200401 or not 1 <= one["severity_id"] <= 5 or "finding_info" not in one:
            problems.append("OCSF: " + line[:200])
            break
    public = run(tocsin, "export", "stix", small, "--tlp", "clear").decode() + run(tocsin, "report", small, "--for", "public").decode()
    for name in ("kalmoria", "198.51.100.", "An ally", "DC01", "m.holt"):
        if name in public:
            problems.append(f"'{name}' is in what goes to the public")


def main():
    tocsin = Path(sys.argv[1]).resolve()
    modules = Path(sys.argv[2] if len(sys.argv) > 2 else os.environ.get("TOCSIN_NODE", ROOT / "build/node")).resolve()
    with tempfile.TemporaryDirectory(prefix="tocsin-report-") as name:
        folder = Path(name)
        small, large = make_cases(tocsin, folder)
        look(pages(tocsin, small, large, folder), modules)
        exports(tocsin, small, folder)
    for one in sorted(set(skipped)):
        print("skipped:", one)
    for one in problems:
        print("PROBLEM:", one)
    print(f"{len(problems)} problems")
    return 1 if problems else 0


sys.exit(main())
