// The channels' page: how many videos each has, and what people may tell of it.

import { makeChannelForm } from "./modules/channel-form.js";
import { makeChannelList } from "./modules/channel-list.js";
import { toast } from "./modules/toasts.js";
import { find } from "./modules/ui.js";

const edit = makeChannelForm(find("channel"), (channel) => {
  toast(`“${channel.name}” is saved`, "good");
  list.again();
});
const list = makeChannelList(find("channels"), edit);

list.load();
