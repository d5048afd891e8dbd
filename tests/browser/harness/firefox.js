// Opens addresses one after the other in Firefox and prints, as JSON lines, what is seen there and what went wrong.
// node firefox.js PROGRAM, and on standard input a list of {address, shown, patience}: a selector that it must show, in ms.

import { readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";

// Streamlit's protobuf.js asks for WebAssembly, is refused by the page's policy, and does without; Firefox alone reports that.
const EXPECTED = /blocked WebAssembly/;

const browser = await puppeteer.launch({ browser: "firefox", executablePath: process.argv[2], headless: true });
try {
  for (const { address, shown, patience } of JSON.parse(readFileSync(0, "utf8"))) {
    const page = await browser.newPage();
    await page.setViewport({ width: 1280, height: 800 });
    const errors = [];
    page.on("pageerror", ({ message }) => EXPECTED.test(message) || errors.push(message));
    await page.goto(address);
    await page.waitForSelector(shown, { visible: true, timeout: patience });
    const failures = await page.$$eval('[data-testid="stException"]', (all) => all.map((one) => one.textContent));
    console.log(JSON.stringify({ failures, errors }));
    await page.close();
  }
} finally {
  await browser.close();
}
