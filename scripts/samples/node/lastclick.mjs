// Sends orders to lastclick. Node 18 or newer, and `npm install standardwebhooks`.
import { Webhook } from "standardwebhooks";

const tries = 5;

// sendOrder posts the whole order as it stands now, and returns the answer. It rejects
// where the order was refused, or where nothing took it.
export async function sendOrder(order, { url, secret, pause = 1000 }) {
  const timestamp = new Date().toISOString();
  const id = `${order.id}/${order.version}/${timestamp}`; // the same in each try: one webhook, one body
  const body = JSON.stringify({ type: "order.updated", timestamp, data: order });
  for (let n = 1; ; n++) {
    const at = new Date(); // a signature holds for five minutes
    const answer = await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
        "webhook-signature": new Webhook(secret).sign(id, at, body),
      },
      body,
    }).catch((err) => ({ ok: false, status: 0, json: async () => ({ detail: String(err) }) }));
    const said = await answer.json();
    if (answer.ok) return said;
    if ((answer.status >= 400 && answer.status < 500) || n === tries) {
      throw new Error(`the order ${order.id} was not taken (${answer.status}): ${said.detail} ${JSON.stringify(said.errors ?? [])}`);
    }
    await new Promise((done) => setTimeout(done, pause * 2 ** n));
  }
}
