#!/usr/bin/env python3
"""Writes the test topics to the rig's broker, and what a reader must find to DIR/truth: produce.py DIR [TOPIC…].

Topics that are there already, written by the same programs, are left alone. README.md beside this script says what
each of them holds.
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = HERE.parent.parent / "target/kafka/venv/bin/python"


def sources():
    """One hash over all that decides what is written."""
    files = sorted(path for path in [*HERE.glob("shop/*.py"), *HERE.glob("schemas/*/*"), HERE / "requirements.txt"])
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()


def main(folder, wanted):
    from shop import log, plain, registry
    from shop.broker import Broker, write_truth

    topics = plain.TOPICS | registry.TOPICS | log.TOPICS
    if unknown := [name for name in wanted if name not in topics]:
        raise SystemExit(f"kafka topics: no topic is named {unknown[0]}; there are: {' '.join(topics)}")
    rig, truth, stamp = json.loads((folder / "rig.json").read_text()), folder / "truth", sources()
    truth.mkdir(exist_ok=True)
    # Tests that run side by side may all ask for the topics: one at a time writes them.
    lock = open(truth / ".lock", "w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    broker, began, made = Broker(rig), time.monotonic(), 0
    for name in wanted or topics:
        about = truth / f"{name}.json"
        if about.exists() and json.loads(about.read_text())["written_by"] == stamp:
            continue
        start = time.monotonic()
        records = topics[name](broker)
        summary = write_truth(broker, truth, name, records, written_by=stamp)
        about.write_text(json.dumps(summary, indent=2) + "\n")
        made += 1
        print(f"kafka topics: {name}: {summary['records']} records, {time.monotonic() - start:.1f} s", flush=True)
    print(f"kafka topics: {made} written in {time.monotonic() - began:.1f} s, the rest up to date; {truth}")


if __name__ == "__main__":
    if len(sys.argv) < 2 or not Path(sys.argv[1], "rig.json").exists():
        raise SystemExit("usage: produce.py DIR [TOPIC…], where DIR is one that rig.sh started")
    if Path(sys.prefix) != PYTHON.parent.parent:
        subprocess.run([HERE / "rig.sh", "setup"], check=True)
        os.execv(PYTHON, [PYTHON, "-B", *sys.argv])
    main(Path(sys.argv[1]).resolve(), sys.argv[2:])
