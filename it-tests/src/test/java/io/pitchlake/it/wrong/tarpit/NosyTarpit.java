package io.pitchlake.it.wrong.tarpit;

import io.pitchlake.it.wrong.arp.NosyArp;

/// Closes the circle.
public record NosyTarpit(NosyArp arp) {}
