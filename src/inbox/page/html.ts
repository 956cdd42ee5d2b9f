/** The page, without any data: its script fetches that. */
export const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lognitor inbox</title>
<link rel="icon" href="/assets/icon.svg">
<link rel="stylesheet" href="/assets/style.css">
<script type="module" src="/assets/main.js"></script>
</head>
<body>
<header>
<h1>Lognitor inbox</h1>
<p id="state" role="status">connecting</p>
<dl id="totals"></dl>
<button id="pause" type="button" aria-pressed="false">Pause</button>
<button id="clear" type="button">Clear</button>
</header>
<section id="filters" aria-label="Filters">
<label>Level <select name="level">
<option value="">all</option>
<option value="debug">debug</option>
<option value="info">info</option>
<option value="warn">warn</option>
<option value="error">error</option>
<option value="fatal">fatal</option>
<option value="error,fatal">error and fatal</option>
</select></label>
<label>Service <input name="service" list="services" placeholder="all" autocomplete="off" spellcheck="false"></label>
<datalist id="services"></datalist>
<label class="wide">Trace <input name="trace" placeholder="trace id" autocomplete="off" spellcheck="false"></label>
<label class="wide">Request <input name="request" placeholder="request id" autocomplete="off" spellcheck="false"></label>
<label class="wide">Search <input name="q" type="search" placeholder="text in logs" autocomplete="off" spellcheck="false"></label>
<button id="reset" type="button">Reset</button>
</section>
<ul id="alerts" aria-label="Alerts"></ul>
<main>
<section class="panel logs" aria-labelledby="logs-title">
<h2 id="logs-title">Logs <small id="logs-note"></small></h2>
<div class="scroll"><table id="logs">
<thead><tr><th>Time</th><th>Level</th><th>Service</th><th>Message</th><th>Trace</th><th>Request</th></tr></thead>
<tbody></tbody>
</table></div>
</section>
<section class="panel" aria-labelledby="routes-title">
<h2 id="routes-title">Requests by route <small id="routes-note"></small></h2>
<div class="scroll"><table id="routes">
<thead><tr><th>Route</th><th class="number">Count</th><th class="number">Errors</th><th class="number">p50</th><th class="number">p95</th><th class="number">p99</th></tr></thead>
<tbody></tbody>
</table></div>
</section>
<section class="panel" aria-labelledby="errors-title">
<h2 id="errors-title">Errors <small id="errors-note"></small></h2>
<div class="scroll"><table id="errors">
<thead><tr><th>Error</th><th class="number">Count</th><th class="number">Users</th><th>Last hour</th><th>Last seen</th></tr></thead>
<tbody></tbody>
</table></div>
</section>
</main>
</body>
</html>
`

export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#4f46e5"/><path d="M4 4.5h8M4 8h5.5M4 11.5h7" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/></svg>
`
