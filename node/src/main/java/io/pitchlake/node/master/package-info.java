/// The gate of the chain: what lies behind it runs on the master alone. Engine thread.
package io.pitchlake.node.master;
