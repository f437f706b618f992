import { useState } from "react";
import type { RoleTags } from "@/api/cam.gen";
import { useText } from "@/i18n";
import { Button, CloseIcon } from "@/ui";
import { roles } from "./messages";
import "./roles.css";

interface TagsProps {
  tags: readonly RoleTags[];
  onSet: (tag: RoleTags) => void;
  onRemove: (key: string) => void;
  busy?: boolean;
}

/** Tags, which are set one by one: an equal key gets the new value. */
export function TagsEditor({ tags, onSet, onRemove, busy = false }: TagsProps) {
  const text = useText(roles);
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const add = () => {
    if (!key.trim()) return;
    onSet({ Key: key.trim(), Value: value.trim() });
    setKey("");
    setValue("");
  };
  return (
    <div className="ui-stack">
      {tags.length === 0 && <p className="ui-hint">{text("noTags")}</p>}
      <ul className="role-tags" aria-label={text("tags")}>
        {tags.map((tag) => (
          <li key={tag.Key}>
            <code>
              {tag.Key}: {tag.Value}
            </code>
            <button type="button" className="ui-iconbutton" aria-label={text("removeTag", { key: tag.Key })} disabled={busy} onClick={() => onRemove(tag.Key)}>
              <CloseIcon />
            </button>
          </li>
        ))}
      </ul>
      <div className="ui-row" role="group" aria-label={text("addTag")}>
        <input className="ui-input" aria-label={text("tagKey")} placeholder={text("tagKey")} value={key} onChange={(event) => setKey(event.target.value)} />
        <input className="ui-input" aria-label={text("tagValue")} placeholder={text("tagValue")} value={value} onChange={(event) => setValue(event.target.value)} />
        <Button onClick={add} busy={busy} disabled={key.trim() === ""}>
          {text("addTag")}
        </Button>
      </div>
    </div>
  );
}

/** Tags with one more, in place of one with an equal key. */
export function withTag(tags: readonly RoleTags[], tag: RoleTags): RoleTags[] {
  return [...tags.filter((other) => other.Key !== tag.Key), tag];
}
