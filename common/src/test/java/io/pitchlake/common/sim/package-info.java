/// A simulated segment under a simulated clock: a learning switch, hosts that resolve, probe and
/// announce as the RFCs say, and nothing that happens twice in different ways. One thread drives
/// everything; a seed reproduces a history.
package io.pitchlake.common.sim;
