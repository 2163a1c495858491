"""Attacks the pair of a lab, and says what became of it. Started by `deploy/lab.sh attack`, which sets PITCHLAKE_LAB.

Usage: attack.py NAMES SECONDS TAKEOVERS JSON

For each attack: what both nodes count and use is read before it and at its end; then, while it goes on and TAKEOVERS is
`yes`, `drill crash` kills the active node and measures how long clients are without an answer. Exit 0: every attack was withstood; 9: one
was not, and the report says which and why.
"""

import contextlib
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

from standstill import Standstill

LAB = os.environ["PITCHLAKE_LAB"]
STATE = pathlib.Path(os.environ["PITCHLAKE_STATE"])
LAB_SH = os.environ["PITCHLAKE_LAB_SH"]
ATTACKER = pathlib.Path(__file__).with_name("attacker.py")
NODES = ("node-a", "node-b")
ADVERT_MILLIS = 100
# Three intervals and a skew below one are what the other node may wait (RFC 9568, section 6.1).
BOUND_MILLIS = 4 * ADVERT_MILLIS
# An hour of attacks must not fill a machine: nothing that is kept per attacker, per connection or per frame.
MOST_MIB_MORE = 128
LONGEST_DRILL_SECONDS = 60
# A target that an attack has cut off is noticed, and found again, within this.
STEADY_SECONDS = 1.5
# A veth whose other end an XDP program reads takes no packets larger than a page.
LARGER_MTUS = (9000, 3400, 2500)

# What says that somebody got an answer, or was passed on to a living machine.
ANSWERS = (
    "tarpit_arp_replies tarpit_nd_advertisements tarpit_echo_replies tarpit_synacks tarpit_resets tarpit_acks "
    "arp_own_replies nd_own_advertisements echo_own_replies own_defended balanced icmp_errors_sent "
    "admin_answered"
).split()
# What says that it was noticed.
NOTICED = "own_claimed vrrp_rivals vrrp_other_addresses vrrp_stepped_down vrrp_late released held".split()
# What says that something was not done, beside the reasons of dropped frames.
SHED = (
    "untracked_rate untracked_table_full stations_forgotten evicted log_held_back beats_forged beats_replayed "
    "beats_of_strangers sync_frames_strange sync_frames_malformed proofs_unheard icmp_errors_held_back "
    "admin_refused admin_malformed admin_slow admin_rate admin_connections port_frames_lost port_frames_oversized"
).split()


class Attack:
    """One of them: from where it comes, how fast, and what holds while it goes on."""

    def __init__(self, words, host="scanner", rate=20_000, yields=False, may_yield=False, jumbo=False, during=None):
        self.words = words
        self.host = host
        self.rate = rate
        # What goes on while a takeover is measured, if that is not the same.
        self.during = during
        # Whether the active node gives its place up, as it must for who cannot be told from a better one.
        self.yields = yields
        # Whether it may: where targets are lost, the node that has more of them is the better one.
        self.may_yield = may_yield
        self.jumbo = jumbo


ATTACKS = {
    "syn-flood": Attack("SYNs from ever other addresses, to decoys and to the balanced server"),
    "arp-storm": Attack("ARP requests for every address, each from another MAC"),
    # Who claims the server's address takes its clients away, whoever is active; so then it is decoys alone.
    "arp-spoof": Attack(
        "claims to decoys, living machines and the nodes' own addresses", rate=200, may_yield=True, during="arp-claims"
    ),
    "vrrp-forged": Attack("adverts from beyond a router, broken, of other routers", rate=2_000),
    "vrrp-higher": Attack("adverts of a higher priority, which nothing tells from a node's", rate=20, yields=True),
    "fragments": Attack("fragments without beginning, without end, overlapping, tiny"),
    "jumbo": Attack("frames larger than the segment's, which now carries them", rate=2_000, jumbo=True),
    "super-frames": Attack("60,000 bytes in one frame, as segmentation offload hands over", rate=1_000),
    "neighbor-sweep": Attack("solicitations for ever other addresses of the /64"),
    "sync-garbage": Attack("garbage, strangers and replays on the link between the nodes", host="lan", rate=2_000),
    "slow-http": Attack("10,000 slow clients at the admin port", host="node-a", rate=5_000),
}


def inside(host, *command):
    return ["ip", "netns", "exec", f"{LAB}-{host}", *map(str, command)]


def run(*command):
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


def ask(node, target, kind="application/json"):
    connection = Unix(STATE / f"{node}.sock")
    try:
        connection.request("GET", target, headers={"Accept": kind, "Connection": "close"})
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def counters(node):
    """Everything counted: {name: count}, and dropped frames as {"dropped: REASON": count}."""
    counted = {}
    for line in ask(node, "/metrics", "text/plain").splitlines():
        match = re.fullmatch(r'pitchlake_(\w+)_total(?:\{(?:reason="(\w+)"|port="\w+")\})? ([0-9.eE+]+)', line)
        if match:
            name = f"dropped: {match[2]}" if match[2] else match[1]
            counted[name] = counted.get(name, 0) + int(float(match[3]))
    return counted


def resident_mib(node):
    pid = (STATE / f"{node}.pid").read_text().strip()
    match = re.search(r"VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())
    return int(match[1]) // 1024


def roles(node):
    return [router["role"] for router in json.loads(ask(node, "/api/v1/vrrp"))["routers"]]


def ready():
    """Whether node A is active, node B is its backup, and both have all targets."""
    try:
        return (
            set(roles("node-a")) == {"active"}
            and set(roles("node-b")) == {"backup"}
            and all(target["healthy"] for node in NODES for target in json.loads(ask(node, "/api/v1/targets"))["targets"])
        )
    except (OSError, ValueError, http.client.HTTPException):
        return False


def await_ready(seconds=60, steady=STEADY_SECONDS):
    """Waits until the pair is as it should be and stays so; returns when it began to be."""
    began = time.monotonic()
    since = None
    while since is None or time.monotonic() - since < steady:
        now = time.monotonic()
        since = (since or now) if ready() else None
        if now - began > seconds:
            raise SystemExit(f"lab.sh: the pair did not come back within {seconds} s: deploy/lab.sh logs")
        time.sleep(0.02)
    return since - began


@contextlib.contextmanager
def ground(attack):
    """What the lab has only for this attack."""
    lan = f"{LAB}-lan"
    try:
        if attack.host == "lan":
            run("ip", "-n", lan, "addr", "replace", "10.0.0.66/24", "dev", "sync")
        if attack.jumbo:
            largest = next(mtu for mtu in LARGER_MTUS if carry(mtu))
            print(f"  the segment carries packets of {largest} bytes")
        yield
    finally:
        if attack.host == "lan":
            run("ip", "-n", lan, "addr", "del", "10.0.0.66/24", "dev", "sync")
        if attack.jumbo:
            carry(1500)


def carry(mtu):
    """Has the attacker's way to both nodes carry packets of that size; False where a link refuses."""
    for host in ("scanner", *NODES):
        for namespace, link in ((f"{LAB}-lan", host), (f"{LAB}-{host}", "eth0")):
            try:
                run("ip", "-n", namespace, "link", "set", link, "mtu", mtu)
            except subprocess.CalledProcessError:
                return False
    return True


def strike(name, attack, seconds):
    command = inside(attack.host, sys.executable, ATTACKER, name, seconds, attack.rate)
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(attacker):
    said, trouble = attacker.communicate(timeout=120)
    if attacker.returncode != 0:
        raise SystemExit(f"lab.sh: the attacker broke down:\n{trouble}")
    return json.loads(said)


def takeover(name, attack):
    """Milliseconds without an answer to ARP and pings when node A is killed meanwhile."""
    attacker = strike(attack.during or name, attack, LONGEST_DRILL_SECONDS)
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "drill.json"
            drill = subprocess.run(
                [LAB_SH, "drill", "crash", "--runs", "1", "--json", str(file)], capture_output=True, text=True
            )
            if drill.returncode != 0:
                return {"failed": (drill.stdout + drill.stderr)[-2000:]}
            one = json.loads(file.read_text())["runs"][0]
            return {
                "takeoverMillis": one["takeoverMillis"],
                **{lane: one["fault"][lane]["outageMillis"] for lane in ("arp", "ping") if lane in one["fault"]},
                "probeLateMillis": max(lane["probeLateMillis"] for lane in one["fault"].values()),
                "twoOwnersMillis": one["twoOwnersMillis"],
            }
    finally:
        attacker.terminate()
        attacker.communicate(timeout=30)


def more(before, after):
    return {name: after[name] - before.get(name, 0) for name in after if after[name] > before.get(name, 0)}


def assail(name, seconds, takeovers):
    attack = ATTACKS[name]
    print(f"\n{name}: {attack.words}", flush=True)
    await_ready()
    counted = counters("node-a")
    memory = {node: [resident_mib(node)] for node in NODES}
    with ground(attack):
        with Standstill() as standstill:
            offered = end(strike(name, attack, seconds))
        grown = more(counted, counters("node-a"))
        for node in NODES:
            memory[node].append(resident_mib(node))
        seen = {
            "attack": name,
            "offered": offered,
            "answered": {one: grown[one] for one in ANSWERS if one in grown},
            "noticed": {one: grown[one] for one in NOTICED if one in grown},
            "shed": {one: count for one, count in grown.items() if one in SHED or one.startswith("dropped: ")},
            "memoryMib": memory,
            "machineStoodStillMillis": round(standstill.millis),
        }
        if attack.yields:
            seen["backMillis"] = round(await_ready() * 1000)
        elif takeovers:
            seen["takeover"] = takeover(name, attack)
    await_ready()
    seen["faults"] = faults(attack, seen)
    tell(attack, seen)
    return seen


def faults(attack, seen):
    found = []
    for node, (before, after) in seen["memoryMib"].items():
        if after - before > MOST_MIB_MORE:
            found.append(f"{node} uses {after - before} MiB more")
    if attack.yields:
        return found
    stepped_down = "vrrp_stepped_down" in seen["noticed"] and not attack.may_yield
    # A machine that stood still under both is the machine's own affair; it is told as such.
    if stepped_down and seen["machineStoodStillMillis"] < ADVERT_MILLIS:
        found.append("the active node gave its place up")
    taken = seen.get("takeover")
    if taken is None:
        return found
    if "failed" in taken:
        return found + ["the drill could not be made: " + taken["failed"]]
    slowest = max(taken.get("arp", 0), taken.get("ping", 0)) - taken["probeLateMillis"]
    if slowest > BOUND_MILLIS:
        found.append(f"the takeover took {slowest:.0f} ms")
    return found


def tell(attack, seen):
    def amounts(counted, most=8):
        first = sorted(counted.items(), key=lambda one: -one[1])
        words = [f"{name} {count:,}" for name, count in first[:most]]
        return ", ".join(words + (["..."] if len(first) > most else [])) or "nothing"

    offered = {name: count for name, count in seen["offered"].items() if name not in ("kind", "seconds")}
    memory = ", ".join(f"{node} {before} to {after} MiB" for node, (before, after) in seen["memoryMib"].items())
    print(f"  offered   {amounts(offered)} in {seen['offered']['seconds']} s")
    print(f"  answered  {amounts(seen['answered'])}")
    print(f"  noticed   {amounts(seen['noticed'])}")
    print(f"  shed      {amounts(seen['shed'])}")
    print(f"  memory    {memory}")
    if attack.yields:
        print(f"  takeover  node-a gave way, as any VRRP router does, and was back {seen['backMillis']} ms after the end")
    elif "takeover" in seen and "failed" not in seen["takeover"]:
        taken = seen["takeover"]
        print(
            f"  takeover  without ARP {taken['arp']:.0f} ms, ping {taken['ping']:.0f} ms (bound {BOUND_MILLIS} ms; "
            f"the probe was late by {taken['probeLateMillis']:.0f} ms), two owners {taken['twoOwnersMillis']:.0f} ms"
        )
    if "vrrp_late" in seen["noticed"]:
        print(
            "            node-a stood still for longer than its lease, "
            f"and this machine for {seen['machineStoodStillMillis']} ms at most"
        )
    for fault in seen["faults"]:
        print(f"  FAULT     {fault}")
    sys.stdout.flush()


def main():
    names, seconds, takeovers, file = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "yes", sys.argv[4]
    results = [assail(name, seconds, takeovers) for name in (ATTACKS if names == "all" else names.split(","))]
    if file:
        pathlib.Path(file).write_text(json.dumps({"advertMillis": ADVERT_MILLIS, "attacks": results}, indent=2) + "\n")
    bad = [one["attack"] for one in results if one["faults"]]
    print(f"\n{len(results) - len(bad)} of {len(results)} attacks withstood" + (f"; not: {', '.join(bad)}" if bad else ""))
    sys.exit(9 if bad else 0)


if __name__ == "__main__":
    main()
