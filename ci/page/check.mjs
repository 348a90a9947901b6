// Opens pages in a real browser: pictures at three widths, accessibility, nothing asked of the network, no error, and
// that the slider, the keyboard and a browser without scripts do what the page promises.
//
// node check.mjs BROWSER SCREENSHOTS NAME=FILE...   Exits with 1 and a list if anything is found.
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const [browserPath, screenshots, ...named] = process.argv.slice(2);
const pages = named.map((pair) => {
  const [name, file] = pair.split("=");
  return { name, url: pathToFileURL(resolve(file)).href };
});
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const widths = [1280, 768, 390];
const findings = [];
let checks = 0;

const expect = (holds, where, what) => {
  checks += 1;
  if (!holds) findings.push(`${where}: ${what}`);
};

/** Opens a page and writes down whatever it says or asks for that it should not. */
const opened = async (browser, { name, url }, { width, scheme = "light", script = true }) => {
  const page = await browser.newPage();
  const where = `${name} at ${width}, ${scheme}${script ? "" : ", without script"}`;
  page.on("request", (request) => expect(request.url() === url, where, `asks for ${request.url()}`));
  page.on("console", (line) => expect(!["error", "warn"].includes(line.type()), where, `console: ${line.text()}`));
  page.on("pageerror", (error) => expect(false, where, `script fails: ${error.message}`));
  page.on("dialog", (dialog) => expect(false, where, `opens a dialog: ${dialog.message()}`));
  await page.setJavaScriptEnabled(script);
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(url);
  return { page, where };
};

const accessible = async (page, where) => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const grave = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  expect(grave.length === 0, where, grave.map(({ id, help, nodes }) =>
    `${id} (${help}): ${nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`).join("\n    "));
};

const looked = async (browser, subject) => {
  for (const width of widths) {
    const { page, where } = await opened(browser, subject, { width });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow <= 0, where, `is ${overflow} pixels wider than the window`);
    await page.screenshot({ path: `${screenshots}/${subject.name}-${width}.png`, fullPage: true });
    await page.evaluate(() => document.querySelectorAll("details").forEach((part) => { part.open = true; }));
    await accessible(page, where);
    await page.close();
  }
  const { page, where } = await opened(browser, subject, { width: 1280, scheme: "dark" });
  await page.screenshot({ path: `${screenshots}/${subject.name}-dark.png`, fullPage: true });
  await accessible(page, where);
  await page.close();
};

const withoutScript = async (browser, subject) => {
  const { page, where } = await opened(browser, subject, { width: 1280, script: false });
  const text = await page.$eval("main", (main) => main.innerText);
  expect(text.length > 100, where, "tells too little");
  // A forecast is told "as of now" in words: only the slider itself would do nothing.
  const slider = await page.$("#moment");
  expect(slider === null || !(await slider.isVisible()), where, "shows a slider that does nothing");
  await page.close();
};

/** The slider of a story: what lies later is gone, the keyboard moves it, and all comes back. */
const asOf = async (browser, subject) => {
  const { page, where } = await opened(browser, subject, { width: 1280 });
  if (!(await page.$(".as-of"))) return page.close();
  const shown = () => page.$$eval("svg.wide [data-at]", (things) =>
    things.filter((thing) => getComputedStyle(thing).visibility === "visible").length);
  const said = () => page.$eval(".as-of .known", (known) => known.innerText);
  const whole = await shown();
  await page.focus("#moment");
  await page.keyboard.press("Home");
  expect((await shown()) < whole, where, "shows at the beginning what came later");
  expect((await said()).startsWith("Nothing credible"), where, `says at the beginning: ${await said()}`);
  const isShown = (selector) => page.$eval(selector, (thing) => thing.getClientRects().length > 0).catch(() => false);
  expect(await isShown(".not-yet"), where, "does not say at the beginning that nobody could answer yet");
  expect(!(await isShown("details.answer")), where, "answers in hindsight at the beginning");
  const verdict = await page.$eval("header.top", (top) => [...top.classList].pop());
  await page.click(".as-of .further");
  if (verdict === "whispered") {
    expect((await said()).startsWith("The system knew"), where, `says at the first whisper: ${await said()}`);
    expect((await said()).endsWith("Nobody was told of this."), where, `says at the first whisper: ${await said()}`);
  }
  // A label begins before the line of the moment and would end behind it: its words are left away.
  const over = await page.$$eval("svg.wide", (pictures) => pictures.flatMap((picture) => {
    const x = +picture.querySelector(".now").getAttribute("x1");
    return [...picture.querySelectorAll("text.label .words")].filter((words) => {
      const box = getComputedStyle(words).visibility === "visible" && words.getClientRects().length > 0
        ? words.parentElement.getBBox() : { x: 0, width: 0 };
      return box.x < x && box.x + box.width > x + 1;
    });
  }).length);
  expect(over === 0, where, `${over} labels go on behind the line of the moment`);
  await page.screenshot({ path: `${screenshots}/${subject.name}-as-of.png` });
  await accessible(page, `${where}, as of`);
  await page.focus("#moment");
  await page.keyboard.press("End");
  expect((await shown()) === whole, where, "does not show all again at the end");
  expect(!(await isShown(".not-yet")), where, "says at the end that nobody could answer yet");
  await page.close();
};

/** A mark lights up what it stands for, and leads to it even where that is folded away. */
const pointed = async (browser, subject) => {
  const { page, where } = await opened(browser, subject, { width: 1280 });
  const mark = await page.$("svg.wide a[data-of]");
  if (mark) {
    await mark.evaluate((element) => element.focus());
    expect((await page.$$(".lit")).length > 1, where, "lights nothing up");
  }
  const folded = await page.$eval("details.more li[id]", (thing) => thing.id).catch(() => null);
  if (folded) {
    await page.evaluate((id) => { location.hash = id; }, folded);
    await page.waitForFunction((id) => document.getElementById(id).closest("details").open, { timeout: 5000 }, folded)
      .catch(() => expect(false, where, `#${folded} stays folded away`));
  }
  await page.close();
};

mkdirSync(screenshots, { recursive: true });
const browser = await puppeteer.launch({
  executablePath: browserPath,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage"],
});
try {
  for (const subject of pages) {
    for (const check of [looked, withoutScript, asOf, pointed]) await check(browser, subject);
  }
} finally {
  await browser.close();
}
findings.forEach((finding) => console.error(`found  ${finding}`));
console.log(`pages: ${checks - findings.length} passed, ${findings.length} failed; pictures are in ${screenshots}`);
process.exitCode = findings.length > 0 ? 1 : 0;
