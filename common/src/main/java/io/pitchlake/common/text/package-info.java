/// Text that carries what came from elsewhere: as JSON (RFC 8259), and as one line of printable
/// ASCII. Stateless; any thread.
package io.pitchlake.common.text;
