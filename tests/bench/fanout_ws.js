// The simplest hub there is: `ws`, and what a Redis channel says goes to everybody. PORT, REDIS_URL, CHANNEL.
const { WebSocketServer, WebSocket } = require("ws");
const { createClient } = require("redis");

const server = new WebSocketServer({ port: Number(process.env.PORT), host: "127.0.0.1", perMessageDeflate: false });
const subscriber = createClient({ url: process.env.REDIS_URL });

subscriber.connect().then(() =>
  subscriber.subscribe(process.env.CHANNEL, (text) => {
    for (const client of server.clients) if (client.readyState === WebSocket.OPEN) client.send(text);
  }),
);
