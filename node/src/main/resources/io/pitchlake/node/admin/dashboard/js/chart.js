// Lines over time, drawn by uPlot. What it draws stands beside it as a table, too.

import uPlot from '/vendor/uplot.js';
import { byId } from './dom.js';
import { rate } from './format.js';

/** Lines differ by colour and by dashes. */
const DASHES = [[], [8, 4], [2, 3], [12, 3, 2, 3], [5, 5], [1, 4], [10, 2], [3, 2, 8, 2]];

/**
 * @param {number} index of a line
 * @returns {number[]} lengths of its dashes and gaps
 */
export function dashesOf(index) {
  return DASHES[index % DASHES.length];
}

export class Chart {
  #place = byId('chart');
  #plot = null;
  #labels;
  #shown;
  #data;

  /**
   * @param {string[]} labels one for each line
   * @param {boolean[]} shown which lines are shown
   */
  constructor(labels, shown) {
    this.#labels = labels;
    this.#shown = shown;
    this.#data = [[], ...labels.map(() => [])];
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(this.#place);
    this.restyle();
  }

  /** Draws all anew, in the colours of now. */
  restyle() {
    this.#plot?.destroy();
    const style = getComputedStyle(this.#place);
    const colour = (name) => resolved(this.#place, name);
    const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false }, font: `11px ${style.fontFamily}` };
    this.#plot = new uPlot(
      {
        ...this.#size(),
        padding: [8, 8, 0, 0],
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
        legend: { show: false },
        scales: { x: { time: true }, y: { range: (_, low, high) => [0, Math.max(1, (high ?? 0) * 1.08)] } },
        axes: [
          { ...axis, values: [[60, '{HH}:{mm}', null, null, null, null, null, null, 1], [1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1]], space: 70, size: 28 },
          { ...axis, size: 48, values: (_, ticks) => ticks.map(rate) },
        ],
        series: [
          {},
          ...this.#labels.map((label, i) => ({
            label,
            show: this.#shown[i],
            stroke: colour(`--chart-${i + 1}`),
            width: 2,
            dash: dashesOf(i),
            points: { show: false },
          })),
        ],
      },
      this.#data,
      this.#place,
    );
  }

  #size() {
    return { width: Math.max(200, this.#place.clientWidth), height: Math.max(120, this.#place.clientHeight) };
  }

  /** @param {number[][]} data seconds, then a list for each line */
  set(data) {
    this.#data = data;
    this.#plot.setData(data);
  }

  /**
   * @param {number} index of a line
   * @param {boolean} shown
   */
  toggle(index, shown) {
    this.#shown[index] = shown;
    this.#plot.setSeries(index + 1, { show: shown });
  }
}

/** A canvas knows neither variables nor light-dark(). */
function resolved(place, variable) {
  const before = place.style.color;
  place.style.color = `var(${variable})`;
  const colour = getComputedStyle(place).color;
  place.style.color = before;
  return colour;
}
