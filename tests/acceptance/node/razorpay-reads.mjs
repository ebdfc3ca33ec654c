// The vendor's unmodified Node SDK reads what invoices make: payments, orders, customers, items.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { check, runChecks } from "./checks.mjs";
import { connected, pay, payers } from "./razorpay-client.mjs";

const client = connected("forms");

const payer = payers("reads", "+9196");
const link = (fields = {}) => ({
  type: "link",
  amount: 250000,
  currency: "INR",
  description: "Fee for October",
  customer: payer(),
  sms_notify: false,
  email_notify: false,
  ...fields,
});

async function refused(promise, description) {
  await assert.rejects(promise, (error) => {
    assert.deepEqual([error.statusCode, error.error.description], [400, description]);
    return true;
  });
}

check("a link is created, paid by card and read by its payment and its order", async () => {
  const made = await client.invoices.create(link());
  assert.deepEqual([made.type, made.status, made.line_items], ["link", "issued", []]);
  const paid = await pay(made.id, { amount: 250000, method: "card" });
  const payment = await client.payments.fetch(paid.id);
  assert.deepEqual([payment.method, payment.fee, payment.tax], ["card", 5900, 900]);
  const order = await client.orders.fetch(made.order_id);
  assert.deepEqual([order.status, order.amount_paid], ["paid", 250000]);
  const { items } = await client.orders.fetchPayments(made.order_id);
  assert.deepEqual(items, [payment]);
  assert.deepEqual((await client.payments.all({ count: 1 })).items, [payment]);
});

check("links are listed apart from invoices", async () => {
  const made = await client.invoices.create(link());
  const { items } = await client.invoices.all({ type: "link", count: 1 });
  assert.deepEqual(items.map(({ id }) => id), [made.id]);
});

check("the number 0 fails for an existing customer and the text answers it", async () => {
  const one = payer();
  const made = await client.customers.create({ ...one, fail_existing: "0" });
  const exists = "Customer already exists for the merchant";
  await refused(client.customers.create({ ...one, fail_existing: 0 }), exists);
  await refused(client.customers.create(one), exists);
  assert.deepEqual(await client.customers.create({ ...one, fail_existing: "0" }), made);
});

check("customers are found in the list and edited", async () => {
  const made = await client.customers.create({ name: "", contact: payer().contact });
  const { items } = await client.customers.all({ count: 1, skip: 0 });
  assert.deepEqual(items, [made]);
  const edited = await client.customers.edit(made.id, { name: "Ravi K.", contact: made.contact });
  assert.deepEqual(await client.customers.fetch(made.id), edited);
  assert.equal(edited.name, "Ravi K.");
});

check("items are listed, edited and deleted", async () => {
  const item = await client.items.create({ name: "Book", amount: 49900, currency: "INR" });
  const edited = await client.items.edit(item.id, { name: "Old book", amount: 10000 });
  assert.deepEqual([edited.name, edited.amount], ["Old book", 10000]);
  assert.deepEqual((await client.items.all({ count: 1 })).items, [edited]);
  await client.items.delete(item.id);
  await refused(client.items.fetch(item.id), "The id provided does not exist");
});

check("the payer returns with a signature over id, receipt, status and payment", async () => {
  const callback_url = "https://shop.example/paid";
  const made = await client.invoices.create(link({ receipt: "L-1", callback_url }));
  const paid = await pay(made.id, { amount: 250000, method: "upi" });
  const query = new URL(paid.callback_url).searchParams;
  const signed = `${made.id}|L-1|paid|${paid.id}`;
  const own = createHmac("sha256", "s3cret").update(signed).digest("hex");
  assert.equal(query.get("razorpay_signature"), own);
});

await runChecks();
