// The units of the last 24 hours as bars, and the same as a table for who would rather read.

import { counted, number } from "./format.js";
import { el } from "./ui.js";

const LABELLED = 6;
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** A figure for `hours`, oldest first, each with `hour`, `read_units`, `write_units`, `requests`. */
export function hoursChart(hours) {
  const most = Math.max(0, ...hours.map(unitsOf));
  const total = hours.reduce((sum, hour) => sum + unitsOf(hour), 0);
  return el("figure", { className: "hours-chart" },
    el("figcaption", {}, el("span", { textContent: "Units by hour" }),
      el("span", { className: "muted", textContent: most > 0 ? `at most ${number(most)}` : "none yet" })),
    el("div", { className: "hours", role: "img",
      "aria-label": `${counted(total, "unit")} in the last 24 hours, at most ${number(most)} in one hour` },
    hours.map((hour, at) => column(hour, most, at, hours.length))),
    el("details", { className: "hours-table" },
      el("summary", { textContent: "As a table" }), table(hours)));
}

const unitsOf = ({ read_units: read = 0, write_units: write = 0 }) => read + write;

function column(hour, most, at, count) {
  const read = bar("hour-read", hour.read_units, most);
  const write = bar("hour-write", hour.write_units, most);
  const left = count - 1 - at;
  return el("div", { className: "hour", title: said(hour) },
    el("div", { className: "hour-bars" }, write, read),
    el("div", { className: "hour-name",
      textContent: left % LABELLED === 0 ? clock.format(new Date(hour.hour)) : "" }));
}

function bar(className, units, most) {
  if (!units) return null;
  const node = el("div", { className });
  node.style.height = `${(100 * units) / most}%`;
  return node;
}

function said(hour) {
  return `From ${clock.format(new Date(hour.hour))}: ${number(hour.read_units)} reading, ${
    number(hour.write_units)} writing, ${counted(hour.requests ?? 0, "request")}`;
}

function table(hours) {
  const spent = hours.filter((hour) => unitsOf(hour) > 0 || hour.requests > 0).reverse();
  if (spent.length === 0) return el("p", { className: "muted m-0", textContent: "Nothing was spent." });
  return el("table", {},
    el("thead", {}, el("tr", {}, ["From", "Reading", "Writing", "Requests"].map((name, at) =>
      el("th", { scope: "col", className: at ? "number" : "", textContent: name })))),
    el("tbody", {}, spent.map((hour) => el("tr", {},
      el("td", { textContent: clock.format(new Date(hour.hour)) }),
      [hour.read_units, hour.write_units, hour.requests].map((value) =>
        el("td", { className: "number", textContent: number(value) }))))));
}
