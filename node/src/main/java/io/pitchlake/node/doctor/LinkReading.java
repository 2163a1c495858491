package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration.Interface;
import io.pitchlake.common.config.Configuration.Link;
import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.node.HostAddresses;
import io.pitchlake.node.port.LinkFacts;
import io.pitchlake.node.port.PortException;

/// What has been seen of an interface of the configuration.
sealed interface LinkReading {
  /// What the file says of it.
  Interface section();

  /// It can be used.
  record Usable(Interface section, LinkFacts facts) implements LinkReading {}

  /// It cannot.
  ///
  /// @param problem what is wrong and, behind `; `, what helps
  record Unusable(Interface section, String problem) implements LinkReading {}

  /// Looks at it now.
  static LinkReading of(Interface section) {
    try {
      String name =
          switch (section.link()) {
            case Link.Named(String given) -> given;
            case Link.Within(IpPrefix subnet) -> HostAddresses.linkWithin(subnet);
          };
      return new Usable(section, LinkFacts.of(name));
    } catch (PortException e) {
      return new Unusable(section, e.getMessage());
    }
  }
}
