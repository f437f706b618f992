import { useId, useState } from "react";
import { useText } from "@/i18n";
import { Button } from "@/ui";
import { editor } from "../messages";

interface LineProps {
  label: string;
  hint?: string;
  /** What is wrong with a text, or nothing. */
  check?: (text: string) => string | undefined;
  onAdd: (text: string) => void;
  suggestions?: readonly string[];
}

/** One line to type and add. Enter adds. */
export function Line({ label, hint, check, onAdd, suggestions }: LineProps) {
  const text = useText(editor);
  const id = useId();
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string>();
  const add = () => {
    const value = typed.trim();
    if (!value) return;
    const problem = check?.(value);
    setWrong(problem);
    if (problem) return;
    setTyped("");
    onAdd(value);
  };
  return (
    <div>
      <div className="inline-form">
        <input
          className="ui-input"
          aria-label={label}
          aria-describedby={`${id}-note`}
          aria-invalid={wrong ? true : undefined}
          placeholder={label}
          value={typed}
          list={suggestions ? `${id}-list` : undefined}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setTyped(event.target.value);
            setWrong(undefined);
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
            event.preventDefault();
            add();
          }}
        />
        <Button onClick={add} disabled={typed.trim() === ""} label={`${text("add")}: ${label}`}>
          {text("add")}
        </Button>
      </div>
      {suggestions && (
        <datalist id={`${id}-list`}>
          {suggestions.map((suggestion) => (
            <option key={suggestion} value={suggestion} />
          ))}
        </datalist>
      )}
      <div id={`${id}-note`}>
        {wrong ? (
          <span className="ui-wrong" role="alert">
            {wrong}
          </span>
        ) : (
          hint && <span className="ui-hint">{hint}</span>
        )}
      </div>
    </div>
  );
}
