// stream_node.mjs PROGRAM ARG...: what one would write in Node: runs PROGRAM once somebody has connected, and sends each line it prints
// to all who have. Prints its address.
import { spawn } from "node:child_process";
import http from "node:http";
import { createInterface } from "node:readline";

const [program, ...args] = process.argv.slice(2);
const readers = new Set();
let n = 0;

function run() {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const event = `id: ${++n}\nevent: sample\ndata: ${line}\n\n`;
    for (const reader of readers) reader.write(event);
  });
  child.on("exit", () => process.exit());
}

const server = http.createServer((request, reply) => {
  reply.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  reply.flushHeaders();
  readers.add(reply);
  reply.on("close", () => readers.delete(reply));
  if (readers.size === 1) run();
});
server.listen(0, "127.0.0.1", 1024, () => console.log(`http://127.0.0.1:${server.address().port}/`));
