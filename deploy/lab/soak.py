"""Lets the pair of a lab live through mixed traffic and drills for a long time, and says whether anything grew. Started
by `deploy/lab.sh soak`, which sets PITCHLAKE_LAB.

Usage: soak.py MINUTES EVERY_MINUTES JSON

Scanners sweep and connect, clients ask the balanced server, SYNs and ARP requests come from ever new addresses, neighbours
are asked for. Once a minute both nodes are made to collect and are measured; every EVERY_MINUTES there is a drill. A node
that a drill has killed begins a new life, and what grows is looked for within each life. Exit 0: nothing grew, every drill
was survived and the server answered; 9: not so, and the report says why.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import time

import attack

DRILLS = ("switchover", "hang", "crash", "link")
# (host, command): bounded by the soak's end, at which each is stopped.
TRAFFIC = (
    ("scanner", "while :; do nmap -n -sn --max-rate 100 192.168.2.0/24; sleep 5; done"),
    ("scanner", "while :; do nmap -n -Pn -sS --max-rate 100 -p 22,80,443 192.168.2.100-120; sleep 7; done"),
    ("scanner", "while :; do curl -s --max-time 2 http://192.168.2.$((100 + RANDOM % 100))/; done"),
    ("host-a", "while :; do ping -c 5 -i 0.3 192.168.2.$((100 + RANDOM % 100)); done"),
    ("host-b", "while :; do ndisc6 2001:db8:1::$((RANDOM % 10000)) eth0; done"),
)
STRIKES = (("syn-flood", 100), ("arp-storm", 20), ("neighbor-sweep", 20), ("fragments", 20))
# A life shorter than this says nothing of what grows.
LEAST_SAMPLES = 5
# Of what was used at first, once a life has warmed up.
MOST_SHARE_MORE = 0.15
# And so many on top, where little is used.
SLACK = {"heapMib": 8, "besideHeapMib": 16, "threads": 4, "descriptors": 8}


def jcmd(pid, *words):
    command = [f"{os.environ['JAVA_HOME']}/bin/jcmd", pid, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout


def measure(node):
    pid = (attack.STATE / f"{node}.pid").read_text().strip()
    jcmd(pid, "GC.run")
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    heap = re.search(r"used (\d+)M, capacity (\d+)M", jcmd(pid, "GC.heap_info"))
    resident = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024
    return {
        "pid": int(pid),
        "residentMib": resident,
        "heapMib": int(heap[1]),
        # The heap takes room up to its bound (-Xmx) before it collects, and gives it back late.
        "besideHeapMib": resident - int(heap[2]),
        "threads": int(re.search(r"Threads:\s+(\d+)", status)[1]),
        "descriptors": len(os.listdir(f"/proc/{pid}/fd")),
        "sessions": json.loads(attack.ask(node, "/api/v1/status")).get("sessions"),
    }


def grown(node, life):
    """What a node used more and more of in one life, as sentences."""
    found = []
    if len(life) < LEAST_SAMPLES:
        return found
    # The first minute is for what is made once.
    third = max(1, (len(life) - 1) // 3)
    first, last = life[1 : 1 + third], life[-third:]
    for what, slack in SLACK.items():
        before = max(one[what] for one in first)
        after = min(one[what] for one in last)
        if after > before * (1 + MOST_SHARE_MORE) + slack:
            found.append(f"{node} (pid {life[0]['pid']}): {what} grew from {before} to {after} in {len(life)} minutes")
    return found


def served():
    """Whether the balanced server answers."""
    command = attack.inside("host-a", "curl", "-s", "--max-time", "3", "http://192.168.2.10/")
    return "I am backend" in subprocess.run(command, capture_output=True, text=True).stdout


def drill(name):
    done = subprocess.run(
        [attack.LAB_SH, "drill", name, "--runs", "1"], capture_output=True, text=True, timeout=300
    )
    said = done.stdout.splitlines()
    line = next((one for one in said if " run 1 of 1" in one), done.stderr.strip() or "it said nothing")
    return done.returncode == 0, line


def start_traffic(seconds):
    started = []
    for host, line in TRAFFIC:
        started.append(attack.inside(host, "timeout", seconds, "bash", "-c", line))
    for kind, rate in STRIKES:
        started.append(attack.inside("scanner", sys.executable, attack.ATTACKER, kind, seconds, rate))
    return [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        for command in started
    ]


def main():
    minutes, every, file = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    attack.await_ready()
    traffic = start_traffic(minutes * 60 + 120)
    samples, drills, faults = [], [], []
    began = time.monotonic()
    try:
        for minute in range(1, minutes + 1):
            time.sleep(max(0, began + minute * 60 - time.monotonic()))
            if minute % every == 0:
                name = DRILLS[(minute // every - 1) % len(DRILLS)]
                good, line = drill(name)
                drills.append({"minute": minute, "drill": name, "survived": good, "said": line})
                print(line, flush=True)
                if not good:
                    faults.append(f"minute {minute}: {name}: {line}")
                attack.await_ready()
            sample = {node: measure(node) for node in attack.NODES}
            samples.append({"minute": minute, **sample})
            print(
                f"minute {minute:3d}: "
                + "; ".join(
                    f"{node} resident {one['residentMib']} MiB ({one['besideHeapMib']} beside the heap), "
                    f"heap {one['heapMib']} MiB, {one['threads']} threads, {one['descriptors']} descriptors"
                    for node, one in sample.items()
                ),
                flush=True,
            )
            if not served():
                faults.append(f"minute {minute}: the balanced server did not answer")
    finally:
        for one in traffic:
            one.terminate()
        for one in traffic:
            one.wait()
    for node in attack.NODES:
        lives = {}
        for one in samples:
            lives.setdefault(one[node]["pid"], []).append(one[node])
        for life in lives.values():
            faults += grown(node, life)
    if file:
        report = {"minutes": minutes, "samples": samples, "drills": drills, "faults": faults}
        pathlib.Path(file).write_text(json.dumps(report, indent=2) + "\n")
    for fault in faults:
        print(f"FAULT {fault}")
    print(f"{minutes} minutes, {len(drills)} drills, {len(faults)} faults")
    sys.exit(9 if faults else 0)


if __name__ == "__main__":
    main()
