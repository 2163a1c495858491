/// One half of the circle.
package io.pitchlake.it.wrong.arp;
