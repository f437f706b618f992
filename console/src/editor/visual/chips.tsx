import { useText } from "@/i18n";
import { CloseIcon } from "@/ui";
import { editor } from "../messages";

export interface Chip {
  value: string;
  /** What it means, where the text alone does not say it. */
  title?: string;
  wrong?: boolean;
}

/** Texts of a list, each with a button that takes it out. */
export function Chips({ label, chips, onRemove }: { label: string; chips: readonly Chip[]; onRemove: (index: number) => void }) {
  const text = useText(editor);
  if (chips.length === 0) return null;
  return (
    <ul className="chips" aria-label={label}>
      {chips.map((chip, index) => (
        <li key={`${index} ${chip.value}`} className={chip.wrong ? "chip-wrong" : undefined} title={chip.title}>
          <code>{chip.value}</code>
          <button type="button" className="ui-iconbutton" aria-label={text("remove", { name: chip.value })} onClick={() => onRemove(index)}>
            <CloseIcon />
          </button>
        </li>
      ))}
    </ul>
  );
}
