/// A whole node on a simulated segment.
package io.pitchlake.node.sim;
