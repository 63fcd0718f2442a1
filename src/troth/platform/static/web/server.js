// Asking the server, and saying so when it does not answer, or does not know the person any more.

import { button, element, say } from "./words.js";

const notice = document.querySelector("[data-notice]");
const running = new Map();

export function notify(kind, sentence, ...buttons) {
  banner("note", kind, sentence, buttons);
}

function banner(about, kind, sentence, buttons = []) {
  const made = element("div", `banner banner-${kind}`);
  made.setAttribute("role", "alert");
  const text = element("div", "banner-text");
  text.append(element("strong", "", sentence));
  made.append(text, ...buttons);
  notice.replaceChildren(made);
  notice.dataset.about = about;
}

export function settle(about = "server") {
  if (notice.dataset.about === about) notice.replaceChildren();
}

function signedOut() {
  const again = () => location.assign(`/sign-in/?next=${encodeURIComponent(location.pathname + location.search)}`);
  banner("server", "waiting", say("signedOut"), [button(say("signIn"), again)]);
}

const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

// Posts JSON, or a form as it is; answers {ok, status, said}, or null where there was no answer worth reading. A
// question that `replaces` an earlier one of that name gives that one up.
export async function ask(url, body, { replaces = "", keepalive = false } = {}) {
  running.get(replaces)?.abort();
  const control = new AbortController();
  if (replaces) running.set(replaces, control);
  const plain = body instanceof FormData;
  const headers = { Accept: "application/json", "X-CSRFToken": token(), ...(plain ? {} : { "Content-Type": "application/json" }) };
  try {
    const answer = await fetch(url, { method: "POST", headers, body: plain ? body : JSON.stringify(body), signal: control.signal, keepalive });
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    if (answer.redirected || (answer.status === 403 && !isJson)) return signedOut() ?? null;
    if (!isJson) return banner("server", "stopped", say("faulty")) ?? null;
    settle();
    return { ok: answer.ok, status: answer.status, said: await answer.json() };
  } catch (error) {
    if (error.name !== "AbortError") banner("server", "waiting", say("noAnswer"));
    return null;
  }
}
