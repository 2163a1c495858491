/// Echo replies from the node's own addresses, IPv4 and IPv6. Engine thread. RFC 792, RFC 4443.
package io.pitchlake.node.ping;
