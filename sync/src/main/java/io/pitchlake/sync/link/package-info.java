/// The sync link over JGroups, its only user: who the other nodes are, frames to and from each of
/// them. [JGroupsLink] is what the rest sees.
///
/// JGroups has the membership, the repair of what got lost, and flow control; its sockets are those
/// of [io.pitchlake.sync.seal]. Threads: JGroups' own (virtual ones), one virtual thread for each
/// peer that sends what is queued for it; callers come with theirs.
package io.pitchlake.sync.link;
