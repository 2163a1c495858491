package io.pitchlake.node.tarpit;

import io.pitchlake.common.config.Configuration.Persona;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.TcpOptions;
import io.pitchlake.node.engine.EchoWriter;

/// How the TCP/IP stack of one kind of machine fills in what the standards leave open. The values
/// are what real stacks answer to a scanner's probes, one of each kind: a Linux of 2018 to now,
/// Windows 10 or Server 2016, a router or switch with Cisco's IOS 15, a print server of the
/// JetDirect family, FreeBSD 12. Immutable; any thread.
///
/// @param timeToLive of everything it sends, for IPv6 the hop limit
/// @param dontFragment DF of its TCP segments
/// @param identification IPv4's identification of its segments
/// @param echo how it answers pings
/// @param echoIdentification the same of its echo replies
/// @param layout in which order its options stand
/// @param windowScale its shift, negative when it never scales
/// @param sack whether it permits selective acknowledgments
/// @param tickMillis how often its timestamps rise by one, 0 when it has none
/// @param tickPerConnection whether each connection's timestamps begin somewhere else
/// @param window bytes of its receive window, 0: as many whole segments as fit 65,535
/// @param ecn whether it agrees to explicit congestion notification
/// @param mirrorsMss whether it names no larger segment than its peer does
/// @param reset what its resets bear
record Habits(
    int timeToLive,
    boolean dontFragment,
    Identification identification,
    EchoWriter.Style echo,
    Identification echoIdentification,
    Layout layout,
    int windowScale,
    boolean sack,
    int tickMillis,
    boolean tickPerConnection,
    int window,
    boolean ecn,
    boolean mirrorsMss,
    Reset reset) {

  /// Where IPv4's identification comes from. A machine that nobody remembers anything about has no
  /// counter, so what would count in a real one follows the time of day: the same on every node.
  enum Identification {
    /// Always 0, as RFC 6864 allows where nobody may fragment.
    ZERO,
    /// Rises some fifty times a second, as on a machine that talks to others, too. Two packets of
    /// one fiftieth of a second share a number, which RFC 6864 allows where nobody may fragment;
    /// whole echo replies are not fragmented on a segment of their own size.
    RISING,
    /// Cannot be foreseen.
    RANDOM;

    private static final long MIX = 0xd6e8_feb8_6659_fd93L;

    /// @param look what is secret and constant for the address
    /// @param millis the time of day
    /// @param salt what differs between two packets of one millisecond
    int of(long look, long millis, int salt) {
      return switch (this) {
        case ZERO -> 0;
        // 51/1024 of a millisecond's count: a division would cost more than the rest.
        case RISING -> (int) (look >>> 40) + (int) (millis * 51 >>> 10) & 0xffff;
        case RANDOM -> (int) ((look ^ millis << 20 ^ salt) * MIX >>> 48);
      };
    }
  }

  /// In which order options stand behind the maximum segment size.
  enum Layout {
    /// Timestamps (or SACK permitted), then the window scale: Linux.
    SCALE_LAST(TcpOptions.SACK_PERMITTED_WORD),
    /// The window scale, then SACK permitted and timestamps: Windows, printers.
    SCALE_FIRST(TcpOptions.SACK_PERMITTED_WORD),
    /// The same, but a SACK permitted that stands alone is padded behind itself: FreeBSD.
    SCALE_FIRST_PADDED(TcpOptions.SACK_PERMITTED << 24 | 2 << 16);

    private final int sackAlone;

    Layout(int sackAlone) {
      this.sackAlone = sackAlone;
    }

    /// The word of SACK permitted where no timestamps stand beside it.
    int sackAlone() {
      return sackAlone;
    }
  }

  /// What a reset has in fields that nobody reads.
  enum Reset {
    /// Zeros.
    PLAIN(0),
    /// An acknowledgment number without the flag: Windows.
    ACKNOWLEDGES(0),
    /// The sequence number from the field of the acknowledgment, whether it counts or not: IOS.
    ECHOES(0),
    /// A window, where the segment acknowledged something: JetDirect.
    HAS_WINDOW(5840);

    private final int windowBytes;

    Reset(int windowBytes) {
      this.windowBytes = windowBytes;
    }

    int sequence(TcpHeader segment) {
      return segment.hasAny(TcpHeader.ACK) || this == ECHOES ? segment.acknowledgment() : 0;
    }

    int acknowledgment(TcpHeader segment) {
      return segment.hasAny(TcpHeader.ACK)
          ? this == ACKNOWLEDGES ? segment.acknowledgment() : 0
          : segment.sequence() + segment.sequenceLength();
    }

    int window(TcpHeader segment) {
      return segment.hasAny(TcpHeader.ACK) ? windowBytes : 0;
    }
  }

  /// A current Linux, also where nobody asks for personas.
  static final Habits LINUX =
      new Habits(
          64,
          true,
          Identification.ZERO,
          new EchoWriter.Style(64, false, true),
          Identification.RISING,
          Layout.SCALE_LAST,
          7,
          true,
          1,
          false,
          0,
          true,
          false,
          Reset.PLAIN);

  private static final Habits WINDOWS =
      new Habits(
          128,
          true,
          Identification.RISING,
          new EchoWriter.Style(128, false, false),
          Identification.RISING,
          Layout.SCALE_FIRST,
          8,
          true,
          1,
          false,
          8192,
          false,
          false,
          Reset.ACKNOWLEDGES);

  private static final Habits DEVICE =
      new Habits(
          255,
          false,
          Identification.RANDOM,
          new EchoWriter.Style(255, true, true),
          Identification.RANDOM,
          Layout.SCALE_FIRST,
          -1,
          false,
          0,
          false,
          4128,
          false,
          true,
          Reset.ECHOES);

  private static final Habits PRINTER =
      new Habits(
          64,
          false,
          Identification.RISING,
          new EchoWriter.Style(64, true, true),
          Identification.RISING,
          Layout.SCALE_FIRST,
          0,
          false,
          500,
          false,
          5840,
          false,
          false,
          Reset.HAS_WINDOW);

  private static final Habits BSD =
      new Habits(
          64,
          true,
          Identification.ZERO,
          new EchoWriter.Style(64, true, true),
          Identification.RANDOM,
          Layout.SCALE_FIRST_PADDED,
          6,
          true,
          1,
          true,
          65_535,
          true,
          false,
          Reset.PLAIN);

  static Habits of(Persona persona) {
    return switch (persona) {
      case LINUX -> LINUX;
      case WINDOWS -> WINDOWS;
      case DEVICE -> DEVICE;
      case PRINTER -> PRINTER;
      case BSD -> BSD;
    };
  }

  /// The clock of its timestamps.
  ///
  /// @param look what is secret and constant for the address
  /// @param millis the time of day
  /// @param connection what is constant for the connection
  int timestamp(long look, long millis, int connection) {
    int offset = (int) look + (tickPerConnection ? connection * 0x9e37_79b1 : 0);
    // Two divisions by constants are cheaper than one by a variable.
    return offset + (int) (tickMillis == 1 ? millis : millis / 500);
  }
}
