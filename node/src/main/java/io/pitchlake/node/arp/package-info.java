/// Who lives where: own addresses answered, neighbours learnt, addresses proven free before anybody
/// simulates them.
///
/// [ArpModule] is the link in the chain and runs on every node; [AddressProver] owns the address
/// table, its timers and the proofs. Engine thread. RFC 826, RFC 5227, RFC 4861, RFC 4862, RFC
/// 6980.
package io.pitchlake.node.arp;
