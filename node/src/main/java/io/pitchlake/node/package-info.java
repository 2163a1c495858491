/// The program: [io.pitchlake.node.Main] reads the command line, and what it starts is wired here
/// and nowhere else.
package io.pitchlake.node;
