// The sentences the script shows. They come from the server's catalogue, in the page's language; these are what is left
// when a page brings none.

const ENGLISH = {
  saved_at: "Draft saved at {time}",
  saving: "Saving the draft…",
  draft_kept: "No connection. The draft is kept in this browser and will be saved later.",
  draft_refused: "The draft could not be saved. Copy your code and load the page again.",
  draft_restored: "A newer draft was found in this browser and put back.",
  file_choose: "Choose a file",
  drop_here: "or drop a .py or .ipynb file here",
  file_chosen: "{name}, {size}. It will be handed in instead of the editor’s text.",
  file_alone: "{name}, {size}",
  file_kind: "{name} is neither a .py nor an .ipynb file.",
  file_large: "{name} has {size}; at most {limit} are accepted.",
  file_empty: "{name} is empty.",
  file_remove: "Remove the file",
  copied: "Copied",
  yes: "Yes",
  cancel: "Cancel",
  submit_keys: "{keys} submits",
  leave_editor: "Tab indents; Esc, then Tab leaves the editor",
  connection_lost: "The connection is interrupted. Trying again…",
};

let texts;

/** The sentence of that key with its {blanks} filled, in the language of the page. */
export function say(key, blanks = {}) {
  texts ??= { ...ENGLISH, ...read() };
  return texts[key]?.replace(/\{(\w+)\}/g, (whole, name) => blanks[name] ?? whole);
}

/** 1500 as "1.5 kB", in the digits and with the units of the page's language. */
export function size(bytes) {
  const [amount, unit] = bytes < 1e3 ? [bytes, "byte"] : bytes < 1e6 ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
  const style = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(document.documentElement.lang || "en", style).format(amount);
}

function read() {
  const element = document.getElementById("texts");
  return element ? JSON.parse(element.textContent) : {};
}
