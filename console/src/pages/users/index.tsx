import { useRef, useState, type ReactNode } from "react";
import { useNavigate } from "react-router";
import { useAction } from "@/api";
import { common, useText } from "@/i18n";
import { AddIcon, Button, DataTable, Empty, Link, LinkButton, Menu, MenuItem, Page, Row, SearchBox, Select, Status, Time, useDelayed, usePaging, type Column } from "@/ui";
import { AddToGroups, AttachPolicies, DeleteUsers } from "./bulk";
import { usersText } from "./messages";
import { isWeCom, states, typeNames, useTypeName, UserState, type StateName, type User, type UserType } from "./user";

type Doing = "groups" | "policies" | "delete";
type Sort = "CreateTime" | "Name" | "LastLoginTime";

const dialogs = { groups: AddToGroups, policies: AttachPolicies, delete: DeleteUsers };

export default function Users() {
  const text = useText(usersText);
  const filters = useFilters();
  const { query, filtered } = useUsers(filters);
  const { sort, paging } = filters;
  const { selected, select, users } = useSelectedUsers(query.data?.Users);
  const [doing, setDoing] = useState<{ what: Doing; users: readonly User[] }>();
  const start = (what: Doing, whom: readonly User[]) => setDoing({ what, users: whom });
  const columns = useColumns(start);
  const create = (
    <LinkButton to="/users/create" kind="primary" icon={<AddIcon />}>
      {text("create")}
    </LinkButton>
  );
  const Open = doing && dialogs[doing.what];
  return (
    <Page title={text("title")} description={text("intro")} actions={create}>
      <DataTable
        label={text("title")}
        name="users"
        columns={columns}
        rows={query.data?.Users}
        rowKey={(user) => String(user.Uin)}
        rowName={(user) => user.Name}
        error={query.error}
        onRetry={() => void query.refetch()}
        paging={paging.of(query.data?.TotalCount ?? 0)}
        sort={{ by: sort, onChange: (by) => filters.setSort(by as Sort) }}
        selection={{ selected, onChange: select }}
        bulk={<Bulk start={(what) => start(what, users())} />}
        toolbar={<Filters {...filters} />}
        empty={
          filtered ? (
            <Empty title={text("noneFits")} />
          ) : (
            <Empty title={text("none")} action={create}>
              {text("noneText")}
            </Empty>
          )
        }
      />
      {doing && Open && (
        <Open
          users={doing.users}
          onClose={() => setDoing(undefined)}
          onDone={() => {
            setDoing(undefined);
            select(new Set());
          }}
        />
      )}
    </Page>
  );
}

/** The users that the filters ask for, and whether they ask for some only. */
function useUsers({ keyword, type, state, sort, paging }: ReturnType<typeof useFilters>) {
  const asked = useDelayed(keyword.trim());
  const query = useAction(
    "hufu",
    "SearchUsers",
    {
      Offset: paging.offset,
      Limit: paging.limit,
      Sort: sort,
      ...(asked ? { Keyword: asked } : {}),
      ...(type ? { UserType: type } : {}),
      ...(state ? { State: state } : {}),
    },
    { keep: true },
  );
  return { query, filtered: asked !== "" || type !== "" || state !== "" };
}

/** What can be done to all users that are selected. */
function Bulk({ start }: { start: (what: Doing) => void }) {
  const text = useText(usersText);
  const words = useText(common);
  return (
    <>
      <Button size="small" onClick={() => start("policies")}>
        {text("authorize")}
      </Button>
      <Button size="small" onClick={() => start("groups")}>
        {text("addToGroup")}
      </Button>
      <Button size="small" onClick={() => start("delete")}>
        {words("delete")}
      </Button>
    </>
  );
}

function useFilters() {
  const paging = usePaging(20);
  const [keyword, setKeyword] = useState("");
  const [type, setType] = useState<UserType | "">("");
  const [state, setState] = useState<StateName | "">("");
  const [sort, setSort] = useState<Sort>("CreateTime");
  // Another filter makes another list, which begins with its first page.
  const first =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      paging.first();
    };
  return { paging, keyword, type, state, sort, setKeyword: first(setKeyword), setType: first(setType), setState: first(setState), setSort: first(setSort) };
}

function Filters({ keyword, setKeyword, type, setType, state, setState }: ReturnType<typeof useFilters>) {
  const text = useText(usersText);
  const words = useText(common);
  return (
    <>
      <SearchBox label={text("search")} value={keyword} onChange={setKeyword} />
      <Select<UserType | "">
        label={words("type")}
        value={type}
        onChange={setType}
        options={[
          { value: "", label: text("allTypes") },
          ...(Object.keys(typeNames) as UserType[]).map((value) => ({ value, label: words(typeNames[value]) })),
        ]}
      />
      <Select<StateName | "">
        label={words("state")}
        value={state}
        onChange={setState}
        options={[
          { value: "", label: text("allStates") },
          ...(Object.keys(states) as StateName[]).map((value) => ({ value, label: text(states[value].name) })),
        ]}
      />
    </>
  );
}

/** The users that are selected, on other pages of the list too. */
function useSelectedUsers(rows: readonly User[] | undefined) {
  const [selected, select] = useState<ReadonlySet<string>>(new Set());
  const seen = useRef(new Map<string, User>());
  for (const user of rows ?? []) seen.current.set(String(user.Uin), user);
  const users = () => [...selected].flatMap((uin) => seen.current.get(uin) ?? []);
  return { selected, select, users };
}

function useColumns(start: (what: Doing, users: readonly User[]) => void): Column<User>[] {
  const text = useText(usersText);
  const words = useText(common);
  const typeName = useTypeName();
  return [
    { key: "name", title: words("name"), width: 150, sort: "Name", render: (user) => <UserName user={user} /> },
    { key: "type", title: words("type"), width: 96, optional: true, render: (user) => typeName(user.UserType) },
    { key: "state", title: words("state"), width: 116, render: (user) => <UserState user={user} /> },
    { key: "uin", title: text("uin"), width: 120, optional: true, hidden: true, render: (user) => String(user.Uin) },
    { key: "contact", title: text("contact"), width: 150, optional: true, hidden: true, render: (user) => <Contact user={user} /> },
    { key: "console", title: text("console"), optional: true, hidden: true, render: (user) => text(user.ConsoleLogin ? "consoleOn" : "consoleOff") },
    { key: "mfa", title: text("mfa"), width: 72, optional: true, render: (user) => <Status kind={user.Mfa ? "success" : "default"}>{words(user.Mfa ? "yes" : "no")}</Status> },
    { key: "keys", title: text("keys"), optional: true, render: (user) => (user.Keys === 0 ? words("none") : text("keysOf", { active: user.ActiveKeys, all: user.Keys })) },
    { key: "groups", title: text("groups"), width: 72, align: "right", optional: true, render: (user) => user.Groups },
    { key: "policies", title: text("policies"), align: "right", optional: true, hidden: true, render: (user) => user.Policies },
    { key: "lastLogin", title: text("lastLogin"), width: 156, optional: true, sort: "LastLoginTime", render: (user) => <Time seconds={user.LastLoginTime} /> },
    { key: "created", title: words("createTime"), width: 160, optional: true, hidden: true, sort: "CreateTime", render: (user) => <Time seconds={user.CreateTime} /> },
    { key: "operation", title: words("operation"), width: 150, render: (user) => <Operations user={user} start={start} /> },
  ];
}

function UserName({ user }: { user: User }): ReactNode {
  return (
    <>
      <Link to={`/users/${user.Uin}`}>{user.Name}</Link>
      {user.Remark && <span className="ui-hint">{user.Remark}</span>}
      {isWeCom(user) && user.WeComUserId !== user.Name && <span className="ui-hint">{user.WeComUserId}</span>}
    </>
  );
}

function Contact({ user }: { user: User }) {
  const phone = user.PhoneNum && (user.CountryCode ? `+${user.CountryCode.replace(/^\+/, "")} ${user.PhoneNum}` : user.PhoneNum);
  if (!phone && !user.Email) return "-";
  return (
    <>
      {phone && <div>{phone}</div>}
      {user.Email && <div>{user.Email}</div>}
    </>
  );
}

function Operations({ user, start }: { user: User; start: (what: Doing, users: readonly User[]) => void }) {
  const text = useText(usersText);
  const words = useText(common);
  const navigate = useNavigate();
  return (
    <Row>
      <Button kind="text" size="small" label={`${text("authorize")} ${user.Name}`} onClick={() => start("policies", [user])}>
        {text("authorize")}
      </Button>
      <Menu plain label={text("moreFor", { name: user.Name })} caption={text("more")} align="right">
        <MenuItem onClick={() => start("groups", [user])}>{text("addToGroup")}</MenuItem>
        <MenuItem onClick={() => void navigate(`/users/${user.Uin}?tab=keys`)}>{text("keys")}</MenuItem>
        <MenuItem onClick={() => void navigate(`/users/${user.Uin}?tab=security`)}>{text("console")}</MenuItem>
        <MenuItem danger onClick={() => start("delete", [user])}>
          {words("delete")}
        </MenuItem>
      </Menu>
    </Row>
  );
}
