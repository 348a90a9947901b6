// What could be known at a moment, and which sentence rests on which evidence. The page is whole without this:
// nothing here makes text, all of it stands in the page. It asks nobody for anything.
(() => {
  "use strict";
  const all = (selector) => [...document.querySelectorAll(selector)];
  const panel = document.querySelector(".as-of");
  const slider = panel.querySelector("input");
  const [when, distance, known] = ["when", "distance", "known"].map((name) => panel.querySelector("." + name));
  const { from, start, offsets, days, months, before, after } = panel.dataset;
  const clocks = offsets.split(" ").map((pair) => pair.split(":").map(Number));
  const moments = [...panel.querySelectorAll("li")].map((item) => [+item.dataset.at, item.textContent]);
  const timed = all("[data-at]:not(.as-of li)");
  const pictures = all("svg[data-from]");

  const local = (at) => {
    const clock = clocks.filter((pair) => pair[0] <= at).pop() || clocks[0];
    const date = new Date((at + clock[1]) * 1000);
    const two = (number) => String(number).padStart(2, "0");
    return `${days.split(" ")[date.getUTCDay()]} ${date.getUTCDate()} ${months.split(" ")[date.getUTCMonth()]} ` +
      `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  };
  const length = (seconds) => {
    const hours = Math.floor(Math.abs(seconds) / 3600);
    const parts = [[Math.floor(hours / 24), "d"], [hours % 24, "h"]].filter((part) => part[0]);
    return parts.map((part) => part.join(" ")).join(" ") || "0 h";
  };
  const isWhole = () => +slider.value === +slider.max;
  const placeOf = (at) => Math.min(Math.ceil((at - from) / 3600), +slider.max);

  const veil = (picture, at) => {
    const [left, right, begins, ends] = ["left", "right", "from", "to"].map((name) => +picture.dataset[name]);
    const share = Math.min(Math.max((at - begins) / (ends - begins), 0), 1);
    const x = left + share * (right - left);
    const [cover, now] = [picture.querySelector(".veil"), picture.querySelector(".now")];
    cover.setAttribute("x", x);
    cover.setAttribute("width", Math.max(right - x, 0));
    now.setAttribute("x1", x);
    now.setAttribute("x2", x);
    if (!picture.getClientRects().length) return;
    // What would stick out over the line keeps its name and leaves its words away.
    picture.querySelectorAll("text.label").forEach((label) => {
      label.classList.remove("over");
      const box = label.getBBox();
      label.classList.toggle("over", at < ends && box.x < x && box.x + box.width > x + 1);
    });
  };
  const show = () => {
    const at = isWhole() ? Infinity : +from + slider.value * 3600;
    document.documentElement.classList.toggle("past", !isWhole());
    timed.forEach((thing) => thing.classList.toggle("later", +thing.dataset.at > at));
    pictures.forEach((picture) => veil(picture, at));
    all("section:not([data-at]), details.more").forEach((part) => {
      const things = [...part.querySelectorAll("article[data-at], li[data-at], tr[data-at], details[data-at]")];
      part.classList.toggle("later", things.length > 0 && things.every((thing) => +thing.dataset.at > at));
    });
    when.textContent = isWhole() ? panel.dataset.whole : local(at);
    const seconds = start - at;
    distance.textContent = isWhole() ? panel.dataset.hint : `${length(seconds)} ${seconds > 0 ? before : after}`;
    slider.setAttribute("aria-valuetext", `${when.textContent} ${distance.textContent}`.trim());
    const said = moments.filter((moment) => moment[0] <= at).pop() || moments[0];
    if (known.textContent !== said[1]) known.textContent = said[1];
    const places = moments.map((moment) => placeOf(moment[0]));
    panel.querySelector(".earlier").disabled = !places.some((place) => place < slider.value);
    panel.querySelector(".further").disabled = isWhole();
  };
  const step = (choose) => {
    const places = [...moments.map((moment) => placeOf(moment[0])), +slider.max];
    const place = choose(places);
    if (place !== undefined) slider.value = place;
    show();
  };
  panel.querySelector(".earlier").addEventListener("click", () =>
    step((places) => places.filter((place) => place < slider.value).pop()));
  panel.querySelector(".further").addEventListener("click", () =>
    step((places) => places.find((place) => place > slider.value)));
  panel.querySelector(".whole-story").addEventListener("click", () => step(() => +slider.max));
  slider.addEventListener("input", show);
  slider.value = slider.max;
  panel.hidden = false;
  show();

  const light = (target) => {
    all(".lit").forEach((thing) => thing.classList.remove("lit"));
    const marks = target ? target.dataset.of.split(" ") : [];
    all("[data-of]").filter((thing) => thing.dataset.of.split(" ").some((mark) => marks.includes(mark)))
      .forEach((thing) => thing.classList.add("lit"));
  };
  ["mouseover", "focusin"].forEach((kind) =>
    document.addEventListener(kind, (event) => light(event.target.closest("[data-of]"))));
  ["mouseout", "focusout"].forEach((kind) => document.addEventListener(kind, () => light(null)));

  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  if (location.hash) open();
})();
