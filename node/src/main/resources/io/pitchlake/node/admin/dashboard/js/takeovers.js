// When which virtual router changed its role here, and why.

import { byId, element } from './dom.js';
import { clock } from './format.js';
import { familyName } from './routers.js';
import { fill } from './rows.js';

/** @param {any[]} takeovers latest first */
export function showTakeovers(takeovers) {
  fill(byId('takeovers'), takeovers, takeoverItem, 'None since this node started.');
}

function takeoverItem(takeover) {
  const heard = takeover.heard_last ? ` (heard last: ${takeover.heard_last})` : '';
  return element(
    'li',
    { 'data-to': takeover.to },
    element('time', { datetime: takeover.time, title: new Date(takeover.time).toLocaleString() }, clock(takeover.time)),
    ' ',
    element('span', { class: 'what' }, `Router ${takeover.router} ${familyName(takeover.family)}: ${takeover.from} → ${takeover.to}`),
    element('span', { class: 'why' }, `${takeover.cause}${heard}`),
  );
}
