#!/usr/bin/env python3
"""Runs `tocsin leak` on a dump made to hurt it.

    leak.py TOCSIN [--sanitized] [--megabytes N] [CASE…]

Every case must end by itself with exit code 0 or 3, in its time and in 1,000 MB, and must still judge the honest letter and the honest
sheet that lie beside the hostile bytes. --megabytes: the size of the large ones (300; 2100 is an attachment of 2 GB).
"""
import argparse
import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib

MEMORY_MB, SECONDS = 1000, 300
HEAD = "From: A <a@example.org>\nTo: b@example.org\nSubject: s\nDate: Mon, 24 Aug 2020 08:00:00 +0000\nMessage-ID: <%s@example.org>\nMIME-Version: 1.0\n"
MIXED = HEAD + 'Content-Type: multipart/mixed; boundary="%s"\n\n'


def large_attachment(folder, megabytes):
    with open(folder / "large.eml", "w", encoding="ascii") as out:
        out.write(MIXED % ("large", "b") + "--b\nContent-Type: text/plain\n\nSee the file.\n--b\nContent-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\n")
        block = ("QUJD" * 19 + "\n") * 14_000
        for _ in range(megabytes):
            out.write(block)
        out.write("--b--\n")


def endless_mbox(folder, megabytes):
    """One message whose body never ends, lines without an end, and From lines without a message."""
    with open(folder / "endless.mbox", "wb") as out:
        out.write(b"From a@example.org Mon Aug 24 08:00:00 2020\n" + (HEAD % "e").encode() + b"\n")
        for _ in range(megabytes // 2):
            out.write(b"A" * (1 << 20))
        out.write(b"\n\nFrom a@example.org Mon Aug 24 08:00:00 2020\n" * 50_000)


def nested_parts(folder, _):
    deep = MIXED % ("deep", "b0")
    for i in range(10_000):
        deep += f'--b{i}\nContent-Type: multipart/mixed; boundary="b{i + 1}"\n\n'
    (folder / "deep.eml").write_text(deep)
    wide = MIXED % ("wide", "w") + '--w\nContent-Disposition: attachment; filename="x"\n\ny\n' * 100_000
    (folder / "wide.eml").write_text(wide)
    inside = "".join((HEAD % f"i{i}") + "Content-Type: message/rfc822\n\n" for i in range(10_000))
    (folder / "inside.eml").write_text(inside)


def broken_parts(folder, _):
    for i, text in enumerate([
            MIXED % ("b1", "b") + "--b\nContent-Type: multipart/mixed\n\n--b\nContent-Transfer-Encoding: base64\n\n====!!!!\n--b",
            MIXED % ("b2", "") + "--\n--\n----\n" * 10_000,
            HEAD % "b3" + "Content-Type: multipart/signed; boundary=b\n\n--b\n\n--b\nContent-Type: application/pkcs7-signature\n\n\xff\n--b--\n",
            HEAD % "b4" + "Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n" + base64.b64encode(b"\x30\x84\xff\xff\xff\xff" * 999).decode(),
            HEAD % "b5" + "\n-----BEGIN PGP SIGNED MESSAGE-----\n" * 20_000,
            "From: x\n" * 200_000 + "\n", "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s; h=from; bh=; b=\n" * 5_000 + HEAD % "b7" + "\nx\n"]):
        (folder / f"broken{i}.eml").write_bytes(text.encode("latin-1"))


def documents(folder, megabytes):
    """Bombs and circles in documents."""
    with zipfile.ZipFile(folder / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("[Content_Types].xml", "<Types/>")
        with out.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(megabytes):
                part.write(b"<w:t>" + b" " * (1 << 20))
        for i in range(30_000):
            out.writestr(f"word/{i}", "")
    packed = zlib.compress(b"1 0 " * (25_000 * megabytes))
    (folder / "bomb.pdf").write_bytes(b"%PDF-1.5\n" + (b"1 0 obj\n<< /Type /ObjStm /N 9999999 /First 4 /Filter /FlateDecode /Length " + str(len(packed)).encode()
                                                     + b" >>\nstream\n" + packed + b"\nendstream\nendobj\n") * 40)
    (folder / "objects.pdf").write_bytes(b"%PDF-1.5\n" + b"1 0 obj<</Type/XRef/Info 1 0 R>>" * 500_000)
    (folder / "deep.pdf").write_bytes(b"%PDF-1.5\n1 0 obj\n" + b"<<" * 3_000_000)
    header = bytearray(512)
    header[0:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header[30], header[32] = 9, 6
    header[48:52] = (1).to_bytes(4, "little")
    header[76:80] = (0).to_bytes(4, "little")
    circle = (0xfffffffd).to_bytes(4, "little") + (1).to_bytes(4, "little") * 127
    (folder / "circle.doc").write_bytes(bytes(header) + circle + b"\2" * 4096)
    (folder / "deep.rtf").write_bytes(b"{\\rtf1" + b"{\\info" * 2_000_000)
    (folder / "picture.jpg").write_bytes(b"\xff\xd8\xff\xe1\xff\xffExif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x0f\x01\x02\0\xff\xff\xff\xff\0\0\0\0" * 5_000)
    (folder / "tags.html").write_bytes(b"<html>" + b"<a b='" * 1_000_000)


CASES = {case.__name__: case for case in (large_attachment, endless_mbox, nested_parts, broken_parts, documents)}


def run(tocsin, case, folder, megabytes, judge_memory):
    dump, originals = folder / "dump", folder / "originals"
    dump.mkdir()
    originals.mkdir()
    CASES[case](dump, megabytes)
    letter = HEAD % "honest" + "\nWe pay 100 euros for the hall, as we did last year.\n"
    (originals / "zz.eml").write_text(letter)
    (dump / "zz.eml").write_text("Received: by x; Mon, 24 Aug 2020 08:00:01 +0000\n" + letter)
    with zipfile.ZipFile(dump / "zz.xlsx", "w") as out:
        out.writestr("[Content_Types].xml", "<Types/>")
        out.writestr("docProps/core.xml", "<cp:coreProperties><cp:lastModifiedBy>B</cp:lastModifiedBy></cp:coreProperties>")
    start = time.monotonic()
    process = subprocess.Popen([tocsin, "leak", dump, "--originals", originals, "--json", "--threads", "2", "--quiet"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return [f"{case}: did not end in {SECONDS} s"]
    wall = time.monotonic() - start
    problems = []
    if process.returncode not in (0, 3):
        problems.append(f"{case}: exit {process.returncode}: {err.decode(errors='replace')[-300:]}")
    items = {}
    for line in out.decode().splitlines():
        one = json.loads(line)
        items[one["item"].split("/dump/")[-1]] = one
    if items.get("zz.eml", {}).get("verdict") != "authentic-repaired":
        problems.append(f"{case}: the honest letter is {items.get('zz.eml', {}).get('verdict')}")
    if items.get("zz.xlsx", {}).get("metadata", {}).get("last_modified_by") != "B":
        problems.append(f"{case}: the honest sheet was not read")
    usage = max_memory(tocsin, dump, originals) if judge_memory else 0
    if usage > MEMORY_MB:
        problems.append(f"{case}: {usage} MB")
    print(f"  {case:<20} {len(items):>7} items  {wall:6.1f} s  {usage:5} MB", flush=True)
    return problems


def max_memory(tocsin, dump, originals):
    """Peak of a process of its own, in MB."""
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.execv(tocsin, [tocsin, "leak", str(dump), "--originals", str(originals), "--threads", "2", "--quiet"])
    return os.wait4(child, 0)[2].ru_maxrss // 1000


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("tocsin")
parser.add_argument("cases", nargs="*", default=list(CASES))
parser.add_argument("--sanitized", action="store_true")
parser.add_argument("--megabytes", type=int, default=300)
arguments = parser.parse_args()
found = []
for name in arguments.cases or CASES:
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as scratch:
        found += run(os.path.abspath(arguments.tocsin), name, pathlib.Path(scratch), arguments.megabytes // (10 if arguments.sanitized else 1), not arguments.sanitized)
print("\n".join(found))
print(f"{len(arguments.cases or CASES)} cases, {len(found)} problems")
sys.exit(1 if found else 0)
