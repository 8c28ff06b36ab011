// Building the page. Text only ever becomes a text node: what comes from a report is hostile.

/**
 * Make an element. `properties` sets properties, or attributes where a name has a dash, is `role`
 * or `for`, or where the element is SVG; `dataset` and `on` take objects. Children that are null
 * or false are left out.
 */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "dataset") Object.assign(node.dataset, value);
    else if (name === "on") listen(node, value);
    else if (name.includes("-") || name === "role" || name === "for") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...present(children));
  return node;
}

/** Replace what a node holds. */
export function fill(node, ...children) {
  node.replaceChildren(...present(children));
  return node;
}

/** The first element with this data attribute: `find("pager")` is `[data-pager]`. */
export function find(name, root = document) {
  return root.querySelector(`[data-${name}]`);
}

export function findAll(name, root = document) {
  return [...root.querySelectorAll(`[data-${name}]`)];
}

/** An icon of the sprite; decoration only, so the element around it must have a name. */
export function icon(name) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(namespace, "use");
  use.setAttribute("href", `${iconSheet()}#${name}`);
  svg.append(use);
  return svg;
}

/** Call `action` once the calls have paused for `milliseconds`; `cancel()` forgets the last one. */
export function debounce(action, milliseconds) {
  let timer;
  const later = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds, ...values);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

/** Tell a screen reader, politely. */
export function announce(message) {
  const region = find("announcer");
  if (region) region.textContent = message;
}

function listen(node, handlers) {
  for (const [event, handler] of Object.entries(handlers)) node.addEventListener(event, handler);
}

function present(children) {
  return children.flat(2).filter((child) => child !== null && child !== undefined && child !== false);
}

function iconSheet() {
  return document.querySelector('meta[name="icons"]')?.content ?? "/static/img/icons.svg";
}
