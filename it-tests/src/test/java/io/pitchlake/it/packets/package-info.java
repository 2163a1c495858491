/// What the program writes, read by packet libraries that no one here wrote (tshark, scapy), and
/// what they write, read by the program's flyweights. One thread; no network.
package io.pitchlake.it.packets;
