import analytics from "./analytics.json";
import conversation from "./conversation.json";
import door from "./door.json";
import exporting from "./exporting.json";
import notifications from "./notifications.json";
import platform from "./platform.json";
import portal from "./portal.json";
import priority from "./priority.json";
import queue from "./queue.json";
import relations from "./relations.json";
import settings from "./settings.json";
import shell from "./shell.json";
import status from "./status.json";
import ticket from "./ticket.json";
import ui from "./ui.json";

export default {
  analytics,
  conversation,
  door,
  exporting,
  notifications,
  platform,
  portal,
  priority,
  queue,
  relations,
  settings,
  shell,
  status,
  ticket,
  ui,
};
