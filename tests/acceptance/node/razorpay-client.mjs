// Razorpay's unmodified Node SDK, connected to the sandbox, and payers that no other check uses.
import { sandbox, sdk, url } from "./checks.mjs";

const Razorpay = sdk("razorpay");

export function connected(key_id, key_secret = "s3cret") {
  const instance = new Razorpay({ key_id, key_secret });
  instance.api.rq.defaults.baseURL = url;
  return instance;
}

export function payers(name, prefix) {
  let number = 0;
  return (fields = {}) => ({
    name: "Ravi Kumar",
    email: `${name}${++number}@example.com`,
    contact: `${prefix}${String(number).padStart(8, "0")}`,
    ...fields,
  });
}

export const pay = (id, body) => sandbox(`invoices/${id}/payments`, body);
