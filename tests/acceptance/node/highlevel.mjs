// HighLevel's unmodified Node SDK against a running sandbox.
import assert from "node:assert/strict";
import { check, runChecks, sdk, url } from "./checks.mjs";

const { HighLevel } = sdk("@gohighlevel/api-client");

HighLevel.BASE_URL = url;
function connected(options = {}) {
  const known = { privateIntegrationToken: "pit-ours", logLevel: "none" };
  const client = new HighLevel({ ...known, ...options });
  return client.invoices;
}

const invoices = connected();
const here = { altId: "loc_ours", altType: "location" };

let number = 0;
const contact = (fields = {}) => ({
  id: `node_${++number}`,
  name: "Alex",
  phoneNo: `+1215${String(number).padStart(7, "0")}`,
  email: `highlevel${number}@example.com`,
  ...fields,
});
const item = (fields = {}) => ({ name: "Macbook Pro", currency: "USD", amount: 999, qty: 1, ...fields });
const request = (fields = {}) => ({
  ...here,
  name: "New Invoice",
  businessDetails: { name: "Acme" },
  currency: "USD",
  items: [item()],
  discount: { type: "percentage", value: 0 },
  contactDetails: contact(),
  issueDate: "2026-01-01",
  sentTo: { email: [] },
  liveMode: true,
  ...fields,
});
const sending = (fields = {}) => ({
  ...here,
  userId: "user_1",
  action: "send_manually",
  liveMode: true,
  ...fields,
});
const paying = (fields = {}) => ({
  ...here,
  mode: "card",
  card: { brand: "visa", last4: "4242" },
  cheque: { number: "1" },
  notes: "by node",
  ...fields,
});

const named = (made) => ({ invoiceId: made._id });
const drafted = (fields) => invoices.createInvoice(request(fields));
const sent = async (fields) => {
  const made = await drafted(fields);
  return (await invoices.sendInvoice(named(made), sending())).invoice;
};
const fetched = (made) => invoices.getInvoice({ ...named(made), ...here });
const outbox = async (to) => {
  const answer = await fetch(`${url}/sandbox/outbox`);
  return (await answer.json()).items.filter((one) => one.to === to);
};

async function refused(asking, status, message) {
  await assert.rejects(asking, (error) => {
    assert.deepEqual([error.statusCode, error.response?.message ?? error.message], [status, message]);
    return true;
  });
}

check("its own Version header and that of its papers are both served", async () => {
  assert.equal((await drafted()).status, "draft");
  const papers = connected({ apiVersion: "2021-07-28" });
  assert.equal((await papers.createInvoice(request())).status, "draft");
});

check("a draft says again what it was made of", async () => {
  const body = request({ title: "BILL", items: [item({ amount: 19.99, qty: 1.5, productId: "p" })] });
  const made = await invoices.createInvoice(body);
  assert.deepEqual([made.title, made.total, made.amountDue], ["BILL", 29.99, 29.99]);
  assert.deepEqual(made.contactDetails.email, body.contactDetails.email);
  assert.equal(made.invoiceItems[0].productId, "p");
});

check("tenths are summed exactly", async () => {
  const made = await drafted({ items: [item({ amount: 0.1 }), item({ amount: 0.2 })] });
  assert.equal(made.total, 0.3);
});

check("get has the sums", async () => {
  const { totalSummary } = await fetched(await drafted());
  assert.deepEqual(totalSummary, { subTotal: 999, discount: 0, tax: 0 });
});

check("update sets what it says", async () => {
  const made = await drafted();
  const { items, ...rest } = request({ name: "Renamed", dueDate: "2026-02-01" });
  const updated = await invoices.updateInvoice(named(made), { ...rest, invoiceItems: items });
  assert.deepEqual([updated.name, updated.dueDate], ["Renamed", "2026-02-01"]);
});

check("delete answers the draft, and it is gone", async () => {
  const made = await drafted();
  const deleted = await invoices.deleteInvoice({ ...named(made), ...here });
  assert.equal(deleted._id, made._id);
  await refused(fetched(made), 400, "Unable to find an invoice with the given invoice id");
});

for (const [action, media] of [
  ["sms_and_email", ["sms", "email"]],
  ["sms", ["sms"]],
  ["email", ["email"]],
  ["send_manually", []],
]) {
  check(`send by ${action} uses its media`, async () => {
    const contactDetails = contact();
    const made = await drafted({ contactDetails });
    const answer = await invoices.sendInvoice(named(made), sending({ action }));
    assert.equal(answer.invoice.status, "sent");
    const sent = [...(await outbox(contactDetails.phoneNo)), ...(await outbox(contactDetails.email))];
    assert.deepEqual(sent.map((one) => one.medium), media);
    assert.equal(Object.keys(answer.smsData).length > 0, media.includes("sms"));
    assert.equal(Object.keys(answer.emailData).length > 0, media.includes("email"));
  });
}

check("a refused send leaves the draft a draft", async () => {
  const made = await drafted({ contactDetails: contact({ phoneNo: "" }) });
  const asking = invoices.sendInvoice(named(made), sending({ action: "sms_and_email" }));
  await refused(asking, 400, "SMS can not be sent since the contact has no phone number");
  assert.equal((await fetched(made)).status, "draft");
});

check("payments come in parts", async () => {
  const made = await sent();
  const part = (await invoices.recordInvoice(named(made), paying({ amount: 99.5 }))).invoice;
  assert.deepEqual([part.status, part.amountPaid, part.amountDue], ["partially_paid", 99.5, 899.5]);
  const rest = await invoices.recordInvoice(named(made), paying());
  assert.deepEqual([rest.success, rest.invoice.status, rest.invoice.amountDue], [true, "paid", 0]);
});

check("a draft takes no payment", async () => {
  const asking = invoices.recordInvoice(named(await drafted()), paying());
  await refused(asking, 400, "Can not record a payment for an invoice that is draft");
});

check("void keeps what is due", async () => {
  const voided = await invoices.voidInvoice(named(await sent()), here);
  assert.deepEqual([voided.status, voided.amountDue], ["void", 999]);
});

check("a draft is not voided", async () => {
  const asking = invoices.voidInvoice(named(await drafted()), here);
  await refused(asking, 400, "Can not void draft invoice. You can delete draft invoice!");
});

check("the list finds by words and has the total", async () => {
  const contactDetails = contact();
  await drafted({ contactDetails });
  const answer = await invoices.listInvoices({
    ...here,
    limit: "10",
    offset: "0",
    search: contactDetails.email.toUpperCase(),
  });
  assert.deepEqual([answer.total, answer.invoices.length], [1, 1]);
});

check("the next number is a text, and so is that of what was sent", async () => {
  const { invoiceNumber } = await invoices.generateInvoiceNumber(here);
  assert.match(invoiceNumber, /^[0-9]+$/);
  assert.match((await sent()).invoiceNumber, /^[0-9]+$/);
});

check("the settings are the location's", async () => {
  assert.equal((await invoices.getInvoiceSettings(here)).altId, "loc_ours");
});

check("text2pay makes an invoice and answers its link", async () => {
  const body = { ...request(), action: "send", userId: "user_1" };
  const answer = await invoices.text2payInvoice(body);
  assert.equal(answer.invoice.status, "sent");
  assert.match(answer.invoiceUrl, /^http/);
});

check("late fees are kept on a draft", async () => {
  const lateFeesConfiguration = {
    enable: true,
    value: 10.5,
    type: "fixed",
    frequency: { intervalCount: 10, interval: "day" },
  };
  const body = { ...here, lateFeesConfiguration };
  const made = await invoices.updateInvoiceLateFeesConfiguration(named(await drafted()), body);
  assert.deepEqual(made.lateFeesConfiguration, lateFeesConfiguration);
});

check("a visit is taken", async () => {
  await invoices.updateInvoiceLastVisitedAt({ invoiceId: (await sent())._id });
});

check("a contact's invoice is a transaction once it is paid, and an order", async () => {
  const client = new HighLevel({ privateIntegrationToken: "pit-ours", logLevel: "none" });
  const { name, email, phoneNo } = contact();
  const person = { locationId: here.altId, name, email, phone: phoneNo };
  const made = await client.contacts.upsertContact(person);
  assert.equal(made.new, true);
  assert.equal((await client.contacts.upsertContact(person)).new, false);
  const invoice = await sent({ contactDetails: { id: made.contact.id, name, email, phoneNo } });
  await invoices.recordInvoice(named(invoice), paying({ amount: 9 }));
  const paid = await client.payments.listTransactions({ ...here, entityId: invoice._id });
  assert.deepEqual([paid.totalCount, paid.data[0].amount], [1, 9]);
  assert.equal(paid.data[0].contactId, made.contact.id);
  const orders = await client.payments.listOrders({ ...here, contactId: made.contact.id });
  assert.deepEqual([orders.totalCount, orders.data[0].sourceId], [1, invoice._id]);
});

check("another location is forbidden", async () => {
  const asking = invoices.getInvoice({ invoiceId: "inv_1", altId: "other", altType: "location" });
  await refused(asking, 403, "The token does not have access to this location.");
});

check("a wrong token is refused", async () => {
  const stranger = connected({ privateIntegrationToken: "pit-wrong" });
  const asking = stranger.getInvoice({ invoiceId: "inv_1", ...here });
  await refused(asking, 401, "Invalid token: access token is invalid");
});

check("what is wrong with a body is a list", async () => {
  const asking = invoices.createInvoice({ ...here });
  await assert.rejects(asking, (error) => {
    assert.equal(error.statusCode, 422);
    assert.ok(JSON.stringify(error.response ?? error.message).includes("name should not be empty"));
    return true;
  });
});

await runChecks();
