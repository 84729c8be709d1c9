// Requests to our own server. Every one that writes carries the page's token.

const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** Send JSON; `keepalive` lets it arrive although the page is being left. */
export function put(url, record, keepalive = false) {
  return fetch(url, {
    method: "PUT",
    body: JSON.stringify(record),
    headers: { "Content-Type": "application/json", "X-CSRFToken": token(), Accept: "application/json" },
    credentials: "same-origin",
    redirect: "manual",
    keepalive,
  });
}

/** Post a form as the button `submitter` would, staying on the page. Throws unless the server took it. */
export async function postForm(form, submitter) {
  const data = new FormData(form);
  if (submitter?.name) data.set(submitter.name, submitter.value);
  const response = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(data),
    headers: { "X-CSRFToken": token() },
    credentials: "same-origin",
    redirect: "manual",
  });
  if (!response.ok && response.type !== "opaqueredirect") throw new Error(`${response.status}`);
}

/** A piece of a page. Gives the response, whatever its status; throws without a connection. */
export function getFragment(url) {
  return fetch(url, {
    headers: { Accept: "text/html", "X-Requested-With": "fetch" },
    credentials: "same-origin",
    redirect: "manual",
    cache: "no-store",
  });
}
