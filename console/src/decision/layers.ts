import type { Text } from "@/i18n";
import type { decisionText } from "./messages";

type Words = Text<typeof decisionText>;

const names = {
  root: "layerRoot",
  general: "layerGeneral",
  boundary: "layerBoundary",
  session: "layerSession",
  identity: "layerIdentity",
  resource: "layerResource",
  none: "layerNone",
} as const;

const purposes = {
  control: "aboutControl",
  general: "aboutGeneral",
  boundary: "aboutBoundary",
  session: "aboutSession",
  identity: "aboutIdentity",
  resource: "aboutResource",
} as const;

/** What a layer is called; a name that is not known stays as it is. */
export function layerName(text: Words, layer: string, level = 0): string {
  if (layer === "control") return level > 0 ? text("layerControlLevel", { level }) : text("layerControl");
  return isOf(names, layer) ? text(names[layer]) : layer;
}

/** What a layer is for, in a sentence. */
export function layerPurpose(text: Words, layer: string): string {
  return isOf(purposes, layer) ? text(purposes[layer]) : "";
}

function isOf<T extends object>(known: T, name: string): name is Extract<keyof T, string> {
  return Object.hasOwn(known, name);
}

/** A decision in a word, and how it is coloured. */
export function verdict(text: Words, effect: string): { title: string; kind: "success" | "error" | "info" } {
  if (effect === "allow") return { title: text("allowed"), kind: "success" };
  if (effect === "explicit_deny") return { title: text("explicitDeny"), kind: "error" };
  if (effect === "implicit_deny") return { title: text("implicitDeny"), kind: "error" };
  return { title: text("notAsked"), kind: "info" };
}
