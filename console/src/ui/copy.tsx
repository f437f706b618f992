import { useId, useRef, useState, type ReactNode } from "react";
import { common, useText } from "@/i18n";
import { Button } from "./button";
import { CheckIcon, CopyIcon, DownloadIcon } from "./icons";
import { toast } from "./toast";

/** Copies a value. label says what is copied, for screen readers; a caption stands on the button. */
export function CopyButton({ value, label, caption }: { value: string; label?: string; caption?: ReactNode }) {
  const text = useText(common);
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const copy = async () => {
    try {
      await copyText(value);
      setCopied(true);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setCopied(false), 2000);
      toast("success", text("copied"));
    } catch {
      toast("error", text("copyFailed"));
    }
  };
  return (
    <Button size="small" kind="text" icon={copied ? <CheckIcon /> : <CopyIcon />} label={label ?? (caption ? undefined : text("copy"))} onClick={() => void copy()}>
      {caption}
    </Button>
  );
}

// Browsers have navigator.clipboard behind TLS and on loopback only; hufu is also looked at over plain HTTP in closed networks.
async function copyText(value: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(value);
  const area = document.createElement("textarea");
  area.value = value;
  area.className = "ui-offscreen";
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("copy refused");
}

/** A value in fixed-width letters that is there to be copied. */
export function CopyText({ value, label }: { value: string; label?: string }) {
  return (
    <span className="ui-copytext">
      <code>{value}</code>
      <CopyButton value={value} {...(label ? { label } : {})} />
    </span>
  );
}

/** Hands a file to the browser, whose content was never anywhere else. */
export function download(name: string, content: string, type = "text/csv;charset=utf-8"): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/**
 * Rows as CSV. A cell that a spreadsheet would take for a formula gets an apostrophe before it, since names in it were chosen by others.
 */
export function csv(rows: readonly (readonly string[])[]): string {
  const cell = (value: string) => {
    const inert = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\n\r]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
  };
  // The mark at the beginning makes spreadsheets read it as UTF-8.
  return "\uFEFF" + rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

/** Secrets that are shown this once: each can be copied, all can be downloaded. */
export function Secret({ items, file }: { items: readonly { name: string; value: string }[]; file: string }) {
  const text = useText(common);
  const id = useId();
  const save = () => download(file, csv([items.map((item) => item.name), items.map((item) => item.value)]));
  return (
    <div className="ui-secret" role="group" aria-labelledby={id}>
      <p id={id} className="ui-secret-note">
        {text("onlyOnce")}
      </p>
      <dl className="ui-keyvalue">
        {items.map((item) => (
          <div key={item.name}>
            <dt>{item.name}</dt>
            <dd>
              <CopyText value={item.value} label={`${text("copy")} ${item.name}`} />
            </dd>
          </div>
        ))}
      </dl>
      <Button icon={<DownloadIcon />} onClick={save}>
        {text("downloadCsv")}
      </Button>
    </div>
  );
}
