// The vendor's unmodified Node SDK against a running sandbox.
import assert from "node:assert/strict";
import { check, runChecks, sandbox } from "./checks.mjs";
import { connected, pay as payBy, payers } from "./razorpay-client.mjs";

const client = connected("node");
const { invoices } = client;

const payer = payers("node", "+9197");
const request = (fields = {}) => ({
  type: "invoice",
  customer: payer(),
  line_items: [{ name: "Book", amount: 49900, quantity: 2 }],
  partial_payment: true,
  sms_notify: false,
  email_notify: false,
  ...fields,
});

const pay = (id, amount) => payBy(id, { amount });
const now = async () => (await sandbox("clock")).now;
const advance = (seconds) => sandbox("clock", { advance_seconds: seconds });
const sent = async (to) => (await sandbox("outbox")).items.filter((one) => one.to === to);

const ways = {
  draft: () => invoices.create(request({ draft: "1" })),
  issued: () => invoices.create(request()),
  partially_paid: async () => {
    const made = await invoices.create(request());
    await pay(made.id, 20000);
    return invoices.fetch(made.id);
  },
  paid: async () => {
    const made = await invoices.create(request());
    await pay(made.id, 99800);
    return invoices.fetch(made.id);
  },
  expired: async () => {
    const made = await invoices.create(request({ expire_by: (await now()) + 960 }));
    await advance(1200);
    return invoices.fetch(made.id);
  },
  cancelled: async () => invoices.cancel((await invoices.create(request())).id),
};

async function refused(promise, description, statusCode = 400) {
  const reason = await promise.then(
    () => assert.fail("it was not refused"),
    (rejected) => rejected,
  );
  assert.deepEqual(reason, {
    statusCode,
    error: {
      code: "BAD_REQUEST_ERROR",
      description,
      source: "business",
      step: null,
      reason: "input_validation_failed",
      metadata: {},
      ...("field" in (reason.error ?? {}) && { field: reason.error.field }),
    },
  });
}
const notAllowed = (status) => `Operation not allowed for Invoice in ${status} status.`;
const UNKNOWN = "The id provided does not exist";

check("an invoice is issued at once, or a draft with the text 1", async () => {
  assert.equal((await invoices.create(request())).status, "issued");
  assert.equal((await invoices.create(request({ draft: "1" }))).status, "draft");
});

check("every field of a create is answered as it was sent", async () => {
  const expected = {
    description: "Two books",
    receipt: "R-1",
    currency: "INR",
    expire_by: (await now()) + 86400,
    date: 1767268800,
    first_payment_min_amount: 10000,
    terms: "30 days",
    comment: "Thank you",
    notes: { order: "17" },
  };
  const made = await invoices.create(request(expected));
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(made[name], value);
  assert.deepEqual(await invoices.fetch(made.id), made);
});

check("a draft has no order, no times, no money and no url", async () => {
  const draft = await ways.draft();
  const absent = ["order_id", "issued_at", "short_url", "amount_paid", "amount_due", "sms_status"];
  for (const name of absent) assert.equal(draft[name], null);
});

check("a draft is issued by an empty form", async () => {
  const { id } = await ways.draft();
  const issued = await invoices.issue(id);
  assert.equal(issued.status, "issued");
  assert.deepEqual([issued.amount_paid, issued.amount_due], [0, 99800]);
  await refused(invoices.issue(id), notAllowed("issued"));
});

check("what is unpaid is cancelled by an empty form", async () => {
  for (const way of [ways.draft, ways.issued]) {
    assert.equal((await invoices.cancel((await way()).id)).status, "cancelled");
  }
  for (const status of ["partially_paid", "paid", "expired", "cancelled"]) {
    const { id } = await ways[status]();
    await refused(invoices.cancel(id), notAllowed(status));
  }
});

check("a deleted draft answers an empty list and is unknown", async () => {
  const { id } = await ways.draft();
  assert.deepEqual(await invoices.delete(id), []);
  await refused(invoices.fetch(id), UNKNOWN);
  const issued = await ways.issued();
  await refused(invoices.delete(issued.id), notAllowed("issued"));
});

check("a draft lets everything change", async () => {
  const draft = await ways.draft();
  const line = draft.line_items[0].id;
  const after = await invoices.edit(draft.id, {
    description: "Changed",
    customer: payer({ name: "Mira Devi" }),
    line_items: [{ id: line, quantity: 1 }, { name: "Pen", amount: 1000 }],
  });
  assert.equal(after.customer_details.name, "Mira Devi");
  assert.deepEqual([after.description, after.amount], ["Changed", 50900]);
});

check("an issued invoice lets six fields change and names the others", async () => {
  const issued = await ways.issued();
  const expected = {
    partial_payment: false,
    receipt: "R-2",
    comment: "Changed",
    terms: "60 days",
    notes: { a: "b" },
    expire_by: (await now()) + 86400,
  };
  const after = await invoices.edit(issued.id, expected);
  assert.deepEqual(after, { ...issued, ...expected, invoice_number: "R-2" });
  const own = { customer: payer(), date: 1767268800 };
  await refused(
    invoices.edit(issued.id, own),
    "customer, date is/are not required and should not be sent",
  );
});

check("later only the notes change", async () => {
  for (const status of ["partially_paid", "paid", "expired", "cancelled"]) {
    const invoice = await ways[status]();
    const after = await invoices.edit(invoice.id, { notes: { a: "b" } });
    assert.deepEqual(after, { ...invoice, notes: { a: "b" } });
    const words = "comment is/are not required and should not be sent";
    await refused(invoices.edit(invoice.id, { comment: "x" }), words);
  }
});

check("notifyBy sends by both media and a fetch right after reads sent", async () => {
  const customer = payer();
  const made = await invoices.create(request({ customer }));
  for (const [medium, address] of [["sms", customer.contact], ["email", customer.email]]) {
    assert.deepEqual(await invoices.notifyBy(made.id, medium), { success: true });
    assert.equal((await invoices.fetch(made.id))[`${medium}_status`], "sent");
    const messages = await sent(address);
    assert.equal(messages.length, 1);
    assert.ok(messages[0].text.includes(made.short_url));
  }
});

check("notifyBy echoes the status in which it is refused", async () => {
  for (const status of ["draft", "paid", "expired", "cancelled"]) {
    const { id } = await ways[status]();
    for (const medium of ["sms", "email"]) {
      await refused(invoices.notifyBy(id, medium), notAllowed(status));
    }
  }
  const { id } = await ways.partially_paid();
  assert.deepEqual(await invoices.notifyBy(id, "sms"), { success: true });
});

check("notifyBy echoes a medium that it does not know", async () => {
  const { id } = await ways.issued();
  for (const medium of ["whatsapp", "emial", "SMS"]) {
    const words = `${medium} is not a valid communication medium.`;
    await refused(invoices.notifyBy(id, medium), words);
  }
});

check("notifyBy says which address is missing", async () => {
  const noMail = await invoices.create(request({ customer: payer({ email: null }) }));
  const noPhone = await invoices.create(request({ customer: payer({ contact: null }) }));
  const mail = "Email can not be sent since email address has not been provided.";
  const phone = "SMS can not be sent since contact number has not been provided.";
  await refused(invoices.notifyBy(noMail.id, "email"), mail);
  await refused(invoices.notifyBy(noPhone.id, "sms"), phone);
});

check("notifyBy answers success false where the provider refuses", async () => {
  const { id } = await ways.issued();
  await sandbox("faults", { medium: "sms", fault: "permanent" });
  assert.deepEqual(await invoices.notifyBy(id, "sms"), { success: false });
  assert.deepEqual(await invoices.notifyBy(id, "sms"), { success: true });
});

check("an unknown id and another account's id are refused alike", async () => {
  const theirs = await connected("theirs", "s3cret").invoices.create(request());
  for (const id of ["inv_00000000000000", "x", theirs.id]) {
    await refused(invoices.fetch(id), UNKNOWN);
    await refused(invoices.notifyBy(id, "sms"), UNKNOWN);
  }
});

check("wrong credentials are a 401 whatever is wrong", async () => {
  for (const [key, secret] of [["node", "wrong"], ["unknown", "s3cret"]]) {
    const wrong = connected(key, secret);
    await refused(wrong.invoices.all(), "Authentication failed", 401);
    await refused(wrong.invoices.notifyBy("inv_1", "sms"), "Authentication failed", 401);
  }
});

check("a create that is refused says why", async () => {
  const cases = [
    [{ customer: null }, "customer is required."],
    [{ line_items: [] }, "line_items is required."],
    [{ draft: 1 }, "The selected draft is invalid."],
    [{ type: "bill" }, "Not a valid type: bill"],
    [{ expire_by: (await now()) + 60 }, "expire_by should be at least 15 minutes after current time."],
    [{ colour: "red" }, "colour is/are not required and should not be sent"],
  ];
  for (const [fields, words] of cases) await refused(invoices.create(request(fields)), words);
});

check("a list has the newest first, ten of them unless more are requested", async () => {
  const made = [];
  for (let n = 0; n < 12; n++) {
    made.unshift((await invoices.create(request())).id);
    await advance(60);
  }
  const ids = ({ items }) => items.map(({ id }) => id);
  const listed = await invoices.all();
  assert.deepEqual([listed.entity, listed.count], ["collection", 10]);
  assert.deepEqual(ids(listed), made.slice(0, 10));
  assert.deepEqual(ids(await invoices.all({ count: 2, skip: 3 })), made.slice(3, 5));
});

check("a list is bounded by dates and by seconds", async () => {
  const made = await invoices.create(request({ receipt: "dated" }));
  const at = new Date(made.created_at * 1000);
  const day = 24 * 60 * 60 * 1000;
  const iso = (time) => new Date(time).toISOString();
  const ids = async (query) =>
    (await invoices.all({ receipt: "dated", ...query })).items.map(({ id }) => id);
  assert.deepEqual(await ids({ from: iso(+at - day), to: iso(+at + day) }), [made.id]);
  assert.deepEqual(await ids({ from: iso(+at + 500) }), []);
  assert.deepEqual(await ids({ from: made.created_at, to: made.created_at }), [made.id]);
});

check("a list is narrowed by receipt, customer, payment and type", async () => {
  const made = await invoices.create(request({ receipt: "narrow" }));
  const payment = await pay(made.id, 20000);
  const queries = [
    { receipt: "narrow" },
    { customer_id: made.customer_id },
    { payment_id: payment.id },
    { type: "invoice", receipt: "narrow" },
  ];
  for (const query of queries) {
    assert.deepEqual((await invoices.all(query)).items.map(({ id }) => id), [made.id]);
  }
  assert.deepEqual((await invoices.all({ type: "link" })).items, []);
});

check("a customer and an item are created, fetched and billed by their ids", async () => {
  const customer = await client.customers.create(payer());
  assert.deepEqual(await client.customers.fetch(customer.id), customer);
  const item = await client.items.create({ name: "Book", amount: 49900, currency: "INR" });
  assert.deepEqual(await client.items.fetch(item.id), item);
  const fields = { customer_id: customer.id, line_items: [{ item_id: item.id, quantity: 2 }] };
  const { customer: _, ...rest } = request(fields);
  const made = await invoices.create(rest);
  assert.deepEqual([made.customer_id, made.amount], [customer.id, 99800]);
  assert.equal(made.line_items[0].item_id, item.id);
});

check("payments move an invoice on, and the first one stays on it", async () => {
  const { id } = await ways.issued();
  const first = await pay(id, 20000);
  const part = await invoices.fetch(id);
  assert.deepEqual(
    [part.status, part.amount_paid, part.amount_due, part.paid_at, part.payment_id],
    ["partially_paid", 20000, 79800, null, first.id],
  );
  await pay(id, 79800);
  const paid = await invoices.fetch(id);
  assert.deepEqual([paid.status, paid.amount_due, paid.payment_id], ["paid", 0, first.id]);
  assert.ok(paid.paid_at >= paid.issued_at);
});

check("callbacks are called as promises are kept", async () => {
  const { id } = await ways.issued();
  const answered = await new Promise((resolve) => {
    invoices.notifyBy(id, "sms", (error, answer) => resolve([error, answer]));
  });
  assert.deepEqual(answered, [null, { success: true }]);
});

await runChecks();
