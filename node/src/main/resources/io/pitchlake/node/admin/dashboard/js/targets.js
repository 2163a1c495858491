// Servers, and what their targets do.

import { byId, element } from './dom.js';
import { count, plural } from './format.js';
import { fill } from './rows.js';

/**
 * What a target does, in a word.
 *
 * @param {{state: string, healthy: boolean, held: boolean}} target
 * @returns {{level: string, sign: string, words: string}}
 */
export function conditionOf(target) {
  if (target.state === 'maintenance') {
    return { level: 'idle', sign: '■', words: 'maintenance' };
  }
  if (!target.healthy) {
    return { level: 'bad', sign: '▲', words: target.held ? 'kept out' : 'down' };
  }
  if (target.state === 'drain') {
    return { level: 'warn', sign: '◆', words: 'draining' };
  }
  return { level: 'ok', sign: '●', words: 'ready' };
}

/**
 * @param {any[]} servers
 * @param {any[]} targets
 * @param {any[]} checks
 */
export function showTargets(servers, targets, checks) {
  fill(byId('servers'), servers, serverRow, 'No servers: nothing is balanced.');
  const withTrouble = targets.map((target) => ({
    ...target,
    trouble: checks.filter((check) => check.target === target.target && !check.holds).map((check) => check.trouble ?? check.check),
  }));
  fill(byId('targets-rows'), withTrouble, targetRow, 'No targets.');
}

function serverRow(server) {
  const mark = server.in_service
    ? element('span', { class: 'mark', 'data-level': 'ok' }, '● in service')
    : element('span', { class: 'mark', 'data-level': 'bad' }, '▲ out of service');
  const port = server.port === 0 ? 'every port' : `port ${server.port}`;
  return element(
    'li',
    {},
    element('strong', {}, server.name ?? `server ${server.server}`),
    mark,
    element('span', { class: 'words' }, `${server.address}, ${port}, ${server.protocol}, ${server.forwards}, ${server.scheduler ?? ''}, ${plural(server.choice, 'target')} to choose from`),
  );
}

function targetRow(target) {
  const { level, sign, words } = conditionOf(target);
  const trouble = level === 'bad' && target.trouble.length > 0 ? [element('span', { class: 'second' }, target.trouble.join('; '))] : [];
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, target.name ?? `target ${target.target}`, element('span', { class: 'second mono' }, target.address)),
    element('td', {}, element('span', { class: 'mark', 'data-level': level }, `${sign} ${words}`), target.by_operator ? element('span', { class: 'second' }, 'by an operator') : '', ...trouble),
    element('td', { class: 'number' }, count(target.share)),
    element('td', { class: 'number' }, count(target.sessions)),
  );
}
