package io.pitchlake.it.wrong.arp;

import io.pitchlake.it.wrong.tarpit.NosyTarpit;
import org.slf4j.Logger;

/// Imports another module and a library that is fenced off.
public record NosyArp(NosyTarpit tarpit, Logger log) {}
