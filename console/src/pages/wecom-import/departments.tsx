import { useAction } from "@/api";
import { useText } from "@/i18n";
import { ErrorNotice, Skeleton, Tree, TreeLevel, type TreeNode } from "@/ui";
import { importText } from "./messages";

interface DepartmentsProps {
  corpId: string;
  /** Undefined for everybody. */
  selected: number | undefined;
  onSelect: (departmentId: number | undefined) => void;
}

const everybody = "everybody";

/** The departments of the visible range, each level read when it is opened. */
export function Departments({ corpId, selected, onSelect }: DepartmentsProps) {
  const text = useText(importText);
  const top = useLevel(corpId, 0);
  const choose = (key: string) => onSelect(key === everybody ? undefined : Number(key));
  const chosen = selected === undefined ? everybody : String(selected);
  if (top.error && !top.nodes) return <ErrorNotice error={top.error} onRetry={top.retry} />;
  if (!top.nodes) return <Skeleton lines={6} />;
  const nodes: TreeNode[] = [{ key: everybody, label: text("everybody"), hasChildren: false }, ...top.nodes];
  return (
    <Tree
      label={text("departments")}
      nodes={nodes}
      selected={chosen}
      onSelect={choose}
      renderChildren={(node) => <Level corpId={corpId} parentId={Number(node.key)} selected={chosen} onSelect={choose} />}
    />
  );
}

function Level({ corpId, parentId, selected, onSelect }: { corpId: string; parentId: number; selected: string; onSelect: (key: string) => void }) {
  const level = useLevel(corpId, parentId);
  if (level.error && !level.nodes) return <ErrorNotice error={level.error} onRetry={level.retry} />;
  if (!level.nodes) return <Skeleton lines={2} />;
  return (
    <TreeLevel
      nodes={level.nodes}
      selected={selected}
      onSelect={onSelect}
      renderChildren={(node) => <Level corpId={corpId} parentId={Number(node.key)} selected={selected} onSelect={onSelect} />}
    />
  );
}

function useLevel(corpId: string, parentId: number) {
  const query = useAction("hufu", "ListWeComDepartments", { CorpId: corpId, ParentId: parentId });
  const nodes = query.data?.Departments.map(
    (department): TreeNode => ({
      key: String(department.DepartmentId),
      label: department.Name || String(department.DepartmentId),
      count: department.Members,
      hasChildren: department.HasChildren,
    }),
  );
  return { nodes, error: query.error, retry: () => void query.refetch() };
}
