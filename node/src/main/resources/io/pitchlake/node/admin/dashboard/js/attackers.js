// Who was deceived most, and by what.

import { byId, element } from './dom.js';
import { clock, count } from './format.js';
import { fill } from './rows.js';

/** @param {{attackers: any[]}} top most first */
export function showAttackers(top) {
  fill(byId('attackers-rows'), top.attackers, attackerRow, 'Nobody has asked for a decoy yet.');
}

function attackerRow(attacker) {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, element('span', { class: 'mono' }, attacker.attacker), element('span', { class: 'second mono' }, attacker.mac)),
    ...[attacker.asked, attacker.pinged, attacker.connected, attacker.datagrams].map((value) =>
      element('td', { class: 'number' }, value === 0 ? '–' : count(value)),
    ),
    element('td', {}, element('time', { datetime: attacker.last }, clock(attacker.last))),
  );
}
