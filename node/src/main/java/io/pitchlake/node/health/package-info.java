/// Health checks: which targets can take frames.
///
/// [HealthModule] is the link `hc` in the chain and what other modules see as
/// [io.pitchlake.node.engine.TargetHealth]; [TargetWatch] asks targets for their MAC. Engine
/// thread.
package io.pitchlake.node.health;
