// The blocks of a network that has more than 256 addresses: a line for each, with a picture of it.

import { byId, element, say } from './dom.js';
import { count } from './format.js';
import { STATES } from './states.js';

const HEADS = ['Block', 'Picture', 'Real', 'Simulated', 'Asked', 'Held'];

export class BlockList {
  #place = byId('map-blocks');
  #lines = new Map();
  #painted = new WeakMap();
  #blocks = [];

  /** @param {function(string): void} choose told which block the reader wants to see */
  constructor(choose) {
    this.#place.addEventListener('click', (event) => {
      const button = event.target.closest('button');
      if (button) {
        choose(button.value);
      }
    });
  }

  /**
   * Shows blocks, and nothing where there is one alone. Lines stay the elements they are, so that
   * the focus stays where it is.
   *
   * @param {any[]} blocks of the API
   * @param {string} chosen first address of the one whose addresses are shown
   */
  show(blocks, chosen) {
    this.#place.hidden = blocks.length < 2;
    if (blocks.length < 2) {
      this.#blocks = [];
      return;
    }
    if (blocks.length !== this.#lines.size || blocks.some((block) => !this.#lines.has(block.first))) {
      this.#lay(blocks);
    }
    this.#blocks = blocks;
    for (const block of blocks) {
      const line = this.#lines.get(block.first);
      line.button.setAttribute('aria-pressed', String(block.first === chosen));
      [block.real, block.simulated, block.asked, block.held].forEach((value, i) => say(line.cells[i], count(value)));
    }
    this.repaint();
  }

  #lay(blocks) {
    this.#lines = new Map(blocks.map((block) => [block.first, lineOf(block)]));
    const heads = HEADS.map((head, i) => element('th', { scope: 'col', class: i > 1 ? 'number' : false }, head));
    this.#place.replaceChildren(
      element(
        'table',
        {},
        element('caption', { class: 'unseen' }, 'Blocks of 256 addresses; choose one to see its addresses'),
        element('thead', {}, element('tr', {}, ...heads)),
        element('tbody', {}, ...[...this.#lines.values()].map((line) => line.row)),
      ),
    );
  }

  /** Paints what has changed; colours may have, too, and a canvas does not follow those by itself. */
  repaint() {
    if (this.#blocks.length === 0) {
      return;
    }
    const colours = coloursOf(this.#place);
    const palette = [...colours.values()].join();
    for (const block of this.#blocks) {
      const { canvas } = this.#lines.get(block.first);
      if (this.#painted.get(canvas) !== palette + block.states) {
        this.#painted.set(canvas, palette + block.states);
        const context = canvas.getContext('2d');
        [...block.states].forEach((letter, x) => {
          context.fillStyle = colours.get(letter);
          context.fillRect(x, 0, 1, 1);
        });
      }
    }
  }
}

function lineOf(block) {
  const button = element('button', { type: 'button', class: 'mono', value: block.first, 'aria-pressed': 'false' }, block.first);
  const canvas = element('canvas', { width: block.states.length, height: 1, 'aria-hidden': true });
  const cells = HEADS.slice(2).map(() => element('td', { class: 'number' }));
  const row = element('tr', {}, element('th', { scope: 'row' }, button), element('td', {}, canvas), ...cells);
  return { row, button, canvas, cells };
}

/** What the style sheet gives to each state. */
function coloursOf(place) {
  const probe = element('span', { class: 'unseen' });
  place.append(probe);
  const colours = new Map(
    STATES.map((state) => {
      probe.dataset.state = state.letter;
      return [state.letter, getComputedStyle(probe).backgroundColor];
    }),
  );
  probe.remove();
  return colours;
}
