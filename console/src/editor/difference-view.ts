// Two texts side by side; fetched with the editor when a difference is shown.
import { MergeView } from "@codemirror/merge";
import { reading, viewing } from "./code-mirror";

export interface Sides {
  before: string;
  after: string;
  beforeLabel: string;
  afterLabel: string;
  language: string;
}

/** Shows the texts in a shadow tree of host. Returns what takes them away. */
export function showDifference(host: HTMLElement, sides: Sides): () => void {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  root.replaceChildren();
  const view = new MergeView({
    parent: root,
    root,
    a: { doc: sides.before, extensions: [viewing(sides.beforeLabel, sides.language), reading] },
    b: { doc: sides.after, extensions: [viewing(sides.afterLabel, sides.language), reading] },
    highlightChanges: true,
    gutter: true,
    collapseUnchanged: { margin: 4, minSize: 8 },
  });
  return () => view.destroy();
}
