/// The wire between nodes, simulated.
package io.pitchlake.sync.sim;
