// One judgment of the whole, and what it rests on. What is worst comes first.

import { byId, element, say } from './dom.js';
import { plural } from './format.js';
import { familyName } from './routers.js';
import { fill } from './rows.js';
import { conditionOf } from './targets.js';

const RANK = { bad: 2, warn: 1, ok: 0 };
/** So many times active within so long is no good sign. */
const RESTLESS = 3;
const RESTLESS_MILLIS = 600_000;

const SIGN = { bad: '✕', warn: '!', ok: '✓' };

/**
 * What there is to say of a node.
 *
 * @param {any} seen answers of the API by name; one that is missing is an Error
 * @returns {{level: string, words: string}[]} worst first
 */
export function findings(seen) {
  const all = [...engine(seen), ...election(seen), ...restlessness(seen), ...balance(seen)];
  return all.sort((a, b) => RANK[b.level] - RANK[a.level]);
}

function engine({ status }) {
  return status instanceof Error ? [{ level: 'bad', words: `The node: ${status.message}` }] : [];
}

function election({ vrrp, status }) {
  if (vrrp instanceof Error || status instanceof Error) {
    return [];
  }
  const found = [];
  for (const router of vrrp.routers) {
    const name = `router ${router.router} ${familyName(router.family)}`;
    if (router.role === 'initialize') {
      found.push({ level: 'warn', words: `${name} has not begun` });
    } else if (router.priority < router.configured_priority) {
      found.push({ level: 'warn', words: `${name} has a lower priority than its file says: something it tracks has failed` });
    }
  }
  for (const peer of vrrp.peers.filter((one) => !one.alive)) {
    found.push({ level: peer.kind === 'witness' ? 'warn' : 'bad', words: `${peer.kind === 'witness' ? 'The witness' : 'The peer'} ${peer.peer} is silent` });
  }
  if (!status.caught_up) {
    found.push({ level: 'warn', words: 'It does not yet know what its peers know' });
  }
  if (vrrp.routers.length > 0 && found.length === 0) {
    found.push({ level: 'ok', words: vrrp.peers.length > 0 ? 'Every peer is heard and knows the same' : 'The election runs; there is no sync link' });
  }
  return found;
}

function restlessness({ takeovers }) {
  if (takeovers instanceof Error) {
    return [];
  }
  const times = new Map();
  for (const takeover of takeovers.takeovers) {
    if (takeover.to === 'active' && Date.now() - Date.parse(takeover.time) < RESTLESS_MILLIS) {
      const name = `router ${takeover.router} ${familyName(takeover.family)}`;
      times.set(name, (times.get(name) ?? 0) + 1);
    }
  }
  return [...times]
    .filter(([, count]) => count >= RESTLESS)
    .map(([name, count]) => ({ level: 'warn', words: `${name} became active ${count} times within ten minutes` }));
}

function balance({ servers, targets }) {
  if (servers instanceof Error || targets instanceof Error || targets.targets.length === 0) {
    return [];
  }
  const found = servers.servers
    .filter((server) => !server.in_service)
    .map((server) => ({ level: 'bad', words: `Server ${server.name ?? server.server} is out of service` }));
  const down = targets.targets.filter((target) => conditionOf(target).level === 'bad');
  if (down.length > 0) {
    found.push({ level: 'warn', words: `${plural(down.length, 'target')} cannot take frames: ${down.map((target) => target.name ?? target.address).join(', ')}` });
  }
  return found.length > 0 ? found : [{ level: 'ok', words: 'Every target does what it is wanted to' }];
}

const ROLES = {
  active: 'is active',
  backup: 'is the backup',
  mixed: 'is active for some routers and the backup for others',
  alone: 'works alone',
};

/**
 * Shows it.
 *
 * @param {any} seen as above
 * @returns {string} the headline
 */
export function showVerdict(seen) {
  const all = findings(seen);
  const level = all[0]?.level ?? 'ok';
  const name = seen.status instanceof Error ? 'This node' : seen.status.name;
  const role = seen.status instanceof Error ? 'cannot say what it does' : ROLES[seen.status.role];
  const open = all.filter((finding) => finding.level !== 'ok').length;
  const headline = `${name} ${role}; ${open === 0 ? 'all is well' : `${plural(open, 'thing')} to look at`}`;
  byId('verdict').dataset.level = level;
  say(byId('verdict-sign'), SIGN[level]);
  say(byId('verdict-headline'), headline);
  fill(byId('verdict-findings'), all, (finding) => element('li', { 'data-level': finding.level }, finding.words), '');
  return headline;
}

/** The node does not answer: what is shown is what was. */
export function showSilence() {
  byId('verdict').dataset.level = 'bad';
  say(byId('verdict-sign'), SIGN.bad);
  say(byId('verdict-headline'), 'The node does not answer; what follows is what it said last');
}
