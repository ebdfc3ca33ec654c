// The checks of a script: each runs against a sandbox, and prints one JSON line.
//
//   node SCRIPT FOLDER URL
//
// FOLDER has the SDKs in node_modules, URL is the sandbox's.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const [folder, url] = process.argv.slice(2);
const checks = [];

export { url };

export const sdk = (name) => createRequire(`${folder}/`)(name);

export const check = (name, run) => checks.push([name, run]);

export async function sandbox(path, body) {
  const options = body && { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(`${url}/sandbox/${path}`, options);
  assert.equal(answer.status, 200);
  return answer.json();
}

export async function runChecks() {
  for (const [name, run] of checks) {
    let failed = null;
    try {
      await run();
    } catch (error) {
      failed = String(error?.stack ?? JSON.stringify(error));
    }
    console.log(JSON.stringify({ name, failed }));
  }
}
