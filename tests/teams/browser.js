// A headless Chromium that is told what to do: one JSON object per line in, one answer per line out.
const path = require("path");
const [, , modules, executablePath, profile] = process.argv;
const { chromium } = require(path.join(modules, "playwright-core"));
const AC = path.join(modules, "adaptivecards", "dist", "adaptivecards.js");
const QUIET = "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update disable-sync";

const THEMES = {
  light: { page: "#f5f5f5", card: "#ffffff", text: "#242424", subtle: "#616161", quote: "#f0f0f0", line: "#d1d1d1", wrong: "#c4314b" },
  dark: { page: "#1f1f1f", card: "#292929", text: "#ffffff", subtle: "#adadad", quote: "#3d3d3d", line: "#525252", wrong: "#f9526b" },
  contrast: { page: "#000000", card: "#000000", text: "#ffffff", subtle: "#ffffff", quote: "#000000", line: "#ffffff", wrong: "#ffff01" },
};

// Runs in the page: cards side by side, with measures like those of Teams. What reaches over the edge is cut off there.
function drawn({ cards, theme: t, width }) {
  const fonts = { fontFamily: "'Segoe UI','Noto Sans','DejaVu Sans',sans-serif", fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 }, fontWeights: { lighter: 300, default: 400, bolder: 600 } };
  const colours = (wrong) => Object.fromEntries(["default", "accent", "good", "warning", "attention"].map((name) => [name, name === "attention" ? { default: wrong, subtle: wrong } : { default: t.text, subtle: t.subtle }]));
  const config = new AdaptiveCards.HostConfig({
    spacing: { small: 8, default: 12, medium: 16, large: 24, extraLarge: 32, padding: 12 },
    separator: { lineThickness: 1, lineColor: t.line },
    fontTypes: { default: fonts, monospace: fonts },
    containerStyles: { default: { backgroundColor: t.card, foregroundColors: colours(t.wrong) }, emphasis: { backgroundColor: t.quote, foregroundColors: colours(t.wrong) } },
    actions: { maxActions: 6, spacing: "default", buttonSpacing: 8, actionsOrientation: "horizontal", actionAlignment: "left" },
    factSet: { title: { weight: "bolder", wrap: true, maxWidth: 150 }, value: { wrap: true }, spacing: 16 },
    inputs: { label: { requiredInputs: { weight: "bolder", suffix: " *", suffixColor: "attention" }, optionalInputs: { weight: "bolder" } }, errorMessage: { color: "attention", weight: "bolder" } },
    supportsInteractivity: true,
  });
  document.head.innerHTML = `<style>
    body { background: ${t.page}; margin: 12px; font: 14px ${fonts.fontFamily}; color: ${t.text} }
    main { columns: ${Math.floor(1560 / (width + 24))}; column-gap: 16px }
    section { break-inside: avoid; margin-bottom: 16px; background: ${t.card}; border: 1px solid ${t.line}; border-radius: 6px; width: ${width}px }
    button { border: 1px solid ${t.line}; background: ${t.card}; color: ${t.text}; border-radius: 4px; padding: 5px 12px; font: 600 14px ${fonts.fontFamily} }
    .ac-actionSet { flex-wrap: wrap; row-gap: 8px }
    input, textarea { width: 100%; box-sizing: border-box; padding: 6px; border: 1px solid ${t.line}; background: ${t.quote}; color: ${t.text}; font: 14px ${fonts.fontFamily} }
    input[type=radio] { width: auto }</style>`;
  const main = document.createElement("main");
  document.body.replaceChildren(main);
  const missing = [];
  for (const content of cards) {
    const card = new AdaptiveCards.AdaptiveCard();
    card.hostConfig = config;
    card.parse(content);
    const section = document.createElement("section");
    section.append(card.render());
    main.append(section);
    const edge = section.getBoundingClientRect().right - 12;
    const leaves = [...section.querySelectorAll("*")].filter((one) => !one.children.length && one.textContent);
    for (const one of leaves) if (one.getBoundingClientRect().right > edge + 1 || one.scrollWidth > one.clientWidth + 1 && one.clientWidth) missing.push(`cut off: ${one.textContent}`);
    for (const field of section.querySelectorAll("input, textarea")) if (field.type !== "radio" && !field.getAttribute("aria-labelledby")) missing.push(`no label: ${field.outerHTML}`);
    if (section.scrollWidth > section.clientWidth + 1) missing.push(`too wide: ${section.textContent.slice(0, 80)}`);
  }
  return missing;
}

const todo = {
  draw: async (page, { cards, theme, to, width = 480 }) => {
    await page.setContent("<body></body>");
    await page.addScriptTag({ path: AC });
    const found = await page.evaluate(drawn, { cards, theme: THEMES[theme], width });
    await page.screenshot({ path: to, fullPage: true });
    return found;
  },
  open: (page, { url }) => page.goto(url).then(() => true),
  see: (page, { text }) => page.getByText(text).last().waitFor().then(() => true),
  press: (page, { role, name }) => page.getByRole(role, { name, exact: role === "button" }).last().click().then(() => true),
  type: async (page, { into, text }) => {
    await page.locator(into).last().click();
    await page.keyboard.press("End");
    await page.keyboard.type(text);
    return true;
  },
  fill: (page, { label, text }) => page.getByLabel(label).last().fill(text).then(() => true),
  key: (page, { name }) => page.keyboard.press(name).then(() => true),
  count: (page, { role, name }) => page.getByRole(role, { name, exact: true }).count(),
  text: (page) => page.evaluate(() => document.body.innerText),
  picture: async (page, { to }) => {
    await page.mouse.move(2, 2);
    await page.screenshot({ path: to });
    return true;
  },
};

(async () => {
  const args = QUIET.split(" ").map((flag) => `--${flag}`);
  const context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args, viewport: { width: 1560, height: 1000 } });
  context.setDefaultTimeout(60000);
  const page = await context.newPage();
  for await (const line of require("readline").createInterface({ input: process.stdin })) {
    const { do: what, ...more } = JSON.parse(line);
    try {
      console.log(JSON.stringify({ ok: await todo[what](page, more) }));
    } catch (error) {
      console.log(JSON.stringify({ error: `${what} ${JSON.stringify(more).slice(0, 200)}: ${error.message}` }));
    }
  }
  await context.close();
})();
