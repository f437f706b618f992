import { useId, useRef, type KeyboardEvent, type ReactNode } from "react";
import { useSearchParams } from "react-router";

export interface TabEntry {
  key: string;
  label: string;
  /** Of the open tab alone it is drawn. */
  content: ReactNode;
}

interface TabsProps {
  label: string;
  tabs: readonly TabEntry[];
  value: string;
  onChange: (key: string) => void;
}

/** Views of one thing. Arrow keys go from tab to tab. */
export function Tabs({ label, tabs, value, onChange }: TabsProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const open = tabs.find((tab) => tab.key === value) ?? tabs[0];
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.key === open?.key);
    const steps: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = (step + tabs.length) % tabs.length;
    const tab = tabs[next];
    if (tab) onChange(tab.key);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[next]?.focus();
  };
  return (
    <div className="ui-tabs">
      <div role="tablist" aria-label={label} className="ui-tablist" ref={list} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.key}
            type="button"
            role="tab"
            id={`${id}-${tab.key}`}
            aria-selected={tab.key === open?.key}
            aria-controls={tab.key === open?.key ? `${id}-panel` : undefined}
            tabIndex={tab.key === open?.key ? 0 : -1}
            onClick={() => onChange(tab.key)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      {open && (
        <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${open.key}`} className="ui-tabpanel">
          {open.content}
        </div>
      )}
    </div>
  );
}

/** Which tab is open is in the address (?tab=), so that it survives a reload and can be linked to. */
export function useTabInAddress(first: string): [string, (key: string) => void] {
  const [params, setParams] = useSearchParams();
  return [params.get("tab") ?? first, (key) => setParams(key === first ? {} : { tab: key }, { replace: true })];
}
