package io.pitchlake.common.wire;

import java.util.Arrays;
import java.util.HexFormat;

/// Frames whose bytes, checksums included, were made by a packet library that no one here wrote.
enum Golden {
  /// Tag 7 with priority 5, drop eligible: who has 192.168.2.77, tell 192.168.2.9.
  VLAN_ARP_REQUEST(
      "00005e0001320200000000098100b00708060001080006040001020000000009c0a8020900000000"
          + "0000c0a8024d"),
  /// 192.168.2.77 is at 00:00:5e:00:01:32.
  ARP_REPLY(
      "02000000000900005e0001320806000108000604000200005e000132c0a8024d020000000009c0a8" + "0209"),
  /// Echo request 1234/3 with nine bytes, id 0x1234, DF, TTL 61, type of service 0x10.
  ECHO(
      "00005e000132020000000009080045100025123440003d01a5edc0a80209c0a8024d0800df8504d2"
          + "000370697463686c616b65"),
  /// Fragment at byte 1480 with more to come, and eight bytes of options.
  FRAGMENT(
      "00005e000132020000000009080047000024123420b93d11b82ec0a80209c0a8024d070704000000"
          + "00003132333435363738"),
  /// SYN with ECE and CWR and the options of a Linux client.
  SYN(
      "00005e00013202000000000908004500003c000140004006b514c0a80209c0a8024d9c400050dead"
          + "beef00000000a0c2faf088740000020405b40402080a010203040000000001030307"),
  /// PSH, ACK over IPv6 with three bytes of data, traffic class 0xb8, flow 0x12345.
  TCP_IPV6(
      "00005e00013202000000000986dd6b8123450017064020010db80000000000000000000000092001"
          + "0db80000000000000000000000779c4001bb00000001fffffff0501803e8de9600076f6464"),
  /// Five bytes to port 53.
  UDP(
      "00005e000132020000000009080045000021000000004011f525c0a80209c0a8024d14e90035000d"
          + "213d68656c6c6f"),
  /// Hop-by-hop, destination options and first fragment in front of a datagram.
  UDP_EXTENSIONS(
      "00005e00013202000000000986dd60000000002d004020010db80000000000000000000000092001"
          + "0db80000000000000000000000773c000104000000002c01010c0000000000000000000000001100"
          + "0001abcdef0114e90035000d4af268656c6c6f"),
  /// Who has 2001:db8::77, with the source's MAC.
  SOLICITATION(
      "3333ff00007702000000000986dd6000000000203afffe800000000000000000000000000009ff02"
          + "00000000000000000001ff00007787004a650000000020010db80000000000000000000000770101"
          + "020000000009"),
  /// 2001:db8::77, solicited, no override, with the target's MAC.
  ADVERTISEMENT(
      "02000000000900005e00013286dd6000000000203aff20010db8000000000000000000000077fe80"
          + "000000000000000000000000000988007b874000000020010db80000000000000000000000770201"
          + "00005e000132"),
  /// Echo request 1234/3 with nine bytes.
  ECHO_IPV6(
      "00005e00013202000000000986dd6000000000113a4020010db80000000000000000000000092001"
          + "0db800000000000000000000007780000b4804d2000370697463686c616b65"),
  /// Router 50, priority 200, every 10 cs, two addresses, checksum with pseudo-header.
  VRRP_V3(
      "01005e00001200005e00013208004500002400000000ff7018abc0a80204e00000123132c802000a"
          + "de24c0a80205c0a80206"),
  /// Router 50, priority 100, every second, one address.
  VRRP_V2(
      "01005e00001200005e00013208004500002800000000ff7018a7c0a80204e0000012213264010001"
          + "b81dc0a802050000000000000000"),
  /// Router 50, priority 200, every 10 cs, a link-local and a global address.
  VRRP_IPV6(
      "33330000001200005e00023286dd60000000002870fffe800000000000000000000000000004ff02"
          + "00000000000000000000000000123132c802000adc4afe8000000000000000000000000000052001"
          + "0db8000000000000000000000005"),
  /// 192.168.2.77 offered to 02:00:00:00:00:09 by 192.168.2.1, flag broadcast.
  DHCP_OFFER(
      "ffffffffffff02000000000108004500011c000000004011b728c0a80201ffffffff004300440108"
          + "4dba020106003903f3260000800000000000c0a8024dc0a8020100000000020000000009"
          + "00".repeat(202)
          + "638253633501023604c0a80201330400000e10ff");

  private final String hex;

  Golden(String hex) {
    this.hex = hex;
  }

  /// The whole frame.
  byte[] frame() {
    return HexFormat.of().parseHex(hex);
  }

  /// The frame without its first bytes.
  byte[] from(int offset) {
    return HexFormat.of().parseHex(hex.substring(2 * offset));
  }

  /// Some bytes of the frame.
  byte[] bytes(int offset, int length) {
    return Arrays.copyOf(from(offset), length);
  }
}
