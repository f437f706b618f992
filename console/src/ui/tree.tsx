import { useState, type ReactNode } from "react";
import { common, useText } from "@/i18n";
import { ChevronDownIcon, ChevronRightIcon } from "./icons";

export interface TreeNode {
  key: string;
  label: string;
  /** How many things are in it. */
  count?: number;
  hasChildren: boolean;
}

interface TreeProps {
  label: string;
  nodes: readonly TreeNode[];
  selected: string | undefined;
  onSelect: (key: string) => void;
  /** Draws what is below a node that was opened: another TreeLevel, once it is known. */
  renderChildren: (node: TreeNode) => ReactNode;
}

/** A tree that is read level by level, such as departments. */
export function Tree(props: TreeProps) {
  return (
    <nav aria-label={props.label} className="ui-tree">
      <TreeLevel {...props} />
    </nav>
  );
}

export function TreeLevel({ nodes, selected, onSelect, renderChildren }: Omit<TreeProps, "label">) {
  const text = useText(common);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const flip = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  return (
    <ul>
      {nodes.map((node) => {
        const shown = open.has(node.key);
        return (
          <li key={node.key}>
            <div className={node.key === selected ? "ui-tree-row ui-tree-selected" : "ui-tree-row"}>
              {node.hasChildren ? (
                <button type="button" className="ui-iconbutton" aria-expanded={shown} aria-label={`${text(shown ? "hide" : "show")} ${node.label}`} onClick={() => flip(node.key)}>
                  {shown ? <ChevronDownIcon /> : <ChevronRightIcon />}
                </button>
              ) : (
                <span className="ui-tree-space" />
              )}
              <button type="button" className="ui-tree-label" aria-current={node.key === selected ? "true" : undefined} onClick={() => onSelect(node.key)}>
                {node.label}
                {node.count !== undefined && <span className="ui-tree-count">{node.count}</span>}
              </button>
            </div>
            {node.hasChildren && shown && renderChildren(node)}
          </li>
        );
      })}
    </ul>
  );
}
