/// The other half of the circle.
package io.pitchlake.it.wrong.tarpit;
