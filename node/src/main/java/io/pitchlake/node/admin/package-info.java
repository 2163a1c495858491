/// The operator's seat: an HTTP server on a unix socket and on an address, what it answers, and the
/// client that the commands of `cli` use.
///
/// Netty's one thread reads requests and writes answers; what takes time is done by workers, one
/// for each way in, so that nobody who comes over the network can keep the local operator waiting.
/// The engine is asked, never touched: a worker hands it a piece of work for one turn and waits
/// ([io.pitchlake.node.admin.EngineReader]), at most one piece at a time for each way. What it
/// takes away are numbers; words are made of them on the worker.
///
/// HTTP as in RFC 9110 and 9112, server-sent events as WHATWG's HTML says, metrics in the text
/// format that Prometheus reads.
package io.pitchlake.node.admin;
