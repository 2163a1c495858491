/// What is counted: every event has a [io.pitchlake.common.metric.Counter], every frame that ends
/// its journey without doing its job a [io.pitchlake.common.metric.DropReason], every table a
/// [io.pitchlake.common.metric.Gauge]. One writer, any number of readers.
package io.pitchlake.common.metric;
