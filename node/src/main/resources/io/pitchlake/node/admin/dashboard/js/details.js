// All that is known of one address.

import { read } from './api.js';
import { byId, element } from './dom.js';
import { duration } from './format.js';

const SETTLE_MILLIS = 150;
let timer = 0;
let wanted = null;

/**
 * Shows an address: what the map knows at once, the rest when the node has said it.
 *
 * @param {string} address
 * @param {string} words its state
 */
export function details(address, words) {
  if (wanted !== address) {
    show([['Address', address], ['State', words]]);
  }
  wanted = address;
  clearTimeout(timer);
  timer = setTimeout(() => void more(address, words), SETTLE_MILLIS);
}

async function more(address, words) {
  let row;
  try {
    row = (await read('addresses', { address })).addresses[0];
  } catch {
    return; // the page says elsewhere that the node does not answer
  }
  if (wanted !== address) {
    return;
  }
  const facts = [['Address', address], ['State', words]];
  if (row?.mac) {
    facts.push(['Owner', row.mac]);
  }
  if (typeof row?.heard_seconds === 'number') {
    facts.push([row.state === 'real' ? 'Heard' : 'Proved or asked', `${duration(row.heard_seconds)} ago`]);
  }
  show(facts);
}

function show(facts) {
  byId('map-details').replaceChildren(
    ...facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', { class: 'mono' }, value))),
  );
}
