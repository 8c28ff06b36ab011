// Every page: the live connection, the queue's state, and leaving.

import { connect } from "./modules/events.js";
import { watchQueue } from "./modules/queue.js";
import { find } from "./modules/ui.js";

if (find("live")) connect();

// On a phone the links scroll sideways.
document.querySelector(".topbar-link[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const queue = find("queue-status");
if (queue) watchQueue(queue);
