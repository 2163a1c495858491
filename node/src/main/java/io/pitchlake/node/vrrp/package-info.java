/// The election: which node of several speaks for a network (VRRP: RFC 9568, and RFC 3768 for old
/// peers).
///
/// [io.pitchlake.node.vrrp.RouterMachine] is RFC 9568's state machine as a pure function;
/// [io.pitchlake.node.vrrp.VrrpModule] feeds it with adverts and time and does what it says. Engine
/// thread: a node whose forwarding hangs falls silent as a router, too.
package io.pitchlake.node.vrrp;
