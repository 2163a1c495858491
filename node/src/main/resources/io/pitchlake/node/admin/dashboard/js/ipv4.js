// IPv4 addresses as numbers.

/**
 * @param {string} text such as 192.168.2.77
 * @returns {number}
 */
export function toNumber(text) {
  return text.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}

/**
 * @param {number} number
 * @returns {string}
 */
export function toText(number) {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

/**
 * @param {string} block such as 10.1.0.0/16
 * @returns {number} how many addresses it has
 */
export function sizeOf(block) {
  return 2 ** (32 - Number(block.split('/')[1]));
}
