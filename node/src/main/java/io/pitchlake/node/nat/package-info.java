/// Stations of a network reach others under the node's address. Engine thread.
package io.pitchlake.node.nat;
