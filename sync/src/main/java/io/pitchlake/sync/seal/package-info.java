/// Sockets that only holders of a cluster's key can talk through: authenticated encryption below
/// everything that JGroups says, its membership included. Nothing but what a key holder has written
/// ever reaches a reader of these sockets.
///
/// A TCP connection begins with a handshake in which both ends prove the key over random numbers of
/// both ([Handshake]), so that nothing recorded earlier is of use; then come records under keys of
/// this connection and direction ([RecordWriter], [RecordReader]). A datagram is a record of its
/// own, under a key of its sender's start; its window refuses what came before, and who has not
/// been heard before is asked to prove that it lives ([SealedDatagrams]).
///
/// Threads: those of JGroups and virtual ones of its own. Sources: RFC 2104, RFC 5116, NIST SP
/// 800-38D; the window is that of RFC 4303, 3.4.3.
package io.pitchlake.sync.seal;
