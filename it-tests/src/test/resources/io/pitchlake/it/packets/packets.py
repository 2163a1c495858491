# Writes frames of every kind that the program reads to a capture file, and prints what scapy reads in
# each of them, a line of NAME=VALUE under tshark's names. The same each time.
import random
import sys

from scapy.all import ARP, BOOTP, DHCP, ICMP, IP, IPv6, TCP, UDP, Dot1Q, Ether, Raw, conf, raw, wrpcap
from scapy.layers.inet6 import (
    ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr)
from scapy.layers.vrrp import VRRP, VRRPv3

random.seed(826)
conf.verb = 0


def mac():
    return "02:" + ":".join("%02x" % random.randrange(256) for _ in range(5))


def ipv4():
    return "192.168.%d.%d" % (random.randrange(256), random.randrange(1, 255))


def ipv6():
    return "2001:db8::%x:%x" % (random.randrange(1, 65536), random.randrange(1, 65536))


def number(bits):
    return random.getrandbits(bits)


def payload():
    return Raw(bytes(random.randrange(256) for _ in range(random.randrange(64))))


def ethernet():
    frame = Ether(src=mac(), dst=mac())
    return frame / Dot1Q(vlan=number(12), prio=number(3)) if random.random() < 0.3 else frame


def packet(protocol):
    if random.random() < 0.5:
        return ethernet() / IP(src=ipv4(), dst=ipv4(), ttl=1 + number(7), id=number(16), tos=number(8), proto=protocol)
    return ethernet() / IPv6(src=ipv6(), dst=ipv6(), hlim=1 + number(7), tc=number(8), fl=number(20), nh=protocol)


def options():
    chosen = []
    if random.random() < 0.7:
        chosen.append(("MSS", number(16)))
    if random.random() < 0.5:
        chosen.append(("SAckOK", b""))
    if random.random() < 0.5:
        chosen.append(("Timestamp", (number(32), number(32))))
    if random.random() < 0.5:
        chosen += [("NOP", None), ("WScale", random.randrange(15))]
    return chosen


def arp():
    return ethernet() / ARP(op=random.choice([1, 2]), hwsrc=mac(), psrc=ipv4(), hwdst=mac(), pdst=ipv4())


def tcp():
    return packet(6) / TCP(
        sport=number(16), dport=number(16), seq=number(32), ack=number(32), flags=number(8), window=number(16),
        options=options()) / payload()


def udp():
    return packet(17) / UDP(sport=1024 + number(12), dport=1024 + number(12)) / payload()


def echo():
    return ethernet() / IP(src=ipv4(), dst=ipv4()) / ICMP(type=random.choice([0, 8]), id=number(16), seq=number(16)) / payload()


def echo6():
    kind = random.choice([ICMPv6EchoRequest, ICMPv6EchoReply])
    return ethernet() / IPv6(src=ipv6(), dst=ipv6()) / kind(id=number(16), seq=number(16), data=raw(payload()))


def solicitation():
    return ethernet() / IPv6(src=ipv6(), dst="ff02::1:ff00:77", hlim=255) / ICMPv6ND_NS(tgt=ipv6()) / ICMPv6NDOptSrcLLAddr(lladdr=mac())


def advertisement():
    return ethernet() / IPv6(src=ipv6(), dst=ipv6(), hlim=255) / ICMPv6ND_NA(
        tgt=ipv6(), R=number(1), S=number(1), O=number(1)) / ICMPv6NDOptDstLLAddr(lladdr=mac())


def advert():
    return ethernet() / IP(src=ipv4(), dst="224.0.0.18", ttl=255, proto=112) / VRRPv3(
        vrid=number(8), priority=number(8), adv=1 + number(11), addrlist=[ipv4() for _ in range(random.randrange(1, 5))])


def advert_of_old():
    return ethernet() / IP(src=ipv4(), dst="224.0.0.18", ttl=255, proto=112) / VRRP(
        vrid=number(8), priority=number(8), adv=1 + number(7), addrlist=[ipv4() for _ in range(random.randrange(1, 5))])


def lease():
    client = mac()
    return ethernet() / IP(src=ipv4(), dst="255.255.255.255") / UDP(sport=67, dport=68) / BOOTP(
        op=2, xid=number(32), yiaddr=ipv4(), chaddr=bytes.fromhex(client.replace(":", ""))) / DHCP(
        options=[("message-type", random.choice(["offer", "ack"])), ("server_id", ipv4()), "end"])


def read(frame):
    f = Ether(raw(frame))
    seen = {"eth.dst": f.dst, "eth.src": f.src}
    if Dot1Q in f:
        seen["vlan.id"] = f[Dot1Q].vlan
    if ARP in f:
        a = f[ARP]
        seen.update({"arp.opcode": a.op, "arp.src.hw_mac": a.hwsrc, "arp.src.proto_ipv4": a.psrc,
                     "arp.dst.hw_mac": a.hwdst, "arp.dst.proto_ipv4": a.pdst})
    if IP in f:
        i = f[IP]
        seen.update({"ip.src": i.src, "ip.dst": i.dst, "ip.ttl": i.ttl, "ip.id": i.id, "ip.len": i.len,
                     "ip.proto": i.proto, "ip.checksum": i.chksum})
    if IPv6 in f:
        i = f[IPv6]
        seen.update({"ipv6.src": i.src, "ipv6.dst": i.dst, "ipv6.hlim": i.hlim, "ipv6.plen": i.plen, "ipv6.flow": i.fl})
    if ICMP in f:
        i = f[ICMP]
        seen.update({"icmp.type": i.type, "icmp.code": i.code, "icmp.checksum": i.chksum, "icmp.ident": i.id, "icmp.seq": i.seq})
    for kind in (ICMPv6EchoRequest, ICMPv6EchoReply, ICMPv6ND_NS, ICMPv6ND_NA):
        if kind in f:
            i = f[kind]
            seen.update({"icmpv6.type": i.type, "icmpv6.code": i.code, "icmpv6.checksum": i.cksum})
            if kind in (ICMPv6EchoRequest, ICMPv6EchoReply):
                seen.update({"icmpv6.echo.identifier": i.id, "icmpv6.echo.sequence_number": i.seq})
    if ICMPv6ND_NS in f:
        seen.update({"icmpv6.nd.ns.target_address": f[ICMPv6ND_NS].tgt,
                     "icmpv6.opt.src_linkaddr": f[ICMPv6NDOptSrcLLAddr].lladdr})
    if ICMPv6ND_NA in f:
        n = f[ICMPv6ND_NA]
        seen.update({"icmpv6.nd.na.target_address": n.tgt, "icmpv6.nd.na.flag.r": n.R, "icmpv6.nd.na.flag.s": n.S,
                     "icmpv6.nd.na.flag.o": n.O, "icmpv6.opt.target_linkaddr": f[ICMPv6NDOptDstLLAddr].lladdr})
    if TCP in f:
        t = f[TCP]
        seen.update({"tcp.srcport": t.sport, "tcp.dstport": t.dport, "tcp.seq_raw": t.seq, "tcp.ack_raw": t.ack,
                     "tcp.hdr_len": 4 * t.dataofs, "tcp.flags": int(t.flags), "tcp.window_size_value": t.window,
                     "tcp.checksum": t.chksum})
        for name, value in t.options:
            if name == "MSS":
                seen["tcp.options.mss_val"] = value
            elif name == "WScale":
                seen["tcp.options.wscale.shift"] = value
            elif name == "Timestamp":
                seen["tcp.options.timestamp.tsval"], seen["tcp.options.timestamp.tsecr"] = value
    if UDP in f:
        u = f[UDP]
        seen.update({"udp.srcport": u.sport, "udp.dstport": u.dport, "udp.length": u.len, "udp.checksum": u.chksum})
    if DHCP in f:
        b = f[BOOTP]
        seen.update({"dhcp.type": b.op, "dhcp.ip.your": b.yiaddr, "dhcp.option.dhcp": f[DHCP].options[0][1],
                     "dhcp.hw.mac_addr": ":".join("%02x" % octet for octet in b.chaddr[:6])})
    for kind, version, interval in ((VRRP, 2, "vrrp.adver_int"), (VRRPv3, 3, "vrrp.short_adver_int")):
        if kind in f:
            v = f[kind]
            seen.update({"vrrp.version": version, "vrrp.type": v.type, "vrrp.virt_rtr_id": v.vrid, "vrrp.prio": v.priority,
                         "vrrp.addr_count": v.ipcount, "vrrp.checksum": v.chksum, interval: v.adv,
                         "vrrp.ip_addr": v.addrlist[0]})
    return seen


kinds = (arp, tcp, udp, echo, echo6, solicitation, advertisement, advert, advert_of_old, lease)
frames = [kind() for _ in range(40) for kind in kinds]
wrpcap(sys.argv[1], frames)
for frame in frames:
    print(" ".join("%s=%s" % field for field in sorted(read(frame).items())))
