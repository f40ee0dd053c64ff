"""What a hostile case is, and the honest event that lies beside each."""
import dataclasses
import json
import pathlib
from collections.abc import Callable, Iterable

PROBE_EVENT = json.dumps({
    "EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational", "Provider_Name": "Microsoft-Windows-Sysmon",
    "Computer": "honest.example", "UtcTime": "2020-08-24 01:12:09.123", "TimeCreated_SystemTime": "2020-08-24T01:12:09.123Z",
    "Image": "C:\\Windows\\honest.exe", "CommandLine": "honest.exe --tocsin-probe"}) + "\n"
OTHER_EVENT = PROBE_EVENT.replace("--tocsin-probe", "--other").replace("honest", "other")

PROBE_RULE = """title: Probe
id: 5b0a2f5e-9a0f-4d7e-8c63-0d9f5a3c1a01
status: test
level: high
logsource: {product: windows, category: process_creation}
detection:
  selection:
    CommandLine|contains: --tocsin-probe
  condition: selection
"""


@dataclasses.dataclass
class Case:
    name: str
    # Makes files under FOLDER/evidence and FOLDER/rules; sizes times `factor`.
    make: Callable[[pathlib.Path, float], None] | None = None
    anomalies: tuple[str, ...] = ()   # at least one of these must be named
    says: tuple[str, ...] = ()        # on stderr
    events: int = 1                   # that are intact, the honest one too
    also: Callable[[dict], list[str]] | None = None  # further faults
    feed: Callable[[float], Iterable[bytes]] | None = None  # blocks for standard input
