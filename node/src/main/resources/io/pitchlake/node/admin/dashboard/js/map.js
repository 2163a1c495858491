// The picture of a network's addresses: a cell for each, 32 in a row, 16 on a narrow screen.

import { details } from './details.js';
import { byId, element } from './dom.js';
import { count } from './format.js';
import { toNumber, toText } from './ipv4.js';
import { STATES, stateOf } from './states.js';

const WIDE = matchMedia('(min-width: 700px)');

export class AddressGrid {
  #place = byId('map-grid');
  #cells = [];
  #first = null;
  #columns = 0;
  #current = 0;

  constructor() {
    WIDE.addEventListener('change', () => {
      this.#first = null; // laid out anew with the next block
    });
    this.#place.addEventListener('keydown', (event) => this.#key(event));
    this.#place.addEventListener('focusin', (event) => this.#focused(this.#cells.indexOf(event.target)));
    this.#place.addEventListener('click', (event) => {
      const index = this.#cells.indexOf(event.target);
      if (index >= 0) {
        this.#cells[index].focus();
      }
    });
  }

  /**
   * Shows a block.
   *
   * @param {{first: string, states: string}} block
   */
  show(block) {
    const columns = WIDE.matches ? 32 : 16;
    if (this.#first !== block.first || this.#columns !== columns || this.#cells.length !== block.states.length) {
      this.#lay(block, columns);
    }
    const first = toNumber(block.first);
    [...block.states].forEach((letter, index) => {
      const cell = this.#cells[index];
      if (cell.dataset.state !== letter) {
        const state = stateOf(letter);
        cell.dataset.state = letter;
        cell.textContent = state.shown;
        cell.setAttribute('aria-label', `${toText(first + index)} ${state.words}`);
      }
    });
  }

  #lay(block, columns) {
    const first = toNumber(block.first);
    const offset = first % columns;
    this.#first = block.first;
    this.#columns = columns;
    this.#current = 0;
    this.#cells = [...block.states].map(() => element('td', { tabindex: -1, role: 'gridcell' }));
    const rows = [];
    for (let at = -offset; at < this.#cells.length; at += columns) {
      const head = element('th', { scope: 'row' }, `.${(first + at) % 256}`);
      const row = element('tr', {}, head);
      for (let i = at; i < at + columns; i++) {
        row.append(this.#cells[i] ?? element('td', { role: 'gridcell', 'aria-hidden': true }));
      }
      rows.push(row);
    }
    const heads = Array.from({ length: columns }, (_, i) =>
      element('th', { scope: 'col' }, i % 4 === 0 ? `+${i}` : element('span', { class: 'unseen' }, `+${i}`)),
    );
    const table = element(
      'table',
      { role: 'grid', 'aria-label': `Addresses from ${block.first} on`, 'aria-readonly': true },
      element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, element('span', { class: 'unseen' }, 'from')), ...heads)),
      element('tbody', {}, ...rows),
    );
    if (this.#cells.length > 0) {
      this.#cells[0].tabIndex = 0;
    }
    this.#place.replaceChildren(table);
  }

  #key(event) {
    const column = (this.#current + (toNumber(this.#first) % this.#columns)) % this.#columns;
    const step = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: this.#columns,
      ArrowUp: -this.#columns,
      Home: event.ctrlKey ? -this.#current : -column,
      End: event.ctrlKey ? this.#cells.length - 1 - this.#current : this.#columns - 1 - column,
    }[event.key];
    if (step === undefined) {
      return;
    }
    event.preventDefault();
    const next = this.#current + step;
    if (next >= 0 && next < this.#cells.length) {
      this.#cells[next].focus();
    }
  }

  #focused(index) {
    if (index < 0) {
      return;
    }
    this.#cells[this.#current].tabIndex = -1;
    this.#cells[this.#current].removeAttribute('aria-selected');
    this.#current = index;
    this.#cells[index].tabIndex = 0;
    this.#cells[index].setAttribute('aria-selected', 'true');
    details(toText(toNumber(this.#first) + index), stateOf(this.#cells[index].dataset.state).words);
  }
}

/**
 * Shows what the letters mean, and how many there are.
 *
 * @param {string} states of all addresses that are shown
 */
export function legend(states) {
  const counts = new Map();
  for (const letter of states) {
    counts.set(letter, (counts.get(letter) ?? 0) + 1);
  }
  byId('map-legend').replaceChildren(
    ...STATES.map((state) =>
      element(
        'li',
        {},
        element('span', { class: 'swatch', 'data-state': state.letter, 'aria-hidden': true }, state.shown),
        state.name,
        element('b', {}, count(counts.get(state.letter) ?? 0)),
      ),
    ),
  );
}
