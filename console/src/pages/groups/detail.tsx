import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { useAction } from "@/api";
import type { GetGroupResponse } from "@/api/cam.gen";
import { common, useText } from "@/i18n";
import { Button, Card, DeleteIcon, EditIcon, KeyValue, Loaded, Page, Tabs, Time, useTabInAddress } from "@/ui";
import { DeleteGroup, GroupForm } from "./forms";
import { Members } from "./members";
import { groups } from "./messages";
import { GroupPolicies } from "./policies";

/** One user group: its members and its policies. */
export default function GroupDetail() {
  const words = useText(common);
  const id = Number(useParams().id ?? "");
  const query = useAction("cam", "GetGroup", { GroupId: id });
  const crumbs = [{ label: words("groups"), to: "/groups" }];
  if (query.data) return <Group group={query.data} crumbs={crumbs} />;
  return (
    <Page title={words("group")} crumbs={crumbs}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  );
}

function Group({ group, crumbs }: { group: GetGroupResponse; crumbs: { label: string; to: string }[] }) {
  const text = useText(groups);
  const words = useText(common);
  const navigate = useNavigate();
  const [tab, setTab] = useTabInAddress("members");
  const [doing, setDoing] = useState<"edit" | "delete">();
  const close = () => setDoing(undefined);
  return (
    <Page
      title={group.GroupName}
      crumbs={crumbs}
      actions={
        <>
          <Button icon={<EditIcon />} onClick={() => setDoing("edit")}>
            {text("editGroup")}
          </Button>
          <Button icon={<DeleteIcon />} onClick={() => setDoing("delete")}>
            {words("delete")}
          </Button>
        </>
      }
    >
      <Card>
        <KeyValue
          items={[
            { name: text("groupId"), value: group.GroupId },
            { name: text("memberCount"), value: group.GroupNum },
            { name: words("remark"), value: group.Remark },
            { name: words("createTime"), value: <Time text={group.CreateTime} /> },
          ]}
        />
      </Card>
      <Card>
        <Tabs
          label={text("views")}
          value={tab}
          onChange={setTab}
          tabs={[
            { key: "members", label: text("members"), content: <Members id={group.GroupId} name={group.GroupName} /> },
            { key: "policies", label: text("policies"), content: <GroupPolicies id={group.GroupId} name={group.GroupName} /> },
          ]}
        />
      </Card>
      {doing === "edit" && <GroupForm group={group} onClose={close} />}
      {doing === "delete" && <DeleteGroup group={group} onClose={close} onDeleted={() => void navigate("/groups", { replace: true })} />}
    </Page>
  );
}
