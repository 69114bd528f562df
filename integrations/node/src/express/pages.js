import { escapeHtml } from "./http.js";

export const TEXTS = {
  staffTitle: "Sign in as a customer",
  staffNotice: "This page is for the staff of this shop.",
  staffEffect: "Continuing ends the session of whoever is signed in to this shop in this browser. Everything that you do afterwards is recorded.",
  staffButton: "Continue",
  refusedTitle: "You cannot sign in with this link",
  refusedText: "The link may have been used already, or it is no longer valid. Ask for a new one.",
  forbiddenTitle: "Not allowed",
  forbiddenText: "This is not available while a member of staff is connected as the customer.",
  readOnlyText: "This session is read-only.",
  banner: "You are connected as {name} on {website}.",
  bannerReadOnly: "Read-only.",
  bannerEnd: "End session",
  consentTitle: "Remote shopping assistance",
  consentSave: "Save",
  consentSaved: "Your choice is saved.",
  consentFixed: "You cannot change this here.",
  ask: "Our staff ask to sign in to your account on {website} for {duration}.",
  askTicket: "Support case: {ticket}.",
  askAllow: "Allow",
  askDeny: "Do not allow",
  askClosed: "This question is no longer open.",
  historyLink: "When staff were signed in to your account",
  historyTitle: "When staff were signed in to your account",
  historyEmpty: "Nobody has signed in to your account.",
  historyStarted: "From",
  historyEnded: "To",
  historyDone: "What was done",
  historyOpen: "still open",
  historyMore: "Earlier",
  unavailableTitle: "Not available now",
  unavailableText: "Please try again later.",
  signInTitle: "Please sign in",
  signInText: "Sign in to your account to see this page.",
  limitedText: "There were too many changes. Please try again later.",
  order_placed: "order placed",
  account_changed: "account changed",
  address_changed: "address changed",
  cart_changed: "cart changed",
  other: "other",
};

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

export function durationWords(seconds) {
  const units = [[86_400, "day"], [3_600, "hour"], [60, "minute"], [1, "second"]];
  const [size, unit] = units.find(([size]) => seconds >= size && seconds % size === 0) ?? [1, "second"];
  const count = Math.max(0, Math.round(seconds / size));
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** A whole page in the kit's own plain look. */
export function barePage({ title, body, stylesheet }) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${escapeHtml(stylesheet)}">
</head>
<body class="lac-page">
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

const paragraph = (text) => `<p>${escapeHtml(text)}</p>`;
const hidden = (name, value) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;

export function landingBody(texts, { action, secret, csrf }) {
  return `${paragraph(texts.staffNotice)}
${paragraph(texts.staffEffect)}
<form method="post" action="${escapeHtml(action)}" autocomplete="off">
${hidden("csrf", csrf)}
${hidden("secret", secret)}
<button type="submit">${escapeHtml(texts.staffButton)}</button>
</form>`;
}

export const messageBody = (...lines) => lines.map(paragraph).join("\n");

export function consentBody(texts, { consent, csrf, action, historyPath, notice }) {
  const parts = [];
  if (notice) parts.push(`<p role="status">${escapeHtml(notice)}</p>`);
  if (consent.ask) parts.push(askForm(texts, consent.ask, csrf, action));
  const off = consent.can_change ? "" : " disabled";
  parts.push(`<form method="post" action="${escapeHtml(action)}">
${hidden("csrf", csrf)}
<label><input type="checkbox" name="granted" value="1"${consent.granted ? " checked" : ""}${off} aria-describedby="lac-consent-tooltip">
${escapeHtml(consent.title)}</label>
<p id="lac-consent-tooltip">${escapeHtml(consent.tooltip ?? "")}</p>
${consent.can_change ? `<button type="submit" name="save" value="1">${escapeHtml(texts.consentSave)}</button>` : paragraph(texts.consentFixed)}
</form>`);
  parts.push(`<p><a href="${escapeHtml(historyPath)}">${escapeHtml(texts.historyLink)}</a></p>`);
  return parts.join("\n");
}

function askForm(texts, ask, csrf, action) {
  const question = fill(texts.ask, { website: ask.website_name ?? ask.website, duration: durationWords(ask.duration) });
  return `<form method="post" action="${escapeHtml(action)}" id="lac-ask">
${hidden("csrf", csrf)}
${hidden("ask", ask.id)}
<p>${escapeHtml(question)}${ask.ticket ? ` ${escapeHtml(fill(texts.askTicket, { ticket: ask.ticket }))}` : ""}</p>
<button type="submit" name="decision" value="allow">${escapeHtml(texts.askAllow)}</button>
<button type="submit" name="decision" value="deny">${escapeHtml(texts.askDeny)}</button>
</form>`;
}

export function historyBody(texts, { history, path, showTime }) {
  if (history.visits.length === 0) return paragraph(texts.historyEmpty);
  const rows = history.visits.map((visit) => {
    const who = [visit.admin_full_name ?? visit.admin, visit.reason, visit.ticket].filter(Boolean).join(", ");
    const done = visit.actions.map((done) => `${texts[done.action] ?? done.action}${done.document ? ` (${done.document})` : ""}`).join(", ");
    return `<tr><td>${escapeHtml(showTime(visit.started_at))}</td><td>${escapeHtml(
      visit.ended_at ? showTime(visit.ended_at) : texts.historyOpen,
    )}</td><td>${escapeHtml([done, who].filter(Boolean).join(" · "))}</td></tr>`;
  });
  const more = history.next ? `\n<p><a href="${escapeHtml(`${path}?after=${encodeURIComponent(history.next)}`)}">${escapeHtml(texts.historyMore)}</a></p>` : "";
  return `<table>
<thead><tr><th scope="col">${escapeHtml(texts.historyStarted)}</th><th scope="col">${escapeHtml(texts.historyEnded)}</th><th scope="col">${escapeHtml(texts.historyDone)}</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>${more}`;
}
