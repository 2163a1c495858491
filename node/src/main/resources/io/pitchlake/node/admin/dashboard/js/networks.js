// Which network the map shows, and, where it is larger than a block of 256, which of its blocks.

import { read } from './api.js';
import { BlockList } from './blocks.js';
import { byId, element } from './dom.js';
import { sizeOf } from './ipv4.js';
import { AddressGrid, legend } from './map.js';
import { fill } from './rows.js';

const BLOCK = 256;
const MOST_BLOCKS = 256;

/** Rounds between two readings of a large network; its chosen block is read in each. */
const LARGE_EVERY = 4;

export class NetworkMap {
  #grid = new AddressGrid();
  #select = byId('map-network');
  #list = new BlockList((block) => {
    this.#block = block;
    this.#show();
  });
  #network = null;
  #page = null;
  #block = null;
  #blocks = [];
  #round = 0;

  /** @param {function(): void} changed told when the reader wants to see something else */
  constructor(changed) {
    this.#select.addEventListener('change', () => {
      this.#choose(this.#select.value);
      changed();
    });
  }

  #choose(value) {
    [this.#network, this.#page] = value.split(' ');
    this.#block = null;
    this.#round = 0;
  }

  /**
   * Offers the networks that have a picture.
   *
   * @param {{network: number, name: string|null, family: string, block: string}[]} networks
   */
  offer(networks) {
    const pictured = networks.filter((network) => network.family === 'ipv4');
    const all = pictured.flatMap(options);
    fill(this.#select, all, ([value, words]) => element('option', { value }, words), 'no IPv4 network');
    const shown = `${this.#network} ${this.#page}`;
    if (all.some(([value]) => value === shown)) {
      this.#select.value = shown;
    } else if (all.length > 0) {
      this.#choose(all[0][0]); // none was chosen yet, or a reload has taken it away
    } else {
      this.#network = null;
    }
    this.#select.disabled = this.#select.options.length < 2;
  }

  /** Reads what is shown and shows it. */
  async refresh() {
    if (this.#network === null) {
      return;
    }
    const network = this.#network;
    const whole = this.#round++ % LARGE_EVERY === 0 || this.#blocks.length <= 1;
    const asked = whole
      ? { network, from: this.#page, blocks: MOST_BLOCKS }
      : { network, from: this.#block, blocks: 1 };
    const answer = await read('map', asked);
    if (network !== this.#network) {
      return; // the reader has chosen another one meanwhile
    }
    if (whole) {
      this.#blocks = answer.blocks;
    } else {
      this.#blocks = this.#blocks.map((block) => (block.first === answer.blocks[0].first ? answer.blocks[0] : block));
    }
    this.#show();
  }

  #show() {
    if (!this.#blocks.some((block) => block.first === this.#block)) {
      this.#block = (this.#blocks.find((block) => block.asked > 0) ?? this.#blocks[0]).first;
    }
    legend(this.#blocks.map((block) => block.states).join(''));
    this.#list.show(this.#blocks, this.#block);
    this.#grid.show(this.#blocks.find((block) => block.first === this.#block));
  }

  /** Colours are others now. */
  repaint() {
    this.#list.repaint();
  }
}

/** A network larger than a /16 is offered in pieces of one, the first sixteen of them. */
function options(network) {
  const words = `${network.name ?? `network ${network.network}`} · ${network.block}`;
  const [first] = network.block.split('/');
  const pieces = Math.min(16, Math.ceil(sizeOf(network.block) / (BLOCK * MOST_BLOCKS)));
  return Array.from({ length: pieces }, (_, i) => {
    const octets = first.split('.').map(Number);
    octets[1] += i;
    const from = octets.join('.');
    return [`${network.network} ${from}`, pieces > 1 ? `${words}, from ${from}` : words];
  });
}
