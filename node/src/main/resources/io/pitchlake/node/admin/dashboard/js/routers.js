// The virtual routers, whose turn it is, and the peers on the sync link.

import { byId, element } from './dom.js';
import { duration } from './format.js';
import { fill } from './rows.js';

const SIGNS = { active: ['ok', '●'], backup: ['idle', '○'], initialize: ['warn', '◌'] };

/** @param {{routers: any[], peers: any[]}} vrrp */
export function showRouters(vrrp) {
  const items = [
    ...vrrp.routers.map((router) => ({ ...router, since: duration(router.since_seconds), since_seconds: 0, kind: 'router' })),
    ...vrrp.peers.map((peer) => ({ ...peer, kind: 'peer', what: peer.kind })),
  ];
  fill(byId('routers'), items, (item) => (item.kind === 'router' ? routerItem(item) : peerItem(item)), 'No election: this node is alone.');
}

/** IPv4 or IPv6, as people write it. */
export function familyName(family) {
  return family === 'ipv4' ? 'IPv4' : 'IPv6';
}

function routerItem(router) {
  const [level, sign] = SIGNS[router.role] ?? SIGNS.initialize;
  const lowered = router.priority < router.configured_priority ? `, lowered from ${router.configured_priority}` : '';
  return element(
    'li',
    {},
    element('strong', {}, `Router ${router.router}, ${familyName(router.family)}`),
    element('span', { class: 'mark', 'data-level': level }, `${sign} ${router.role}`),
    element('span', { class: 'words' }, `for ${router.since}; priority ${router.priority}${lowered}; ${router.heard_last ? `heard last ${router.heard_last}` : 'no other heard'}`),
  );
}

function peerItem(peer) {
  return element(
    'li',
    {},
    element('strong', {}, peer.what === 'witness' ? 'Witness' : 'Peer'),
    element('span', { class: 'mono' }, peer.peer),
    element('span', { class: 'mark', 'data-level': peer.alive ? 'ok' : 'bad' }, peer.alive ? '● alive' : '▲ silent'),
  );
}
