"""Hostile evidence."""
import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import pathlib
import sqlite3
import tarfile
import zipfile

from case import OTHER_EVENT, PROBE_EVENT, Case

MIB = 1 << 20


def file(folder: pathlib.Path, name: str, content: bytes) -> None:
    (folder / "evidence" / name).write_bytes(content)


def blocks(head: bytes, block: bytes, size: int, tail: bytes):
    yield head
    for _ in range(size // len(block)):
        yield block
    yield tail


def long_line(factor):
    return blocks(b"Aug 24 2020 first line\n", b"A" * MIB, int(factor * 1000) * MIB, b"\nlast line\n")


def long_json_string(factor):
    return blocks(OTHER_EVENT.encode() + b'{"a":"', b"A" * MIB, int(factor * 400) * MIB, b'"}\n' + OTHER_EVENT.encode())


def long_csv_field(factor):
    return blocks(b'time,host,message\n2020-01-01T00:00:00Z,a,b\n2020-01-01T00:00:00Z,a,"', b"x,\n" * 300_000,
                  max(int(factor * 60), 20) * MIB, b'"\n2020-01-01T00:00:00Z,a,c\n')


def tiny_records(folder, factor):
    """Records so short that what is kept of each outweighs it."""
    size = int(factor * 20) * MIB
    file(folder, "tiny.log", b"x\n" * (size // 2))
    file(folder, "tiny.ndjson", b'{"a":1}\n' + b"{}\n" * (size // 3))
    file(folder, "tiny.csv", b"time,host\n1,2\n" + b",\n" * (size // 2))
    file(folder, "tiny.json", b'[{"a":1}' + b",{}" * (size // 3) + b"]")


def deep_json(folder, factor):
    deep = ['{"a":' * 10_000 + "1" + "}" * 10_000, "[" * 10_000 + "]" * 10_000, '{"a":[' * 100_000]
    lines = [OTHER_EVENT.strip()] * 3
    for text in deep[:2]:
        lines.insert(1, text)
    file(folder, "deep.ndjson", "\n".join(lines).encode() + b"\n")
    file(folder, "deeper.json", deep[2].encode())


def deep_xml(folder, factor):
    file(folder, "deep.xml", b"<Events>" + b"<a>" * 10_000 + b"</a>" * 10_000 + b"</Events>")
    entities = b"".join(b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10) for i in range(1, 12))
    file(folder, "entities.xml", b'<?xml version="1.0"?><!DOCTYPE Event [<!ENTITY e0 "ha">' + entities +
         b']><Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><EventID>&e11;</EventID>'
         b"</System></Event>")


def nul_bytes(folder, factor):
    lines = b"".join(b"2020-08-24T01:12:0%dZ host app: a line before power was lost\n" % (i % 10) for i in range(200))
    file(folder, "nul.log", lines + b"a NUL\0in a line\n" + b"\0" * 100_000 + b"\n" + lines)
    file(folder, "zeros.bin", b"\0" * 300_000)
    file(folder, "nul.ndjson", OTHER_EVENT.encode() * 2 + b'{"a\0b": "c\0d"}\n' + b"\0" * 4096 + b"\n" + OTHER_EVENT.encode())


def invalid_utf8(folder, factor):
    bad = b"\xff\xfe\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80\xe2\x82"
    file(folder, "bad.log", b"2020-08-24T01:12:09Z host app: " + bad + b" text\n" + b"2020-08-24T01:12:10Z host app: fine\n")
    file(folder, "bad.ndjson", OTHER_EVENT.encode() + b'{"EventID": 1, "CommandLine": "' + bad + b'"}\n' + OTHER_EVENT.encode())
    file(folder, "bad.csv", b"time,host\n2020-08-24T01:12:09Z," + bad + b"\n2020-08-24T01:12:09Z,b\n")


def invalid_utf16(folder, factor):
    text = "2020-08-24T01:12:09Z host app: one\n2020-08-24T01:12:10Z host app: two\n"
    little, big = text.encode("utf-16-le") * 10, text.encode("utf-16-be") * 10
    file(folder, "lone.log", b"\xff\xfe" + little + b"\x00\xd8" * 9 + little + b"\x0a")  # lone surrogates, an odd byte
    file(folder, "lone.be.log", b"\xfe\xff" + big + b"\xdc\x00" * 9 + big)
    file(folder, "noise.log", b"\xff\xfe" + b"\x00\xd8" * 5000)


def sparse(folder, factor):
    size = int(factor * 4096) * MIB
    with open(folder / "evidence" / "sparse.log", "wb") as out:
        out.write(b"2020-08-24T01:12:09Z host app: before the hole\n")
        out.seek(size)
        out.write(b"\n2020-08-24T01:12:10Z host app: behind the hole\n")


def hash_of_sparse(result):
    """The hash in the case is that of all the bytes, holes and all."""
    digest, zeros = hashlib.sha256(), b"\0" * MIB
    path = result["made"] / "evidence" / "sparse.log"
    size = path.stat().st_size
    with open(path, "rb") as file_:
        head, tail = file_.read(4096), None
        file_.seek(size - size % 4096 - 4096)
        tail = file_.read()
    digest.update(head)
    middle = size - len(head) - len(tail)
    for _ in range(middle // MIB):
        digest.update(zeros)
    digest.update(zeros[:middle % MIB])
    digest.update(tail)
    with sqlite3.connect(result["made"] / "c.case") as store:
        known = {row[0] for row in store.execute("SELECT sha256 FROM evidence")}
    return [] if digest.digest() in known else ["the sparse file's hash is not in the case"]


def zip_of(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def tar_of(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def bomb(folder, factor):
    """Ten gigabytes of nothing in a few kilobytes, with evidence around it that must be read."""
    frame = gzip.compress(b"\0" * (100 * MIB), 9)
    file(folder, "bomb.zip", zip_of({"before.json": PROBE_EVENT.replace("honest", "inside"), "bomb.gz": frame * int(factor * 100),
                                     "after.json": PROBE_EVENT.replace("honest", "behind")}))


def found_around_bomb(result):
    seen = {path.rsplit("!/")[-1] for _, path in result["findings"]}
    return [f"{name} beside the bomb was not found" for name in ("before.json", "after.json") if name not in seen]


def bomb_of_zips(folder, factor):
    """Sixteen zips in each of five levels: 300 terabytes."""
    content = zip_of({"0": b"\0" * (300 * MIB)})
    for _ in range(5):
        content = zip_of({f"{i}.zip": content for i in range(16)})
    file(folder, "zips.zip", content)


def bombs_of_all_kinds(folder, factor):
    zeros = b"\0" * (100 * MIB)
    file(folder, "bomb.bz2", bz2.compress(zeros) * 50)
    file(folder, "bomb.tar.gz", gzip.compress(b"", 1) + gzip.compress(tar_of({"0": zeros}), 9) * 50)
    file(folder, "bomb.xz", lzma.compress(zeros, preset=1) * 50)


def deep_archive(folder, factor):
    content = OTHER_EVENT.encode()
    for level in range(40):
        content = gzip.compress(content) if level % 2 else zip_of({"x": content})
    file(folder, "deep.zip", content)


def many_members(folder, factor):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for i in range(int(factor * 50_000)):
            archive.addfile(tarfile.TarInfo(f"f/{i}"))
    file(folder, "many.tar.gz", gzip.compress(out.getvalue(), 1))


def damaged_archives(folder, factor):
    whole = zip_of({"a.json": OTHER_EVENT * 500, "b.json": OTHER_EVENT.replace("honest", "other")})
    file(folder, "cut.zip", whole[:len(whole) * 2 // 3])
    file(folder, "cut.gz", gzip.compress(OTHER_EVENT.encode() * 500)[:-20])
    file(folder, "cut.tar", tar_of({"a": b"x" * 5000, "b": b"y" * 5000})[:7000])
    file(folder, "cut.xz", lzma.compress(os.urandom(5000))[:3000])
    file(folder, "no.zip", b"PK\3\4" + b"\xff" * 400_000)
    file(folder, "no.7z", b"7z\xbc\xaf\x27\x1c" + b"\xff" * 4000)


def folders(folder, factor):
    root = folder / "evidence"
    (root / "in").mkdir()
    (root / "in" / "loop").symlink_to("..")
    (root / "in" / "out").symlink_to("/etc/passwd")
    os.mkfifo(root / "in" / "pipe")
    (root / "in" / "dangling").symlink_to("nowhere")
    (root / "in" / "bad\udcff\nname").write_text("2020-08-24T01:12:09Z host app: line\n")


def evtx_garbage(folder, factor):
    header = b"ElfFile\0" + b"\0" * 24 + (128).to_bytes(4, "little") + b"\1\0\3\0" + (4096).to_bytes(2, "little") + b"\xff\xff"
    header = header.ljust(4096, b"\0")
    chunk = b"ElfChnk\0" + b"\xff" * 65_528
    records = b"ElfChnk\0" + b"\0" * 504 + b"**\0\0" * 16_256
    file(folder, "garbage.evtx", header + (chunk + records) * int(factor * 400))
    file(folder, "only-header.evtx", header)


def odd_json(folder, factor):
    count = int(factor * 300_000)
    file(folder, "keys.json", ("{" + ",".join(f'"k{i}":{i}' for i in range(count)) + "}\n").encode())
    file(folder, "numbers.ndjson", b'{"a":1e99999,"b":-1' + b"0" * 100_000 + b"}\n" + OTHER_EVENT.encode() + b'{"a":\n')
    file(folder, "same.ndjson", ("{" + ",".join('"k":1' for _ in range(count)) + "}\n").encode())
    file(folder, "wide.csv", (",".join(f"c{i}" for i in range(count)) + "\n" + "," * (count - 1) + "\n").encode())


CASES = [
    Case("long-line", feed=long_line, anomalies=("record-too-long",), events=3),
    Case("long-json-string", feed=long_json_string, anomalies=("json-record-too-long",), events=3),
    Case("long-csv-field", feed=long_csv_field, anomalies=("csv-unclosed-quote",), events=2),
    Case("tiny-records", tiny_records),
    Case("deep-json", deep_json, ("json-too-deep",), events=4),
    Case("deep-xml", deep_xml, ()),
    Case("nul-bytes", nul_bytes, ("format-not-recognised",), events=404),
    Case("invalid-utf8", invalid_utf8, ("invalid-utf8", "json-invalid-utf8"), events=5),
    Case("invalid-utf16", invalid_utf16, ("format-not-recognised",), events=80),
    Case("sparse-file", sparse, ("sparse-hole",), events=2, also=hash_of_sparse),
    Case("bomb", bomb, ("archive-bomb",), events=3, also=found_around_bomb),
    Case("bomb-of-zips", bomb_of_zips, ("archive-bomb",)),
    Case("bombs-of-all-kinds", bombs_of_all_kinds, ("archive-bomb",)),
    Case("deep-archive", deep_archive, ("archive-depth",)),
    Case("many-members", many_members),
    Case("damaged-archives", damaged_archives, ("archive-damaged",), events=300),
    Case("folders", folders, ("link-not-followed",), events=2),
    Case("evtx-garbage", evtx_garbage, ("evtx-damaged",)),
    Case("odd-json", odd_json, (), events=2),
]
