"""Mailboxes for measuring scan: ordinary mail, and mail that means harm to its reader."""
import base64
import random

_HEAD = (b"From a@example.org Mon Aug 24 08:00:00 2020\nReceived: from mx.example.org (mx.example.org [192.0.2.7])\n"
         b"\tby in.example.net with ESMTPS; Mon, 24 Aug 2020 08:00:00 +0000\nFrom: \"A\" <a@example.org>\nTo: b@example.net\n"
         b"Subject: message %d\nDate: Mon, 24 Aug 2020 07:59:58 +0000\nMessage-ID: <%d@example.org>\nMIME-Version: 1.0\n")


def ordinary(path, count):
    """Text and HTML with links, every third with a picture of a few kB."""
    rng = random.Random(2026)
    with open(path, "wb") as out:
        for i in range(count):
            parts = [b"Content-Type: text/html; charset=utf-8\n\n<p>%s<a href=\"https://www%d.example.com/x\">here</a></p>\n" %
                     (b"some words in a row " * 150, i)]
            if i % 3 == 0:
                parts.append(b"Content-Type: image/png; name=logo.png\nContent-Transfer-Encoding: base64\n\n" +
                             base64.encodebytes(b"\x89PNG\r\n\x1a\n" + rng.randbytes(6000)))
            out.write(_HEAD % (i, i) + b"Content-Type: multipart/mixed; boundary=b%d\n\n" % i +
                      b"".join(b"--b%d\n" % i + part for part in parts) + b"--b%d--\n\n" % i)


def hostile(path, megabytes):
    """One attachment of so many MB between two messages, 10,000 parts inside each other, and a message without end."""
    with open(path, "wb") as out:
        out.write(_HEAD % (1, 1) + b"\nhi\n\n" + _HEAD % (2, 2) + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"
                  b"Content-Disposition: attachment; filename=big.bin\nContent-Transfer-Encoding: base64\n\n")
        line = base64.b64encode(b"x" * 57) + b"\n"
        for _ in range(megabytes):
            out.write(line * 13_000)
        out.write(b"--b--\n\n" + _HEAD % (3, 3))
        for i in range(10_000):
            out.write(b"Content-Type: multipart/mixed; boundary=n%d\n\n--n%d\n" % (i, i))
        out.write(b"\n" + _HEAD % (4, 4) + b"\n" + b"and so on\n" * (100_000 * max(1, megabytes // 20)))
