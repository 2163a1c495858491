package io.pitchlake.common.wire;

import io.pitchlake.common.net.IpAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// One frame as one line of text, as a capture program would print it; an independent reading of the
/// bytes for tests and their failures.
///
///     02:..:09 > 00:..:32 vlan 7 ARP who-has 192.168.2.77 tell 192.168.2.9
///     02:..:09 > 00:..:32 IP 192.168.2.9.40000 > 192.168.2.77.80: TCP [S] seq 1 win 64240 options
///         [mss 1460,sackOK,TS 1 0,nop,wscale 7] length 0
///     02:..:09 > 33:..:77 IP6 fe80::9 > ff02::1:ff00:77: NS who-has fe80::77 source-mac 02:..:09
///
/// What is unusual is said and what is usual is not: a wrong or partial checksum, a fragment, a hop
/// limit that neighbour discovery must not have, padding that is not 0. A frame that cannot be read
/// on ends with `?` and the reason.
public final class CaptureLine {
  private final byte[] bytes;
  private final StringBuilder line = new StringBuilder();
  private boolean checksumsGood = true;

  private CaptureLine(byte[] bytes) {
    this.bytes = bytes;
  }

  /// The line for a frame.
  public static String of(byte[] frame) {
    return read(frame).line.toString();
  }

  /// Whether every checksum of the frame is right; a partial one is not.
  public static boolean hasGoodChecksums(byte[] frame) {
    return read(frame).checksumsGood;
  }

  private static CaptureLine read(byte[] frame) {
    CaptureLine reading = new CaptureLine(frame);
    try {
      reading.ethernet();
    } catch (IndexOutOfBoundsException e) {
      reading.checksumsGood = false;
      reading.line.append(" ? cut off after ").append(frame.length).append(" bytes");
    }
    return reading;
  }

  private void ethernet() {
    line.append(mac(6)).append(" > ").append(mac(0));
    int at = 12;
    while (u16(at) == 0x8100 || u16(at) == 0x88a8) {
      line.append(u16(at) == 0x8100 ? " vlan " : " svlan ").append(u16(at + 2) & 0xfff);
      if (u16(at + 2) >> 13 != 0) {
        line.append(" p ").append(u16(at + 2) >> 13);
      }
      at += 4;
    }
    int type = u16(at);
    switch (type) {
      case 0x0806 -> arp(at + 2);
      case 0x0800 -> ipv4(at + 2);
      case 0x86dd -> ipv6(at + 2);
      default -> line.append(" type 0x%04x length %d".formatted(type, bytes.length - at - 2));
    }
  }

  private void arp(int at) {
    String sender = ip4(at + 14);
    String target = ip4(at + 24);
    switch (u16(at + 6)) {
      case 1 -> {
        line.append(" ARP who-has ").append(target).append(" tell ").append(sender);
        if (!mac(at + 8).equals(mac(6))) {
          line.append(" sender-mac ").append(mac(at + 8));
        }
        if (!mac(at + 18).equals("00:00:00:00:00:00")) {
          line.append(" target-mac ").append(mac(at + 18));
        }
      }
      case 2 -> {
        line.append(" ARP reply ").append(sender).append(" is-at ").append(mac(at + 8));
        line.append(" to ").append(target);
        if (!mac(at + 18).equals(mac(0))) {
          line.append(" target-mac ").append(mac(at + 18));
        }
      }
      default -> line.append(" ARP operation ").append(u16(at + 6));
    }
    padding(at + 28);
  }

  private void ipv4(int at) {
    int headerLength = (u8(at) & 15) * 4;
    int total = u16(at + 2);
    line.append(" IP ");
    if (headerLength < 20 || total < headerLength || at + total > bytes.length) {
      checksumsGood = false;
      line.append("? header ").append(headerLength).append(" total ").append(total);
      return;
    }
    String state = NaiveChecksum.of(slice(at, headerLength)) == 0 ? "" : " bad-ip-checksum";
    checksumsGood &= state.isEmpty();
    int fragment = u16(at + 6);
    if ((fragment & 0x3fff) != 0) {
      state += " fragment " + (fragment & 0x1fff) * 8 + ((fragment & 0x2000) != 0 ? "+" : "");
    }
    upper(
        u8(at + 9),
        at + headerLength,
        at + total,
        ip4(at + 12),
        ip4(at + 16),
        slice(at + 12, 4),
        slice(at + 16, 4),
        (fragment & 0x1fff) != 0);
    line.append(state);
    padding(at + total);
  }

  private void ipv6(int at) {
    int end = at + 40 + u16(at + 4);
    line.append(" IP6 ");
    if (end > bytes.length) {
      checksumsGood = false;
      line.append("? payload ").append(u16(at + 4));
      return;
    }
    int next = u8(at + 6);
    int offset = at + 40;
    String state = "";
    boolean laterFragment = false;
    while (next == 0 || next == 43 || next == 44 || next == 60) {
      int length = next == 44 ? 8 : u8(offset + 1) * 8 + 8;
      if (next == 44) {
        int field = u16(offset + 2);
        laterFragment = field >> 3 != 0;
        state += " fragment " + (field >> 3) * 8 + ((field & 1) != 0 ? "+" : "");
      } else {
        state += " ext " + next;
      }
      next = u8(offset);
      offset += length;
    }
    if (next == 58 && u8(offset) >= 133 && u8(offset) <= 137 && u8(at + 7) != 255) {
      state += " hop-limit " + u8(at + 7);
    }
    upper(
        next,
        offset,
        end,
        ip6(at + 8),
        ip6(at + 24),
        slice(at + 8, 16),
        slice(at + 24, 16),
        laterFragment);
    line.append(state);
    padding(end);
  }

  private void upper(
      int protocol,
      int at,
      int end,
      String from,
      String to,
      byte[] source,
      byte[] destination,
      boolean laterFragment) {
    boolean ports = (protocol == 6 || protocol == 17) && !laterFragment;
    line.append(from).append(ports ? "." + u16(at) : "").append(" > ").append(to);
    line.append(ports ? "." + u16(at + 2) : "").append(": ");
    if (laterFragment) {
      line.append("protocol ").append(protocol).append(" length ").append(end - at);
      return;
    }
    byte[] pseudo = NaiveChecksum.pseudoHeader(source, destination, protocol, end - at);
    switch (protocol) {
      case 1 -> {
        icmp(at, end, 8, 0);
        checksum(at + 2, at, end, new byte[0]);
      }
      case 58 -> {
        icmpv6(at, end);
        checksum(at + 2, at, end, pseudo);
      }
      case 6 -> {
        tcp(at, end);
        checksum(at + 16, at, end, pseudo);
      }
      case 17 -> {
        udp(at, end);
        if (u16(at + 6) != 0 || source.length == 16) {
          checksum(at + 6, at, end, pseudo);
        }
      }
      case 112 -> {
        vrrp(at, source.length);
        if (NaiveChecksum.of(slice(at, end - at)) != 0) {
          checksum(at + 6, at, end, pseudo);
        }
      }
      default -> line.append("protocol ").append(protocol).append(" length ").append(end - at);
    }
  }

  private void checksum(int field, int at, int end, byte[] pseudo) {
    if (NaiveChecksum.of(pseudo, slice(at, end - at)) == 0) {
      return;
    }
    checksumsGood = false;
    boolean partial = u16(field) == (~NaiveChecksum.of(pseudo) & 0xffff);
    line.append(partial ? " partial-checksum" : " bad-checksum");
  }

  private void icmp(int at, int end, int request, int reply) {
    int type = u8(at);
    if (type == request || type == reply) {
      line.append(type == request ? "echo request id " : "echo reply id ").append(u16(at + 4));
      line.append(" seq ").append(u16(at + 6)).append(" length ").append(end - at - 8);
    } else {
      line.append("ICMP type ").append(type).append(" code ").append(u8(at + 1));
    }
  }

  private void icmpv6(int at, int end) {
    int type = u8(at);
    if (type != 135 && type != 136) {
      icmp(at, end, 128, 129);
      return;
    }
    if (type == 135) {
      line.append("NS who-has ").append(ip6(at + 8));
    } else {
      int flags = u8(at + 4);
      line.append("NA ").append(ip6(at + 8)).append(" [");
      line.append((flags & 0x80) != 0 ? "R" : "").append((flags & 0x40) != 0 ? "S" : "");
      line.append((flags & 0x20) != 0 ? "O" : "").append("]");
    }
    for (int option = at + 24; option < end; option += u8(option + 1) * 8) {
      if (u8(option + 1) == 0) {
        line.append(" ? option of length 0");
        return;
      }
      switch (u8(option)) {
        case 1 -> line.append(" source-mac ").append(mac(option + 2));
        case 2 -> line.append(" target-mac ").append(mac(option + 2));
        default -> line.append(" option ").append(u8(option));
      }
    }
  }

  private void tcp(int at, int end) {
    int headerLength = (u8(at + 12) >> 4) * 4;
    int flags = u8(at + 13);
    line.append("TCP [");
    String names = "FSRP.UEW";
    for (int bit = 0; bit < 8; bit++) {
      if ((flags >> bit & 1) != 0) {
        line.append(names.charAt(bit));
      }
    }
    line.append("] seq ").append(Integer.toUnsignedString(i32(at + 4)));
    if ((flags & 0x10) != 0) {
      line.append(" ack ").append(Integer.toUnsignedString(i32(at + 8)));
    }
    line.append(" win ").append(u16(at + 14));
    if (headerLength < 20 || at + headerLength > end) {
      checksumsGood = false;
      line.append(" ? header ").append(headerLength);
      return;
    }
    if (headerLength > 20) {
      line.append(" options [");
      line.append(String.join(",", tcpOptions(at + 20, at + headerLength))).append("]");
    }
    line.append(" length ").append(end - at - headerLength);
  }

  private List<String> tcpOptions(int from, int end) {
    List<String> names = new ArrayList<>();
    int at = from;
    while (at < end && u8(at) != 0) {
      if (u8(at) == 1) {
        names.add("nop");
        at++;
        continue;
      }
      int length = at + 1 < end ? u8(at + 1) : 0;
      if (length < 2 || at + length > end) {
        names.add("?");
        return names;
      }
      names.add(
          switch (u8(at)) {
            case 2 -> "mss " + u16(at + 2);
            case 3 -> "wscale " + u8(at + 2);
            case 4 -> "sackOK";
            case 5 -> "sack";
            case 8 ->
                "TS "
                    + Integer.toUnsignedString(i32(at + 2))
                    + " "
                    + Integer.toUnsignedString(i32(at + 6));
            default -> "kind " + u8(at);
          });
      at += length;
    }
    return names;
  }

  private void udp(int at, int end) {
    boolean server = u16(at) == 67;
    if (server || u16(at + 2) == 67) {
      line.append(u8(at + 8) == 2 ? "DHCP reply" : "DHCP request");
      if (end - at >= 8 + 243 && u8(at + 248) == 53) {
        line.append(" type ").append(u8(at + 250));
      }
      line.append(" yiaddr ").append(ip4(at + 24)).append(" chaddr ").append(mac(at + 36));
    } else {
      line.append("UDP length ").append(u16(at + 4) - 8);
    }
  }

  private void vrrp(int at, int addressBytes) {
    int version = u8(at) >> 4;
    line.append("VRRPv").append(version).append(" vrid ").append(u8(at + 1));
    line.append(" prio ").append(u8(at + 2)).append(" interval ");
    line.append(version == 2 ? u8(at + 5) + "s" : (u16(at + 4) & 0xfff) + "cs").append(" addrs [");
    for (int i = 0; i < u8(at + 3); i++) {
      line.append(i == 0 ? "" : ",");
      int address = at + 8 + i * addressBytes;
      line.append(addressBytes == 4 ? ip4(address) : ip6(address));
    }
    line.append("]");
  }

  private void padding(int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] != 0) {
        line.append(" padding-not-zero");
        return;
      }
    }
  }

  private int u8(int at) {
    return bytes[at] & 0xff;
  }

  private int u16(int at) {
    return ByteBuffer.wrap(bytes).getShort(at) & 0xffff;
  }

  private int i32(int at) {
    return ByteBuffer.wrap(bytes).getInt(at);
  }

  private byte[] slice(int at, int length) {
    if (at + length > bytes.length) {
      throw new IndexOutOfBoundsException(at + length);
    }
    return Arrays.copyOfRange(bytes, at, at + length);
  }

  private String mac(int at) {
    return HexFormat.ofDelimiter(":").formatHex(slice(at, 6));
  }

  private String ip4(int at) {
    return u8(at) + "." + u8(at + 1) + "." + u8(at + 2) + "." + u8(at + 3);
  }

  private String ip6(int at) {
    ByteBuffer view = ByteBuffer.wrap(bytes);
    return new IpAddress(view.getLong(at), view.getLong(at + 8)).toString();
  }
}
