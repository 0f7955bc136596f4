// Sends the order in the file $ORDER and prints the answer.
import { readFileSync } from "node:fs";
import { sendOrder } from "./lastclick.mjs";

const { LASTCLICK_URL: url, LASTCLICK_SECRET: secret, ORDER: file } = process.env;
console.log(JSON.stringify(await sendOrder(JSON.parse(readFileSync(file, "utf8")), { url, secret })));
