/// Routes between the node's networks and to gateways.
///
/// [RouteModule] is the last link in the chain and, as [io.pitchlake.node.engine.Router], finds the
/// way of packets that `nat` translates; [NextHops] asks for the MACs. Engine thread.
///
/// Sources: RFC 1812 (sections 4.3, 5.2, 5.3), RFC 1191, RFC 4443, RFC 8200, RFC 8201.
package io.pitchlake.node.rt;
