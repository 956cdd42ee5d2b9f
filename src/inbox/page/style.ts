export const STYLE = `:root {
  color-scheme: light dark;
  --page: #f4f5f7;
  --panel: #ffffff;
  --raised: #f8f9fb;
  --line: #e2e5ea;
  --text: #1b1f27;
  --quiet: #667085;
  --accent: #4f46e5;
  --debug: #667085;
  --info: #1d6fd1;
  --warn: #a15c00;
  --error: #c8281e;
  --fatal: #ffffff;
  --fatal-back: #b3160c;
  --good: #15803d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1218;
    --panel: #171b23;
    --raised: #1d222c;
    --line: #2a303c;
    --text: #e4e8ef;
    --quiet: #8b95a7;
    --accent: #8b85ff;
    --debug: #8b95a7;
    --info: #6db1ff;
    --warn: #f0b155;
    --error: #ff7a70;
    --fatal: #ffffff;
    --fatal-back: #c1352b;
    --good: #4ade80;
  }
}
* { box-sizing: border-box; }
html, body { height: 100%; }
body {
  margin: 0;
  display: flex;
  flex-direction: column;
  background: var(--page);
  color: var(--text);
  font: 13px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif;
}
header, #filters {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 8px 14px;
  padding: 10px 16px;
  background: var(--panel);
  border-bottom: 1px solid var(--line);
}
h1 { margin: 0; font-size: 15px; font-weight: 650; }
#state { margin: 0; color: var(--quiet); }
#state::before {
  content: "";
  display: inline-block;
  width: 8px;
  height: 8px;
  margin-right: 6px;
  border-radius: 50%;
  background: var(--quiet);
}
#state.live::before { background: var(--good); }
#state.lost::before { background: var(--error); }
#totals { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 0 0 0 auto; }
#totals div { display: flex; gap: 5px; }
#totals dt { color: var(--quiet); }
#totals dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
button, input, select {
  height: 28px;
  padding: 0 9px;
  border: 1px solid var(--line);
  border-radius: 6px;
  background: var(--raised);
  color: inherit;
  font: inherit;
}
button { cursor: pointer; }
button:hover { border-color: var(--quiet); }
button[aria-pressed="true"] { border-color: var(--warn); color: var(--warn); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
#filters label { display: flex; align-items: center; gap: 6px; color: var(--quiet); }
#filters input, #filters select { color: var(--text); }
#filters label.wide { flex: 1 1 200px; max-width: 380px; }
#filters label.wide input { width: 100%; }
.set input, .set select { border-color: var(--accent); }
#alerts { display: flex; flex-wrap: wrap; gap: 8px; margin: 0; padding: 8px 16px 0; list-style: none; }
#alerts:empty { display: none; }
#alerts li {
  padding: 3px 10px;
  border: 1px solid var(--error);
  border-radius: 6px;
  background: var(--panel);
  color: var(--error);
}
main {
  flex: 1;
  min-height: 0;
  display: grid;
  grid-template: minmax(0, 1fr) minmax(0, 1fr) / minmax(0, 3fr) minmax(0, 2fr);
  gap: 12px;
  padding: 12px 16px 16px;
}
.panel {
  display: flex;
  flex-direction: column;
  min-height: 0;
  border: 1px solid var(--line);
  border-radius: 8px;
  background: var(--panel);
  overflow: hidden;
}
.panel.logs { grid-row: 1 / 3; }
h2 { margin: 0; padding: 9px 12px; font-size: 13px; font-weight: 650; }
h2 small { margin-left: 6px; color: var(--quiet); font-weight: 400; font-size: 12px; }
.scroll { flex: 1; min-height: 0; overflow: auto; border-top: 1px solid var(--line); }
@media (max-width: 1000px) {
  html, body { height: auto; }
  main { display: block; }
  .panel { margin-bottom: 12px; }
  .scroll { max-height: 70vh; }
  #logs { min-width: 760px; }
  /* What is opened stays in sight, however far its table is moved aside. */
  tr.detail td > * { position: sticky; left: 12px; max-width: calc(100vw - 74px); }
}
@media (max-width: 700px) {
  #totals { order: 1; flex-basis: 100%; margin: 0; }
  #pause { margin-left: auto; }
}
table { width: 100%; border-collapse: collapse; }
th, td { padding: 4px 8px; text-align: left; vertical-align: top; white-space: nowrap; }
th:first-child, td:first-child { padding-left: 12px; }
th {
  position: sticky;
  top: 0;
  z-index: 1;
  background: var(--raised);
  color: var(--quiet);
  font-size: 12px;
  font-weight: 500;
}
tbody tr { border-top: 1px solid var(--line); }
tbody tr.opens { cursor: pointer; }
tbody tr.opens:hover { background: var(--raised); }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.quiet { color: var(--quiet); }
.bad { color: var(--error); font-weight: 600; }
td.message, td.name { width: 100%; max-width: 0; overflow: hidden; text-overflow: ellipsis; }
td.time, td.message, .id { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 12px; }
td.time { color: var(--quiet); }
td.service { max-width: 130px; overflow: hidden; text-overflow: ellipsis; }
.name b { font-weight: 600; }
.name span { display: block; overflow: hidden; text-overflow: ellipsis; color: var(--quiet); }
button.id { height: auto; padding: 0; border: 0; background: none; color: var(--accent); }
button.id:hover { text-decoration: underline; }
.level { display: inline-block; min-width: 40px; font-weight: 600; }
.level.debug { color: var(--debug); font-weight: 400; }
.level.info { color: var(--info); }
.level.warn { color: var(--warn); }
.level.error { color: var(--error); }
.level.fatal { padding: 0 6px; border-radius: 4px; background: var(--fatal-back); color: var(--fatal); }
tr.detail, tr.detail:hover { background: var(--raised); border-top: 0; }
tr.detail td { white-space: normal; }
pre {
  margin: 0;
  max-height: 420px;
  overflow: auto;
  font: 12px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
.empty td { padding: 28px 12px; color: var(--quiet); text-align: center; white-space: normal; }
svg.history { display: block; width: 60px; height: 18px; }
svg.history rect { fill: var(--accent); }
`
