import { useState, type ReactNode } from "react";
import { call, patiently, useAction } from "@/api";
import { useText } from "@/i18n";
import { Button, Checkbox, CloseIcon, DataTable, Empty, ErrorNotice, Link, SearchBox, Tag, toast, useDelayed, usePaging, type Column } from "@/ui";
import { Departments } from "./departments";
import { candidateOf, departmentsOf, most, type Candidate, type Member } from "./draft";
import { importText } from "./messages";
import "./import.css";

interface MembersProps {
  corpId: string;
  value: Candidate[];
  onChange: (candidates: Candidate[]) => void;
}

/** Departments, the members of the one that is open, and who was selected so far. */
export function ChooseMembers({ corpId, value, onChange }: MembersProps) {
  const [department, setDepartment] = useState<number>();
  const text = useText(importText);
  const choose = (candidates: Candidate[]) => {
    if (candidates.length > most) toast("info", text("mostReached"));
    onChange(candidates.slice(0, most));
  };
  return (
    <div className="import-choose">
      <section className="import-departments">
        <h3>{text("departments")}</h3>
        <Departments corpId={corpId} selected={department} onSelect={setDepartment} />
      </section>
      <section>
        {/* Another department is another list, which begins with its first page. */}
        <MemberTable key={department} corpId={corpId} department={department} value={value} onChange={choose} />
      </section>
      <Selected value={value} onChange={onChange} />
    </div>
  );
}

function MemberTable({ corpId, department, value, onChange }: MembersProps & { department: number | undefined }) {
  const text = useText(importText);
  const paging = usePaging(20);
  const [keyword, setKeyword] = useState("");
  const [below, setBelow] = useState(true);
  const asked = useDelayed(keyword.trim());
  const filter = asked ? { Keyword: asked } : department === undefined ? {} : { DepartmentId: department, Recursive: below };
  const query = useAction("hufu", "ListWeComMembers", { CorpId: corpId, Offset: paging.offset, Limit: paging.limit, ...filter }, { keep: true });
  const rows = query.data?.Members;
  const total = query.data?.TotalCount ?? 0;
  const columns = useColumns();
  // Members that are users already are ticked too, and stay so.
  const selected = new Set([...value.map((candidate) => candidate.userId), ...(rows ?? []).filter((member) => member.Uin !== 0).map((member) => member.UserId)]);
  const select = (next: ReadonlySet<string>) => {
    const kept = value.filter((candidate) => next.has(candidate.userId));
    const added = (rows ?? []).filter((member) => canSelect(member) && next.has(member.UserId) && !selected.has(member.UserId));
    onChange([...kept, ...added.map(candidateOf)]);
  };
  const first =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      paging.first();
    };
  return (
    <>
      <div className="ui-row">
        <SearchBox label={text("search")} value={keyword} onChange={first(setKeyword)} />
        {asked !== "" && <span className="ui-hint">{text("searched")}</span>}
        {asked === "" && department !== undefined && (
          <Checkbox checked={below} onChange={first(setBelow)}>
            {text("below")}
          </Checkbox>
        )}
        <SelectAll corpId={corpId} filter={filter} total={total} value={value} onChange={onChange} />
      </div>
      <DataTable
        plain
        label={text("members")}
        columns={columns}
        rows={rows}
        rowKey={(member) => member.UserId}
        rowName={(member) => member.Name || member.UserId}
        error={query.error}
        onRetry={() => void query.refetch()}
        paging={paging.of(total)}
        selection={{ selected, onChange: select, canSelect }}
        empty={<Empty title={text("noMembers")}>{!asked && text("noMembersText")}</Empty>}
      />
    </>
  );
}

function canSelect(member: Member): boolean {
  return member.Uin === 0 && member.Status !== "Left";
}

const statuses: Record<string, { name: keyof typeof importText; kind: "success" | "warning" | "error" }> = {
  Active: { name: "statusActive", kind: "success" },
  Disabled: { name: "statusDisabled", kind: "error" },
  NotActivated: { name: "statusNotActivated", kind: "warning" },
  Left: { name: "statusLeft", kind: "error" },
};

function useColumns(): Column<Member>[] {
  const text = useText(importText);
  return [
    {
      key: "name",
      title: text("memberName"),
      width: 130,
      render: (member) => (
        <>
          {member.Name || member.UserId}
          {member.Name !== member.UserId && <span className="ui-hint">{member.UserId}</span>}
        </>
      ),
    },
    {
      key: "department",
      title: text("departments"),
      width: 130,
      render: (member): ReactNode => (
        <>
          {departmentsOf(member)}
          {member.Position && <span className="ui-hint">{member.Position}</span>}
        </>
      ),
    },
    {
      key: "status",
      title: text("status"),
      width: 110,
      render: (member) => {
        if (member.Uin !== 0) {
          return (
            <Link to={`/users/${member.Uin}`} label={text("viewUser", { name: member.Name || member.UserId })}>
              {text("importedAs")}
            </Link>
          );
        }
        const status = statuses[member.Status];
        return <Tag kind={status?.kind ?? "default"}>{status ? text(status.name) : member.Status}</Tag>;
      },
    },
  ];
}

interface SelectAllProps extends MembersProps {
  filter: object;
  total: number;
}

/** Selects everybody whom the list has, on its other pages too, as far as the limit goes. */
function SelectAll({ corpId, filter, total, value, onChange }: SelectAllProps) {
  const text = useText(importText);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const select = async () => {
    setBusy(true);
    setError(undefined);
    try {
      onChange(await withAll(corpId, filter, value));
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button size="small" busy={busy} disabled={total === 0 || value.length >= most} onClick={() => void select()}>
        {text("selectDepartment", { count: total })}
      </Button>
      <ErrorNotice error={error} />
    </>
  );
}

async function withAll(corpId: string, filter: object, value: readonly Candidate[]): Promise<Candidate[]> {
  const all = [...value];
  const chosen = new Set(all.map((candidate) => candidate.userId));
  for (let offset = 0; all.length <= most; offset += 200) {
    const { Members } = await patiently(() => call("hufu", "ListWeComMembers", { CorpId: corpId, Offset: offset, Limit: 200, ...filter }));
    all.push(...Members.filter((member) => canSelect(member) && !chosen.has(member.UserId)).map(candidateOf));
    if (Members.length < 200) break;
  }
  return all;
}

function Selected({ value, onChange }: Omit<MembersProps, "corpId">) {
  const text = useText(importText);
  return (
    <section className="import-selected" aria-live="polite">
      <div className="ui-row ui-row-between">
        <h3>{text("selected")}</h3>
        {value.length > 0 && (
          <Button kind="text" size="small" onClick={() => onChange([])}>
            {text("clearAll")}
          </Button>
        )}
      </div>
      <p className="ui-hint">{value.length === 0 ? text("nobodySelected") : text("selectedOf", { count: value.length })}</p>
      <ul>
        {value.map((candidate) => (
          <li key={candidate.userId}>
            <span>
              {candidate.member}
              {candidate.member !== candidate.userId && <span className="ui-hint">{candidate.userId}</span>}
            </span>
            <Button
              kind="text"
              size="small"
              icon={<CloseIcon />}
              label={text("deselect", { name: candidate.member })}
              onClick={() => onChange(value.filter((other) => other.userId !== candidate.userId))}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
