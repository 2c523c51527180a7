// Charts of the page of trends, drawn from the tables beside them: what has no script has these.
"use strict";

const SYMBOLS = ["circle", "rect", "triangle", "diamond", "roundRect"];
const COLOURS = 10;
const LEAST = 12; // rows and columns up to which cells of a matrix show their numbers
const NARROW = 640; // pixels, as of a phone
const SAVED = { width: 1200, height: 700 };
const UNITS = [[86400000, "d"], [3600000, "h"], [60000, "min"], [1000, "s"], [1, "ms"]];

// --- The tables ---

const label = (cell) => cell.textContent.trim();

function read(table) {
  const plain = ":not([data-sum])";
  const [, ...columns] = [...table.tHead.rows[0].cells].filter((cell) => cell.matches(plain));
  return {
    columns: columns.map(label),
    rows: [...table.tBodies[0].rows].map((row) => ({
      name: label(row.cells[0]),
      values: [...row.querySelectorAll("td" + plain)].map((cell) => Number(cell.dataset.value)),
    })),
  };
}

function csv(table) {
  const cell = (text) => {
    const safe = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
    return /[",\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
  };
  const value = (one) => one.dataset.value ?? label(one).replace(/[\u202f\u00a0]/g, "");
  const line = (row) => [...row.cells].map((one) => cell(value(one))).join(",");
  return [...table.rows].map(line).join("\r\n") + "\r\n";
}

// --- Colours: those of the style, as the light has them now ---

function colour(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const palette = () => ({
  ink: colour("ink"),
  soft: colour("soft"),
  line: colour("line"),
  surface: colour("surface"),
  sunken: colour("sunken"),
  accent: colour("accent"),
  series: Array.from({ length: COLOURS }, (_, number) => colour(`series-${number}`)),
});

const light = (parts) => {
  const [red, green, blue] = parts.map((part) =>
    part <= 10.3 ? part / 3295 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const parts = (text) => text.match(/[\d.]+/g).slice(0, 3).map(Number);

// Of two inks the one that is read better on a colour between two.
function readable(from, to, share, inks) {
  const [begin, end] = [parts(from), parts(to)];
  const paper = light(begin.map((part, place) => part + (end[place] - part) * share));
  const contrast = (ink) => {
    const [dark, bright] = [light(parts(ink)), paper].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  return inks.reduce((best, ink) => (contrast(ink) > contrast(best) ? ink : best));
}

// --- The charts ---

function spoken(ms) {
  const [size, unit] = UNITS.find(([size]) => ms >= size) ?? UNITS.at(-1);
  return `${Number((ms / size).toPrecision(2))} ${unit}`;
}

const axis = (colours, more) => ({
  axisLine: { lineStyle: { color: colours.soft } },
  axisLabel: { color: colours.ink, hideOverlap: true, ...more.axisLabel },
  splitLine: { lineStyle: { color: colours.line } },
  ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== "axisLabel")),
});

const frame = (colours) => ({
  animation: false,
  backgroundColor: colours.surface,
  textStyle: { color: colours.ink, fontFamily: "system-ui, sans-serif" },
  tooltip: {
    renderMode: "richText", // no markup, whatever a name holds
    confine: true,
    backgroundColor: colours.surface,
    borderColor: colours.line,
    textStyle: { color: colours.ink },
  },
  grid: { left: 12, right: 24, top: 12, bottom: 12, containLabel: true },
});

const lineOf = (colours, number) => ({
  type: "line",
  color: colours.series[number % COLOURS],
  symbol: SYMBOLS[number % SYMBOLS.length],
  symbolSize: 7,
  lineStyle: { width: 2, type: number < COLOURS ? "solid" : "dashed" },
});

function months(data, colours, width) {
  const base = frame(colours);
  const isNarrow = width < NARROW;
  return {
    ...base,
    tooltip: { ...base.tooltip, trigger: "axis", order: "valueDesc" },
    legend: {
      type: isNarrow ? "scroll" : "plain", bottom: 0, itemWidth: 22,
      textStyle: { color: colours.ink }, pageTextStyle: { color: colours.ink },
      pageIconColor: colours.accent, pageIconInactiveColor: colours.line,
    },
    grid: { ...base.grid, bottom: isNarrow ? 40 : 24 + 24 * Math.ceil(data.rows.length / 4) },
    xAxis: axis(colours, { type: "category", data: data.columns }),
    yAxis: axis(colours, { type: "value", minInterval: 1 }),
    series: data.rows.map((row, number) => ({
      ...lineOf(colours, number), name: row.name, data: row.values,
    })),
  };
}

function heat(data, colours, width, isMatrix) {
  const base = frame(colours);
  const cells = data.rows.flatMap((row, y) =>
    row.values.flatMap((value, x) => (isMatrix && x === y ? [] : [[x, y, value]])));
  const most = Math.max(1, ...cells.map(([, , value]) => value));
  const shown = isMatrix && data.rows.length <= LEAST && width >= NARROW;
  const inks = [colours.ink, colours.surface];
  const ink = (value) => readable(colours.sunken, colours.accent, value / most, inks);
  return {
    ...base,
    tooltip: {
      ...base.tooltip,
      formatter: ({ value: [x, y, n] }) => `${data.rows[y].name}\n${data.columns[x]}: ${n}`,
    },
    grid: { ...base.grid, bottom: 56 },
    xAxis: axis(colours, {
      type: "category", data: data.columns, splitLine: { show: false },
      axisLabel: isMatrix ? { rotate: 40, interval: 0, width: 100, overflow: "truncate" } : {},
    }),
    yAxis: axis(colours, {
      type: "category", data: data.rows.map((row) => row.name), inverse: true,
      axisLabel: { interval: 0, width: Math.min(190, width / 4), overflow: "truncate" },
    }),
    visualMap: {
      type: "continuous", min: 0, max: most, orient: "horizontal", left: "center", bottom: 0,
      itemHeight: 160, itemWidth: 12, textStyle: { color: colours.ink }, calculable: false,
      text: [String(most), "0"], inRange: { color: [colours.sunken, colours.accent] },
    },
    series: [{
      type: "heatmap",
      itemStyle: { borderColor: colours.surface, borderWidth: 1 },
      data: cells.map((value) => ({ value, label: { show: shown, color: ink(value[2]) } })),
    }],
  };
}

function delays(data, colours) {
  const base = frame(colours);
  const all = data.rows.flatMap((row) => row.values);
  const decade = (value, round) => 10 ** round(Math.log10(value));
  const spans = data.rows.map((row) => ({
    type: "line", silent: true, symbol: "none", color: colours.soft, lineStyle: { width: 1 },
    data: row.values.map((ms) => [ms, row.name]),
  }));
  return {
    ...base,
    tooltip: {
      ...base.tooltip,
      formatter: ({ value: [ms, name], seriesName }) => `${name}\n${seriesName}: ${spoken(ms)}`,
    },
    legend: { data: data.columns, bottom: 0, textStyle: { color: colours.ink } },
    grid: { ...base.grid, bottom: 40 },
    xAxis: axis(colours, {
      type: "log", axisLabel: { formatter: spoken },
      min: decade(Math.min(...all), Math.floor), max: decade(Math.max(...all) + 1, Math.ceil),
    }),
    yAxis: axis(colours, {
      type: "category", data: data.rows.map((row) => row.name), inverse: true,
    }),
    series: [...spans, ...data.columns.map((name, place) => ({
      ...lineOf(colours, place), name, symbolSize: 11, lineStyle: { width: 0 },
      data: data.rows.map((row) => [row.values[place], row.name]),
    }))],
  };
}

const CHARTS = {
  months,
  pairs: (data, colours, width) => heat(data, colours, width, true),
  week: (data, colours, width) => heat(data, colours, width, false),
  delays,
};

// --- Saving ---

function save(name, content, type) {
  const link = document.createElement("a");
  const file = content instanceof Blob ? content : new Blob([content], { type });
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function toBeSaved(section, renderer) {
  const ssr = renderer === "svg";
  const place = ssr ? null : document.createElement("div");
  const chart = echarts.init(place, null, { renderer, ssr, devicePixelRatio: 2, ...SAVED });
  const colours = palette();
  const data = read(section.querySelector("table"));
  const option = CHARTS[section.dataset.chart](data, colours, SAVED.width);
  const text = label(section.querySelector("h2"));
  chart.setOption({
    ...option,
    title: { text, left: 12, top: 8, textStyle: { color: colours.ink, fontSize: 16 } },
    grid: { ...option.grid, top: 48 },
  });
  return chart;
}

const SAVING = {
  csv: (section, name) =>
    save(name, "\ufeff" + csv(section.querySelector("table")), "text/csv;charset=utf-8"),
  svg: (section, name) => {
    const chart = toBeSaved(section, "svg");
    save(name, chart.renderToSVGString(), "image/svg+xml");
    chart.dispose();
  },
  png: (section, name) => {
    const chart = toBeSaved(section, "canvas");
    chart.getRenderedCanvas({ pixelRatio: 2 }).toBlob((blob) => save(name, blob));
    chart.dispose();
  },
};

// --- The page ---

const drawn = [];

function draw(section) {
  const place = section.querySelector(".drawing");
  const table = section.querySelector("table");
  place.hidden = false;
  const chart = echarts.init(place, null, { renderer: "canvas" });
  const make = CHARTS[section.dataset.chart];
  const redraw = () => {
    chart.resize();
    chart.setOption(make(read(table), palette(), place.clientWidth), true);
  };
  drawn.push(redraw);
  new ResizeObserver(redraw).observe(place); // and once at the beginning
  section.querySelector(".exports").hidden = false;
  section.addEventListener("click", ({ target }) => {
    const form = target.dataset.save;
    if (form) SAVING[form](section, `${target.dataset.file}.${form}`);
  });
}

document.querySelectorAll("[data-chart]").forEach(draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
  drawn.forEach((redraw) => redraw()));
