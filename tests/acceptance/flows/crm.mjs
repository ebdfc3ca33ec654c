// A CRM program over HighLevel's unmodified Node SDK: one story, whose checks run in this order.
import assert from "node:assert/strict";
import { check, runChecks, sandbox, sdk, url } from "../node/checks.mjs";

const { HighLevel } = sdk("@gohighlevel/api-client");

HighLevel.BASE_URL = url;
const here = { altId: "loc_crm", altType: "location" };
const app = { client_id: here.altId, client_secret: "token_crm" };
const quiet = { logLevel: "none", clientId: app.client_id, clientSecret: app.client_secret };
const person = {
  locationId: here.altId,
  firstName: "Dana",
  email: "dana@example.com",
  phone: "+12145596993",
  country: "US",
};

let client;
let tokens;
let contact;
let invoice;

const connect = (given) => {
  tokens = given;
  client = new HighLevel({ ...quiet, locationAccessToken: tokens.access_token });
};
const named = (one) => ({ invoiceId: one._id });
const recording = (fields) => ({ ...here, mode: "cash", notes: "by the CRM", ...fields });
const sending = (action) => ({ ...here, userId: "user_1", action, liveMode: true });
const draft = (name, amount) =>
  client.invoices.createInvoice({
    ...here,
    name,
    businessDetails: { name: "Acme" },
    currency: "USD",
    items: [{ name: "Roof inspection", currency: "USD", amount, qty: 2 }],
    discount: { type: "percentage", value: 10 },
    contactDetails: { id: contact.id, name: contact.name, email: contact.email, phoneNo: contact.phone },
    issueDate: "2026-03-01",
    dueDate: "2026-03-31",
    sentTo: { email: [] },
    liveMode: true,
  });
const fetched = () => client.invoices.getInvoice({ ...named(invoice), ...here });
const outbox = async (one) => (await sandbox(`outbox?invoice_id=${one._id}`)).items;
const webhooks = async (one) => (await sandbox(`webhooks?invoice_id=${one._id}`)).items;

async function refused(request, status, message) {
  await assert.rejects(request, (error) => {
    assert.deepEqual([error.statusCode, error.response?.message ?? error.message], [status, message]);
    return true;
  });
}

check("a code is exchanged for a token of the location", async () => {
  const installed = new HighLevel(quiet);
  connect(await installed.oauth.getAccessToken({ ...app, grant_type: "authorization_code", code: "code_1" }));
  assert.deepEqual([tokens.locationId, tokens.userType], [here.altId, "Location"]);
});

check("a person is one contact, however the CRM writes the addresses", async () => {
  const made = await client.contacts.upsertContact(person);
  const again = await client.contacts.upsertContact({
    ...person,
    email: "Dana@Example.com",
    phone: "(214) 559-6993",
  });
  assert.deepEqual([made.new, again.new, again.contact.id], [true, false, made.contact.id]);
  contact = (await client.contacts.getContact({ contactId: made.contact.id })).contact;
  assert.equal(contact.phone, person.phone);
});

check("an invoice of the contact is a draft that no one has seen", async () => {
  invoice = await draft("Spring", 129.95);
  assert.deepEqual([invoice.status, invoice.total], ["draft", 233.91]);
  assert.deepEqual(await outbox(invoice), []);
});

check("it is sent by e-mail and SMS, each with the page of the invoice", async () => {
  const answer = await client.invoices.sendInvoice(named(invoice), sending("sms_and_email"));
  assert.equal(answer.invoice.status, "sent");
  const [first, second] = await outbox(invoice);
  const sent = Object.fromEntries([first, second].map((one) => [one.medium, one]));
  assert.deepEqual([sent.email.to.toLowerCase(), sent.sms.to], [person.email, person.phone]);
  assert.match(sent.email.text, /233\.91/);
  for (const one of [first, second]) {
    const [link] = one.text.match(/http:\S+/);
    assert.equal((await fetch(link)).status, 200);
  }
});

check("sending again by SMS alone sends one more message and no webhook", async () => {
  await client.invoices.sendInvoice(named(invoice), sending("sms"));
  assert.deepEqual((await outbox(invoice)).slice(2).map((one) => one.medium), ["sms"]);
  assert.equal((await webhooks(invoice)).filter((one) => JSON.parse(one.body).type === "InvoiceSent").length, 1);
});

check("a part and the rest pay it, to the cent", async () => {
  const part = (await client.invoices.recordInvoice(named(invoice), recording({ amount: 100.01 }))).invoice;
  assert.deepEqual([part.status, part.amountPaid, part.amountDue], ["partially_paid", 100.01, 133.9]);
  const more = client.invoices.recordInvoice(named(invoice), recording({ amount: 133.91 }));
  await assert.rejects(more, (error) => error.statusCode === 400);
});

check("a payment whose answer was lost is not recorded twice", async () => {
  await sandbox("faults", { fault: "answer_lost", method: "POST", path: "/invoices/*/record-payment" });
  const body = recording({ mode: "cheque", amount: 133.9, cheque: { number: "129" } });
  await assert.rejects(client.invoices.recordInvoice(named(invoice), body), (error) => error.statusCode === 504);
  const now = await fetched(); // the CRM looks before it records again
  assert.deepEqual([now.status, now.amountPaid, now.amountDue], ["paid", 233.91, 0]);
  await assert.rejects(client.invoices.recordInvoice(named(invoice), body), (error) => error.statusCode === 400);
});

check("both payments are transactions of the contact", async () => {
  const listed = await client.payments.listTransactions({ ...here, contactId: contact.id });
  assert.equal(listed.totalCount, 2);
  assert.deepEqual(listed.data.map((one) => one.amount).sort(), [100.01, 133.9]);
  for (const one of listed.data) {
    assert.deepEqual([one.entityId, one.contactId, one.status], [invoice._id, contact.id, "succeeded"]);
    assert.deepEqual(await client.payments.getTransactionById({ ...here, transactionId: one._id }), one);
  }
});

check("each change was posted once, signed by the key of the endpoint", async () => {
  const credentials = Buffer.from("crm:s3cret").toString("base64");
  const answer = await fetch(`${url}/api/webhook-endpoints`, { headers: { authorization: `Basic ${credentials}` } });
  const [endpoint] = (await answer.json()).webhook_endpoints;
  const posted = await webhooks(invoice);
  for (const one of posted) {
    assert.equal(one.accepted, true);
    assert.ok(client.webhooks.verifySignature(one.body, one.headers["x-wh-signature"], endpoint.public_key));
    const forged = one.body.replace("233.91", "1");
    assert.ok(!client.webhooks.verifySignature(forged, one.headers["x-wh-signature"], endpoint.public_key));
  }
  assert.deepEqual(
    posted.map((one) => JSON.parse(one.body)).map((one) => [one.type, one.altId, one.amountDue]),
    [
      ["InvoiceCreate", here.altId, 233.91],
      ["InvoiceSent", here.altId, 233.91],
      ["InvoicePartiallyPaid", here.altId, 133.9],
      ["InvoicePaid", here.altId, 0],
    ],
  );
});

check("a paid invoice is not voided, an unpaid one is", async () => {
  const voided = (one) => client.invoices.voidInvoice(named(one), here);
  await assert.rejects(voided(invoice), (error) => error.statusCode === 400);
  assert.equal((await fetched()).status, "paid");
  const other = await draft("By mistake", 10);
  await client.invoices.sendInvoice(named(other), sending("send_manually"));
  assert.equal((await voided(other)).status, "void");
  assert.deepEqual(
    (await webhooks(other)).map((one) => JSON.parse(one.body).type).sort(),
    ["InvoiceCreate", "InvoiceSent", "InvoiceVoid"],
  );
});

check("a client that is too fast tries again", async () => {
  const patient = new HighLevel({
    ...quiet,
    locationAccessToken: tokens.access_token,
    rateLimitRetry: { maxRetries: 2, baseDelayMs: 1 },
  });
  await sandbox("faults", { fault: "rate_limited", times: 2, method: "GET", path: "/invoices" });
  assert.equal((await patient.invoices.getInvoice({ ...named(invoice), ...here })).status, "paid");
});

check("a token is valid for a day, and refreshed once", async () => {
  await sandbox("clock", { advance_seconds: 86400 });
  await refused(fetched(), 401, "Invalid token: access token is invalid");
  const refresh = () =>
    client.oauth.refreshToken(tokens.refresh_token, app.client_id, app.client_secret, "refresh_token", "Location");
  const before = tokens;
  connect(await refresh());
  assert.equal((await fetched()).status, "paid");
  tokens = before;
  await assert.rejects(refresh());
});

await runChecks();
