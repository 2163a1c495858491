/// The way back of translated sessions to servers: what a target answers bears its server's address
/// and port again. Engine thread.
package io.pitchlake.node.tnat;
