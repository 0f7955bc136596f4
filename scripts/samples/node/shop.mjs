// A ticket shop of one page. Its host and that of the shortlinks share a domain (shop and
// daemon behind one name, or --cookie-domain), so the browser sends the cookie that a
// click has left. Scripts in the page cannot read it, and need not: the server does.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { randomUUID } from "node:crypto";
import { sendOrder } from "./lastclick.mjs";

const { LASTCLICK_URL: url, LASTCLICK_SECRET: secret, EVENT: event = "summerfest" } = process.env;
const page = readFileSync(new URL("shop.html", import.meta.url));

const server = createServer(async (request, response) => {
  if (request.method !== "POST") {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(page);
    return;
  }
  let form = "";
  for await (const chunk of request) form += chunk;
  const order = {
    id: randomUUID(), version: 1, placed_at: new Date().toISOString(), currency: "GBP",
    customer: { email: new URLSearchParams(form).get("email") ?? "" },
    tracking: { receipt: cookie(request.headers.cookie, "lastclick") },
    tickets: [{ id: randomUUID(), event, type: "ga", type_name: "General Admission", face_value: 4500 }],
  };
  try {
    await sendOrder(order, { url, secret });
  } catch (err) {
    console.error(err); // a real shop keeps the order and sends it later: the sale stands
  }
  response.writeHead(200, { "Content-Type": "text/plain; charset=utf-8" }).end(`Thank you. Your order is ${order.id}.\n`);
});
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));

// cookie is the value of one cookie of the header; empty where it is not there.
function cookie(header = "", name) {
  const found = header.split(/;\s*/).find((c) => c.startsWith(name + "="));
  return found ? found.slice(name.length + 1) : "";
}
