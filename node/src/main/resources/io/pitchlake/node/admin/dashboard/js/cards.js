// Four answers at a glance.

import { byId, element } from './dom.js';
import { count, duration, plural, rate } from './format.js';
import { fill } from './rows.js';
import { conditionOf } from './targets.js';

const ROLE_SIGNS = { active: '●', backup: '○', mixed: '◐', alone: '●' };

function card(id, level, figure, beside, facts) {
  const place = byId(id);
  place.dataset.level = level;
  const shown = place.querySelector('[data-figure]');
  if (shown.dataset.shown !== figure + beside) {
    shown.dataset.shown = figure + beside;
    shown.replaceChildren(figure, ' ', element('small', {}, beside));
  }
  fill(place.querySelector('[data-facts]'), facts, (fact) => element('li', { title: fact }, fact), '–');
}

/**
 * @param {any} seen answers of the API by name; one that is missing is an Error
 * @param {Object<string, number>|null} rates of the last interval
 */
export function showCards(seen, rates) {
  if (!(seen.status instanceof Error)) {
    active(seen);
    pair(seen);
    attack(seen, rates);
    targets(seen);
  }
}

function active({ status, vrrp }) {
  const routers = vrrp instanceof Error ? [] : vrrp.routers;
  const facts = routers.length === 0 ? ['no election: nobody else could be'] : [];
  const backup = routers.find((router) => router.role === 'backup');
  const newest = routers.length > 0 ? Math.min(...routers.map((router) => router.since_seconds)) : 0;
  if (routers.length > 0) {
    facts.push(`for ${duration(newest)}: ${routers[0].cause}`);
  }
  if (backup) {
    facts.push(backup.heard_last ? `${backup.heard_last} is heard as active` : 'no active router is heard');
  }
  facts.push(`up ${duration(status.uptime_seconds)}`);
  const words = status.role === 'backup' ? 'another node is active' : status.role === 'active' ? 'this node' : '';
  card('card-active', status.role === 'active' || status.role === 'alone' ? 'ok' : '', `${ROLE_SIGNS[status.role]} ${status.role}`, words, facts);
}

function pair({ status, sync, vrrp }) {
  if (status.peers === 0) {
    const others = vrrp instanceof Error ? 0 : vrrp.routers.filter((router) => router.heard_last).length;
    card('card-pair', '', others > 0 ? 'adverts only' : 'no peer', '', ['no sync link: nothing is replicated']);
    return;
  }
  const facts = [status.caught_up ? 'knows what its peers know' : 'still takes over what its peers know'];
  if (!(sync instanceof Error) && sync.replicates) {
    const gauge = (name) => sync.gauges.find((one) => one.name === name)?.value ?? 0;
    const lag = gauge('sync_lag_micros') / 1000;
    facts.push(`replication ${lag === 0 ? 'is idle or up to date' : `lags ${rate(lag)} ms`}`);
    facts.push(gauge('sync_ranges_differing') === 0 ? 'tables agree' : `${plural(gauge('sync_ranges_differing'), 'range')} being repaired`);
  }
  const whole = status.peers_alive === status.peers;
  card('card-pair', whole ? 'ok' : 'bad', `${status.peers_alive} of ${status.peers}`, `${status.peers === 1 ? 'peer' : 'peers'} heard`, facts);
}

function attack({ status, asked, top }, rates) {
  const now = asked instanceof Error ? [] : asked.asked;
  const worst = top instanceof Error ? undefined : top.attackers[0];
  const facts = [
    `${plural(status.simulated, 'decoy')}, ${count(status.real)} real`,
    rates === null ? 'rates are being measured' : `${rate(rates.synacks)} connections trapped a second`,
  ];
  facts.push(worst ? `most by ${worst.attacker}` : 'nobody so far');
  const more = now.length >= 256 ? 'or more ' : '';
  card('card-attack', now.length > 0 ? 'warn' : '', count(now.length), `${more}${now.length === 1 ? 'decoy' : 'decoys'} asked for now`, facts);
}

function targets({ targets, servers, status }) {
  if (targets instanceof Error || servers instanceof Error) {
    return;
  }
  if (targets.targets.length === 0) {
    card('card-targets', '', 'none', '', ['nothing is balanced']);
    return;
  }
  const ready = targets.targets.filter((target) => conditionOf(target).level === 'ok').length;
  const down = targets.targets.filter((target) => conditionOf(target).level === 'bad').length;
  const out = servers.servers.filter((server) => !server.in_service).length;
  const level = out > 0 ? 'bad' : down > 0 ? 'warn' : 'ok';
  const facts = [
    out === 0 ? `${plural(servers.servers.length, 'server')} in service` : `${plural(out, 'server')} out of service`,
    `${plural(status.sessions + status.translated_sessions, 'session')}`,
  ];
  if (down > 0) {
    facts.push(`${plural(down, 'target')} down`);
  }
  card('card-targets', level, `${ready} of ${targets.targets.length}`, 'ready', facts);
}
