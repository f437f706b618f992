// The text editor, which the browser fetches when one is shown. It lives in a shadow tree: there its style sheets are adopted,
// so that the Content-Security-Policy needs no exception for styles.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion, type Completion, type CompletionResult } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Option, Place } from "@/policy/complete";

export interface Mark {
  from: number;
  to: number;
  severity: "error" | "warning" | "info";
  message: string;
}

export interface EditorOptions {
  text: string;
  label: string;
  readOnly: boolean;
  language: string;
  onChange: (text: string) => void;
  complete?: (text: string, offset: number) => Promise<{ place: Place; options: Option[] } | undefined>;
}

export interface EditorHandle {
  /** Shows another text; what was typed stays undoable. */
  setText: (text: string) => void;
  /** Marks places, if the text is still the one that they are about. */
  setMarks: (text: string, marks: readonly Mark[]) => void;
  /** Puts the cursor at a place and shows it. */
  select: (from: number, to: number) => void;
  destroy: () => void;
}

export function createEditor(host: HTMLElement, options: EditorOptions): EditorHandle {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  root.replaceChildren();
  let quiet = false;
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        viewing(options.label, options.language),
        options.readOnly ? reading : writing(options),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !quiet) options.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText(text) {
      if (view.state.doc.toString() === text) return;
      quiet = true;
      view.dispatch({ changes: change(view.state.doc.toString(), text) });
      quiet = false;
    },
    setMarks(text, marks) {
      if (view.state.doc.toString() !== text) return;
      const most = view.state.doc.length;
      const diagnostics = marks.map((mark): Diagnostic => ({
        from: Math.min(mark.from, most),
        to: Math.min(Math.max(mark.to, mark.from), most),
        severity: mark.severity,
        message: mark.message,
      }));
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    select(from, to) {
      const most = view.state.doc.length;
      view.dispatch({ selection: { anchor: Math.min(from, most), head: Math.min(to, most) }, effects: EditorView.scrollIntoView(Math.min(from, most), { y: "center" }) });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

/** The least change from one text to another, so that the cursor stays where nothing changed. */
function change(before: string, after: string): { from: number; to: number; insert: string } {
  let from = 0;
  const most = Math.min(before.length, after.length);
  while (from < most && before[from] === after[from]) from++;
  let tail = 0;
  while (tail < most - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) };
}

/** What reading needs, also beside another text. */
export function viewing(label: string, language: string): Extension {
  return [
    lineNumbers(),
    highlightSpecialChars(),
    foldGutter(),
    drawSelection(),
    json(),
    syntaxHighlighting(colours),
    bracketMatching(),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off", translate: "no" }),
    EditorState.phrases.of(language === "zh-CN" ? chinese : {}),
    theme,
  ];
}

export const reading: Extension = [
  EditorState.readOnly.of(true),
  EditorView.editable.of(false),
  EditorView.contentAttributes.of({ tabindex: "0", "aria-readonly": "true" }),
  lintGutter(),
];

// Tab indents; Escape followed by Tab leaves, which the view sees to by itself.
function writing(options: EditorOptions): Extension {
  const { complete } = options;
  return [
    history(),
    indentOnInput(),
    closeBrackets(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    lintGutter(),
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
    complete
      ? autocompletion({
          override: [
            async (context): Promise<CompletionResult | null> => {
              const found = await complete(context.state.doc.toString(), context.pos);
              if (!found || context.aborted || found.options.length === 0) return null;
              if (!context.explicit && !found.place.quoted && found.place.typed === "") return null;
              return { from: found.place.from, options: found.options.map(completion), validFor: /^[^"\s]*$/ };
            },
          ],
        })
      : [],
  ];
}

const completionTypes: Record<Option["kind"], string> = {
  keyword: "keyword",
  product: "namespace",
  action: "function",
  resource: "variable",
  key: "property",
  operator: "enum",
};

function completion(option: Option): Completion {
  const base = { label: option.label, detail: option.detail, type: completionTypes[option.kind] };
  if (option.kind !== "product") return { ...base, apply: option.apply };
  // Behind a product its actions are next: the cursor stays inside the quotes.
  return {
    ...base,
    apply: (view, _, from, to) => {
      const inside = option.apply.endsWith('"') ? option.apply.length - 1 : option.apply.length;
      view.dispatch({ changes: { from, to, insert: option.apply }, selection: { anchor: from + inside } });
      startCompletion(view);
    },
  };
}

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--ui-link)" },
  { tag: tags.string, color: "var(--ui-ok)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--ui-warn)" },
  { tag: tags.invalid, color: "var(--ui-bad)" },
]);

// Colours are those of the page, which reach into the shadow tree as custom properties: both appearances hold.
const theme = EditorView.theme({
  "&": { color: "var(--ui-text)", backgroundColor: "var(--td-bg-color-container)", fontSize: "13px", maxHeight: "60vh" },
  "&.cm-focused": { outline: "none" }, // the frame around the shadow tree shows it
  ".cm-content, .cm-gutter": { minHeight: "120px" },
  ".cm-scroller": { fontFamily: "var(--ui-mono)", lineHeight: "20px", overflow: "auto" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--ui-text)" },
  ".cm-cursor": { borderLeftColor: "var(--ui-text)" },
  ".cm-gutters": { backgroundColor: "var(--td-bg-color-secondarycontainer)", color: "var(--ui-muted)", borderRight: "1px solid var(--td-border-level-1-color)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--td-brand-color-7) 8%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--td-brand-color-7) 28%, transparent)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "color-mix(in srgb, var(--td-brand-color-7) 24%, transparent)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--td-bg-color-component)", color: "var(--ui-muted)", border: "none" },
  ".cm-tooltip": { backgroundColor: "var(--td-bg-color-container)", color: "var(--ui-text)", border: "1px solid var(--td-border-level-2-color)", borderRadius: "4px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--td-brand-color-7)", color: "#fff" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--ui-mono)", maxWidth: "min(640px, 90vw)" },
  ".cm-completionDetail": { color: "inherit", opacity: "0.75", fontStyle: "normal" },
  ".cm-diagnostic": { padding: "6px 10px" },
  ".cm-panels": { backgroundColor: "var(--td-bg-color-secondarycontainer)", color: "var(--ui-text)" },
  ".cm-panel.cm-panel-lint ul [aria-selected]": { backgroundColor: "color-mix(in srgb, var(--td-brand-color-7) 24%, transparent)" },
  "&.cm-merge-a .cm-changedText": { background: "color-mix(in srgb, var(--ui-bad) 8%, transparent)", boxShadow: "inset 0 -2px 0 var(--ui-bad)" },
  "&.cm-merge-b .cm-changedText": { background: "color-mix(in srgb, var(--ui-ok) 8%, transparent)", boxShadow: "inset 0 -2px 0 var(--ui-ok)" },
  "&.cm-merge-a .cm-changedLine": { backgroundColor: "color-mix(in srgb, var(--ui-bad) 6%, transparent)" },
  "&.cm-merge-b .cm-changedLine": { backgroundColor: "color-mix(in srgb, var(--ui-ok) 6%, transparent)" },
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: '"···"', margin: "0 8px" },
  ".cm-collapsedLines": { background: "var(--td-bg-color-component)", color: "var(--ui-muted)" },
});

const chinese = {
  Diagnostics: "检查结果",
  "No diagnostics": "没有检查结果",
  Completions: "补全",
  "Fold line": "折叠",
  "Unfold line": "展开",
  "folded code": "已折叠的内容",
  "Folded lines": "已折叠",
  "Unfolded lines": "已展开",
  unfold: "展开",
  to: "至",
  close: "关闭",
  "Control character": "控制字符",
  "$ unchanged lines": "$ 行未变化",
};
