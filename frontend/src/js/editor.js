// The Python editor: CodeMirror over a textarea, which stays the form's field and always holds the editor's text.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  dropCursor,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { say } from "./texts.js";

// Colours are the page's own, so that the theme follows by itself.
const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.bool, tags.null, tags.self], color: "var(--syntax-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--syntax-string)" },
  { tag: [tags.number], color: "var(--syntax-number)" },
  { tag: [tags.comment, tags.meta], color: "var(--syntax-comment)" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.function(tags.definition(tags.variableName))], color: "var(--syntax-function)" },
  { tag: [tags.className, tags.definition(tags.className), tags.standard(tags.variableName)], color: "var(--syntax-class)" },
  { tag: [tags.operator, tags.punctuation, tags.bracket], color: "var(--syntax-operator)" },
  { tag: tags.invalid, color: "var(--bad)" },
]);

const FRAME = EditorView.theme({
  "&": { color: "var(--syntax-name)", backgroundColor: "transparent", fontSize: "var(--text-small)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.65", overscrollBehavior: "auto" },
  ".cm-content": { padding: "0.75rem 0", caretColor: "var(--accent)" },
  ".cm-line": { padding: "0 1rem 0 0.5rem" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--ink-soft)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 0.25rem 0 0.75rem", minWidth: "2.25rem" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--accent-wash) 45%, transparent)" },
  ".cm-activeLineGutter": { color: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--selection)" },
  ".cm-selectionMatch": { backgroundColor: "var(--warn-wash)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selection)", color: "inherit" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--bad-wash)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--sunken)", border: "none", color: "var(--ink-soft)", padding: "0 0.4em" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)", fontFamily: "var(--sans)" },
  ".cm-panels.cm-panels-bottom": { borderTop: "1px solid var(--line)" },
  ".cm-panel.cm-search": { padding: "0.5rem 2.5rem 0.5rem 0.75rem", display: "flex", flexWrap: "wrap", gap: "0.375rem", alignItems: "center" },
  ".cm-panel.cm-search br": { display: "none" },
  ".cm-panel.cm-search label": { fontSize: "0.8125rem", display: "inline-flex", alignItems: "center", gap: "0.3rem", margin: "0" },
  ".cm-textfield": { width: "auto", minHeight: "2rem", padding: "0.15rem 0.5rem", margin: "0", fontSize: "0.875rem", backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--line-strong)" },
  ".cm-button": { minHeight: "2rem", margin: "0", padding: "0.15rem 0.6rem", fontSize: "0.8125rem", backgroundImage: "none", backgroundColor: "var(--surface)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius-small)", color: "var(--ink)" },
  ".cm-panel.cm-search [name=close]": { minHeight: "2rem", width: "2rem", fontSize: "1.25rem", top: "0.5rem", right: "0.5rem", padding: "0", border: "0", color: "var(--ink-soft)", backgroundColor: "transparent" },
  ".cm-searchMatch": { backgroundColor: "var(--warn-wash)", outline: "1px solid var(--warn)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--selection)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "var(--radius-small)", overflow: "hidden" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "0.8125rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.2rem 0.6rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent-fill)", color: "var(--on-accent)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
});

// CodeMirror's own phrases, by the key of the sentence that says the same.
const PHRASES = {
  find: "Find",
  replace_field: "Replace",
  next: "next",
  previous: "previous",
  all: "all",
  match_case: "match case",
  by_word: "by word",
  regexp: "regexp",
  replace: "replace",
  replace_all: "replace all",
  close: "close",
  current_match: "current match",
  on_line: "on line",
  replaced_one: "replaced match on line $",
  replaced_many: "replaced $ matches",
  go_to_line: "Go to line",
  go: "go",
  completions: "Completions",
  control_character: "Control character",
  selection_deleted: "Selection deleted",
  folded_lines: "Folded lines",
  unfolded_lines: "Unfolded lines",
  to: "to",
  folded_code: "folded code",
  unfold: "unfold",
  fold_line: "Fold line",
  unfold_line: "Unfold line",
};

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** What "Ctrl Enter" is called on this machine. */
export const SUBMIT_KEYS = IS_MAC ? "⌘ Enter" : "Ctrl Enter";

/** Put an editor in the place of a textarea. */
export function makeEditor(textarea) {
  const frame = Object.assign(document.createElement("div"), { className: "editor" });
  const view = new EditorView({ parent: frame, state: EditorState.create({ doc: textarea.value, extensions: extensions(textarea) }) });
  textarea.before(frame);
  textarea.hidden = true;
  textarea.required = false;
  textarea.addEventListener("draft:filled", () => replaceText(view, textarea.value));
  for (const label of textarea.labels) {
    label.addEventListener("click", (event) => {
      event.preventDefault();
      view.focus();
    });
  }
  textarea.form?.addEventListener("reset", () => setTimeout(() => replaceText(view, textarea.value)));
  foot(frame, textarea);
  return view;
}

/** Replace the whole text, as a change that can be undone. */
export function replaceText(view, text) {
  if (view.state.doc.toString() !== text) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}

function extensions(textarea) {
  const narrow = window.matchMedia("(max-width: 40rem)").matches;
  return [
    EditorView.cspNonce.of(document.querySelector("script[nonce]")?.nonce ?? ""),
    EditorState.phrases.of(phrases()),
    keymap.of([{ key: "Mod-Enter", run: () => submit(textarea.form) }]),
    lineNumbers(),
    highlightActiveLineGutter(),
    highlightSpecialChars(),
    history(),
    narrow ? EditorView.lineWrapping : foldGutter(),
    drawSelection(),
    dropCursor(),
    indentUnit.of("    "),
    EditorState.tabSize.of(4),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ icons: false }),
    highlightActiveLine(),
    highlightSelectionMatches(),
    python(),
    syntaxHighlighting(COLOURS),
    FRAME,
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, indentWithTab]),
    EditorView.contentAttributes.of(names(textarea)),
    EditorView.updateListener.of((update) => {
      if (!update.docChanged) return;
      textarea.value = update.state.doc.toString();
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
    }),
  ];
}

function phrases() {
  const known = Object.entries(PHRASES).map(([key, phrase]) => [phrase, say(`editor_${key}`)]);
  return Object.fromEntries(known.filter(([, sentence]) => sentence));
}

/** What a screen reader calls the editor, and how to leave it. */
function names(textarea) {
  const described = `${textarea.id || textarea.name}-keys`;
  const label = textarea.dataset.label ?? textarea.getAttribute("aria-label") ?? textarea.labels?.[0]?.textContent.trim() ?? "";
  return { "aria-label": label, "aria-describedby": described, tabindex: "0", spellcheck: "false", autocapitalize: "off", translate: "no" };
}

function foot(frame, textarea) {
  const line = Object.assign(document.createElement("div"), { className: "editor-foot" });
  const keys = Object.assign(document.createElement("span"), {
    id: `${textarea.id || textarea.name}-keys`,
    textContent: say("leave_editor"),
  });
  line.append(keys);
  frame.after(line);
  const state = textarea.form?.querySelector("[data-draft-state]");
  if (state) line.append(state);
}

function submit(form) {
  form?.requestSubmit(form.querySelector("[data-submit]") ?? form.querySelector('button[type="submit"]'));
  return true;
}
