// SPDX-License-Identifier: Apache-2.0
/** Elements without markup in strings: what a server or a person wrote is never read as HTML. */

const SVG = "http://www.w3.org/2000/svg";

/** An element; attributes `text`, `on<event>` and DOM attributes, of which null and false are left out. */
export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** The same for SVG. */
export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

/** An icon of `icons.svg`. */
export const icon = (name) => svg("svg", { "aria-hidden": "true" }, svg("use", { href: `static/icons.svg#${name}` }));

/** The sign of a style of `mark_style.js`. */
export function sign(path, { colour, dash = [] }, filled = false) {
  const line = svg("path", { d: path, "stroke-dasharray": dash.map((length) => length / 2).join(" ") || null });
  line.style.stroke = colour;
  line.style.fill = filled ? colour : "none";
  return svg("svg", { class: "sign", viewBox: "0 0 16 16", "aria-hidden": "true" }, line);
}

export const byId = (id) => document.getElementById(id);

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false || value === undefined) continue;
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
