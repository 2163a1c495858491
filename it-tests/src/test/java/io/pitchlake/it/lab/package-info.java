/// A lab for tests: a segment of network namespaces that a test lays, uses and takes down.
///
/// A test declares a [io.pitchlake.it.lab.NetnsLab] as a JUnit extension, runs commands in its
/// hosts and starts Pitchlake in one of them. Traffic never leaves the namespaces. Calls come from
/// the test's thread; a reader thread per process collects output.
///
/// Needs root, Linux and iproute2 (ip-netns(8), veth(4), bridge in ip-link(8)).
package io.pitchlake.it.lab;
