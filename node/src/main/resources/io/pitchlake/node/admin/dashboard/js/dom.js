// Elements. Whatever is shown goes in as text: attackers choose some of it.

/**
 * Makes an element.
 *
 * @param {string} tag
 * @param {Object<string, string|number|boolean>} attributes false: left out; true: there, without a value
 * @param {...(Node|string|number)} children anything but a node becomes text
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) {
      made.setAttribute(name, value === true ? '' : String(value));
    }
  }
  made.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return made;
}

/**
 * The element of the page with this id.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) {
    throw new Error(`the page has no element ${id}`);
  }
  return found;
}

/**
 * Sets a text if it is another one, so that nobody is told of what has not changed.
 *
 * @param {Node} node
 * @param {string|number} text
 */
export function say(node, text) {
  if (node.textContent !== String(text)) {
    node.textContent = String(text);
  }
}
