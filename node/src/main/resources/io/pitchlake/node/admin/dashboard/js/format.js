// Numbers and times for people.

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/**
 * @param {number} value
 * @returns {string} such as 1,234 or 12.3K
 */
export function count(value) {
  return Math.abs(value) < 10000 ? WHOLE.format(value) : COMPACT.format(value);
}

/**
 * @param {number|null} value a second
 * @returns {string}
 */
export function rate(value) {
  if (value === null || value === undefined) {
    return '–';
  }
  return value > 0 && value < 10 ? TENTHS.format(value) : count(value);
}

/**
 * @param {number} seconds
 * @returns {string} such as 12 s, 5 min, 3 h, 2 d
 */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min`;
  }
  if (whole < 172800) {
    return `${Math.floor(whole / 3600)} h`;
  }
  return `${Math.floor(whole / 86400)} d`;
}

/**
 * @param {string|number|Date} time
 * @returns {string} the reader's own clock, such as 14:03:09
 */
export function clock(time) {
  return new Date(time).toLocaleTimeString('en-GB');
}

/**
 * @param {number} number
 * @param {string} one
 * @param {string} [many] one with an s
 * @returns {string} such as 1 peer, 2 peers
 */
export function plural(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}
