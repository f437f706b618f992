import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { useAction } from "@/api";
import { common, useText } from "@/i18n";
import { Alert, Button, Card, DeleteIcon, EditIcon, Empty, KeyValue, LinkButton, Loaded, Page, Status, Tabs, Time, useTabInAddress } from "@/ui";
import { Activity } from "./activity";
import { AllowedActions } from "./allowed";
import { Boundary } from "./boundary";
import { AddToGroups, AttachPolicies, DeleteUsers } from "./bulk";
import { EditProfile } from "./edit";
import { Keys } from "./keys";
import { detailText, usersText } from "./messages";
import { Permissions } from "./permissions";
import { Security } from "./security";
import { isWeCom, useCause, UserState, useTypeName, type User } from "./user";
import { UserGroups } from "./user-groups";

/** One sub-user: who it is, what it may do, how it signs in, and what it did. */
export default function UserDetail() {
  const words = useText(common);
  const text = useText(detailText);
  const uin = useParams().uin ?? "";
  // hufu finds a user by the whole uin among others whose name has these digits.
  const query = useAction("hufu", "SearchUsers", { Keyword: uin, Limit: 200 });
  const user = query.data?.Users.find((found) => String(found.Uin) === uin);
  const crumbs = [{ label: words("users"), to: "/users" }];
  if (user) return <Detail key={user.Uin} user={user} crumbs={crumbs} />;
  return (
    <Page title={query.data ? text("notFound") : words("user")} crumbs={crumbs}>
      <Loaded query={query}>
        {() => (
          <Card>
            <Empty title={text("notFound")} action={<LinkButton to="/users">{text("toUsers")}</LinkButton>}>
              {text("notFoundText")}
            </Empty>
          </Card>
        )}
      </Loaded>
    </Page>
  );
}

type Doing = "edit" | "groups" | "policies" | "delete";

function Detail({ user, crumbs }: { user: User; crumbs: { label: string; to: string }[] }) {
  const text = useText(usersText);
  const words = useText(common);
  const details = useText(detailText);
  const navigate = useNavigate();
  const [doing, setDoing] = useState<Doing>();
  const close = () => setDoing(undefined);
  const cause = useCause(user);
  return (
    <Page
      title={user.Name}
      crumbs={crumbs}
      actions={
        <>
          <Button kind="primary" onClick={() => setDoing("policies")}>
            {text("authorize")}
          </Button>
          <Button onClick={() => setDoing("groups")}>{text("addToGroup")}</Button>
          <Button icon={<EditIcon />} onClick={() => setDoing("edit")}>
            {details("editProfile")}
          </Button>
          <Button icon={<DeleteIcon />} onClick={() => setDoing("delete")}>
            {words("delete")}
          </Button>
        </>
      }
    >
      {cause && <Alert kind="warning">{cause}</Alert>}
      <Facts user={user} />
      <Card>
        <Views user={user} />
      </Card>
      {doing === "edit" && <EditProfile user={user} onClose={close} />}
      {doing === "groups" && <AddToGroups users={[user]} onClose={close} onDone={close} />}
      {doing === "policies" && <AttachPolicies users={[user]} onClose={close} onDone={close} />}
      {doing === "delete" && <DeleteUsers users={[user]} onClose={close} onDone={() => void navigate("/users", { replace: true })} />}
    </Page>
  );
}

function Facts({ user }: { user: User }) {
  const text = useText(usersText);
  const words = useText(common);
  const typeName = useTypeName();
  const phone = user.PhoneNum && user.CountryCode ? `+${user.CountryCode.replace(/^\+/, "")} ${user.PhoneNum}` : user.PhoneNum;
  return (
    <Card>
      <KeyValue
        items={[
          { name: text("uin"), value: String(user.Uin) },
          { name: text("uid"), value: String(user.Uid) },
          { name: words("type"), value: typeName(user.UserType) },
          { name: words("state"), value: <UserState user={user} /> },
          ...(isWeCom(user)
            ? [
                { name: text("corp"), value: <CorpName id={user.CorpId} /> },
                { name: text("userid"), value: user.WeComUserId },
              ]
            : []),
          { name: words("remark"), value: user.Remark },
          { name: text("phone"), value: phone },
          { name: text("email"), value: user.Email },
          { name: text("console"), value: <Status kind={user.ConsoleLogin ? "success" : "default"}>{text(user.ConsoleLogin ? "consoleOn" : "consoleOff")}</Status> },
          { name: text("lastLogin"), value: <LastLogin user={user} /> },
          { name: words("createTime"), value: <Time seconds={user.CreateTime} /> },
        ]}
      />
    </Card>
  );
}

/** The name of an enterprise, for who may see it. */
function CorpName({ id }: { id: string }) {
  const { data } = useAction("hufu", "ListWeComCorps", {});
  const name = data?.Corps.find((corp) => corp.CorpId === id)?.Name;
  return <>{name ? `${name} (${id})` : id}</>;
}

function LastLogin({ user }: { user: User }) {
  return (
    <>
      <Time seconds={user.LastLoginTime} />
      {user.LastLoginIp && ` (${user.LastLoginIp})`}
    </>
  );
}

function Views({ user }: { user: User }) {
  const text = useText(detailText);
  const [tab, setTab] = useTabInAddress("permissions");
  return (
    <Tabs
      label={text("views")}
      value={tab}
      onChange={setTab}
      tabs={[
        { key: "permissions", label: text("permissionsTab"), content: <Permissions user={user} /> },
        { key: "groups", label: text("groupsTab"), content: <UserGroups user={user} /> },
        { key: "keys", label: text("keysTab"), content: <Keys user={user} /> },
        { key: "security", label: text("securityTab"), content: <Security user={user} /> },
        { key: "boundary", label: text("boundaryTab"), content: <Boundary user={user} /> },
        { key: "activity", label: text("activityTab"), content: <Activity user={user} /> },
        { key: "allowed", label: text("allowedTab"), content: <AllowedActions user={user} /> },
      ]}
    />
  );
}
