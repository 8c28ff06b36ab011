// The live connection: one socket a page, and the dot in the top bar that tells how it is.

import { io } from "socket.io-client";
import { find } from "./ui.js";

const TEXTS = { connected: "Live", connecting: "Connecting…", offline: "Offline" };

let socket;

/** Connect, once; the indicator follows the connection. */
export function connect() {
  if (socket) return socket;
  socket = io({ transports: ["websocket"] });
  show("connecting");
  socket.on("connect", () => show("connected"));
  socket.on("disconnect", (reason) => show(reason === "io client disconnect" ? "offline" : "connecting"));
  socket.on("connect_error", () => show(socket.active ? "connecting" : "offline"));
  return socket;
}

/** Call `handler` with the payload of each event of this name. */
export function on(event, handler) {
  connect().on(event, handler);
}

/** Ask the server something; gives its acknowledgement, or throws after five seconds. */
export function ask(event, payload) {
  const connection = connect().timeout(5000);
  return payload === undefined
    ? connection.emitWithAck(event)
    : connection.emitWithAck(event, payload);
}

export const isConnected = () => Boolean(socket?.connected);

function show(state) {
  const indicator = find("live");
  if (!indicator) return;
  indicator.dataset.state = state;
  indicator.title = state === "connected"
    ? "Changes appear here as they happen"
    : "Changes appear after a reload until the connection is back";
  find("live-text", indicator).textContent = TEXTS[state];
}
