/// Tests of the whole: the lines between packages, and Pitchlake beside programs no one here wrote.
///
/// Classes ending in `Test` need nothing and run in Maven's `test` phase. Classes ending in `IT`
/// run the packaged program in a lab of network namespaces ([io.pitchlake.it.lab.NetnsLab]) in
/// `verify`, as root only.
package io.pitchlake.it;
