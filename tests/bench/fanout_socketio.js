// Socket.IO with the Redis adapter; what a Redis channel says is emitted to everybody. PORT, REDIS_URL, CHANNEL.
const { createServer } = require("http");
const { Server } = require("socket.io");
const { createAdapter } = require("@socket.io/redis-adapter");
const { createClient } = require("redis");

async function main() {
  const clients = [0, 1, 2].map(() => createClient({ url: process.env.REDIS_URL }));
  await Promise.all(clients.map((client) => client.connect()));
  const [publisher, subscriber, listener] = clients;
  const server = createServer();
  const io = new Server(server, { perMessageDeflate: false, transports: ["websocket"] });
  io.adapter(createAdapter(publisher, subscriber));
  await listener.subscribe(process.env.CHANNEL, (text) => io.emit("event", JSON.parse(text)));
  server.listen(Number(process.env.PORT), "127.0.0.1");
}

main();
