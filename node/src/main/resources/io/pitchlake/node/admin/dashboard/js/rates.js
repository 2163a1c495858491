// How much happens: a chart, and the same as numbers, whose names are the chart's switches.

import { read } from './api.js';
import { Chart, dashesOf } from './chart.js';
import { byId, element, say } from './dom.js';
import { rate } from './format.js';

const KEPT = 450;
const MINUTE = 30;

const LINES = [
  ['received', 'frames received', true],
  ['sent', 'frames sent', true],
  ['synacks', 'connections trapped', true],
  ['neighbor_replies', 'ARP and ND answered', true],
  ['echo_replies', 'pings answered', false],
  ['datagrams', 'UDP noticed', false],
  ['balanced', 'frames balanced', true],
  ['dropped', 'frames dropped', false],
];

const SVG = 'http://www.w3.org/2000/svg';

export class Rates {
  #chart = new Chart(
    LINES.map(([, words]) => words),
    LINES.map(([, , shown]) => shown),
  );
  #samples = [];
  #rows = [];

  constructor() {
    byId('rates-rows').replaceChildren(...LINES.map((line, i) => this.#row(line, i)));
  }

  #row([, words, shown], index) {
    const button = element('button', { type: 'button', 'aria-pressed': String(shown) }, sample(index), words);
    button.addEventListener('click', () => {
      const now = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(now));
      this.#chart.toggle(index, now);
    });
    const cells = [0, 1, 2].map(() => element('td', { class: 'number' }, '–'));
    this.#rows.push(cells);
    return element('tr', {}, element('th', { scope: 'row' }, button), ...cells);
  }

  /** The node has begun to count anew. */
  forget() {
    this.#samples = [];
  }

  /** @returns {Object<string, number>|null} the last interval */
  get last() {
    return this.#samples.at(-1) ?? null;
  }

  /** Reads what is new and shows it. */
  async refresh() {
    const answer = await read('rates', { after: this.last?.number ?? 0 });
    if (answer.rates.length > 0) {
      const known = this.last?.number ?? 0;
      this.#samples = [...this.#samples, ...answer.rates.filter((one) => one.number > known)].slice(-KEPT);
      this.#show();
    }
  }

  #show() {
    const seconds = this.#samples.map((one) => Date.parse(one.time) / 1000);
    this.#chart.set([seconds, ...LINES.map(([name]) => this.#samples.map((one) => one[name]))]);
    LINES.forEach(([name], i) => {
      const values = this.#samples.map((one) => one[name]);
      const minute = values.slice(-MINUTE);
      const mean = minute.reduce((sum, value) => sum + value, 0) / minute.length;
      [values.at(-1), mean, Math.max(...values)].forEach((value, cell) => say(this.#rows[i][cell], rate(value)));
    });
  }

  /** Colours are others now. */
  repaint() {
    this.#chart.restyle();
  }
}

/** A piece of the line, as the chart draws it. */
function sample(index) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('width', '26');
  svg.setAttribute('height', '10');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'line');
  const dashes = dashesOf(index).join(' ');
  const attributes = { x1: 0, y1: 5, x2: 26, y2: 5, 'stroke-width': 2.5, stroke: `var(--chart-${index + 1})`, 'stroke-dasharray': dashes };
  for (const [name, value] of Object.entries(attributes)) {
    line.setAttribute(name, String(value));
  }
  svg.append(line);
  return svg;
}
