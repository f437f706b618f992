import { useState } from "react";
import { useAction, useChange } from "@/api";
import { common, useText } from "@/i18n";
import { Button, Code, ConfirmDanger, Empty, FormDialog, KeyValue, Link, Loaded, Row, toast } from "@/ui";
import { PolicyPicker, type PickedPolicy } from "@/pickers";
import { detailText } from "./messages";
import type { User } from "./user";

/** The boundary of a user: the most that it may do. */
export function Boundary({ user }: { user: User }) {
  const text = useText(detailText);
  const words = useText(common);
  const [doing, setDoing] = useState<"set" | "remove">();
  const boundary = useAction("cam", "GetUserPermissionBoundary", { TargetUin: user.Uin });
  const close = () => setDoing(undefined);
  return (
    <Loaded query={boundary}>
      {({ PolicyId, PolicyName, PolicyDocument, PolicyType }) => (
        <>
          <p className="ui-page-description">{text("boundaryText")}</p>
          {PolicyId === null ? (
            <Empty
              title={text("noBoundary")}
              action={
                <Button kind="primary" onClick={() => setDoing("set")}>
                  {text("setBoundary")}
                </Button>
              }
            />
          ) : (
            <>
              <KeyValue
                items={[
                  { name: words("policy"), value: <Link to={`/policies/${PolicyId}`}>{PolicyName}</Link> },
                  { name: words("type"), value: words(PolicyType === 2 ? "presetPolicy" : "customPolicy") },
                ]}
              />
              <Row>
                <Button onClick={() => setDoing("set")}>{text("replaceBoundary")}</Button>
                <Button onClick={() => setDoing("remove")}>{words("remove")}</Button>
              </Row>
              <h3>{text("document")}</h3>
              <Code>{indented(PolicyDocument ?? "")}</Code>
            </>
          )}
          {doing === "set" && <SetBoundary user={user} onClose={close} />}
          {doing === "remove" && <RemoveBoundary user={user} onClose={close} />}
        </>
      )}
    </Loaded>
  );
}

function indented(document: string): string {
  try {
    return JSON.stringify(JSON.parse(document), null, 2);
  } catch {
    return document;
  }
}

function SetBoundary({ user, onClose }: { user: User; onClose: () => void }) {
  const text = useText(detailText);
  const words = useText(common);
  const [chosen, setChosen] = useState<PickedPolicy[]>([]);
  const put = useChange("cam", "PutUserPermissionsBoundary", {
    onSuccess: () => {
      toast("success", text("boundarySet"));
      onClose();
    },
  });
  const policy = chosen[0];
  return (
    <FormDialog
      open
      width="wide"
      title={text("boundaryTitle", { name: user.Name })}
      submit={words("confirm")}
      onClose={onClose}
      onSubmit={() => policy && put.mutate({ TargetUin: user.Uin, PolicyId: policy.policyId })}
      busy={put.isPending}
      error={put.error}
      disabled={!policy}
    >
      <PolicyPicker label={text("choosePolicy")} value={chosen} onChange={setChosen} most={1} />
    </FormDialog>
  );
}

function RemoveBoundary({ user, onClose }: { user: User; onClose: () => void }) {
  const text = useText(detailText);
  const words = useText(common);
  const remove = useChange("cam", "DeleteUserPermissionsBoundary", {
    onSuccess: () => {
      toast("success", text("boundaryRemoved"));
      onClose();
    },
  });
  return (
    <ConfirmDanger
      open
      title={text("removeBoundaryTitle")}
      confirm={words("remove")}
      onClose={onClose}
      onConfirm={() => remove.mutate({ TargetUin: user.Uin })}
      busy={remove.isPending}
      error={remove.error}
    >
      {text("removeBoundaryText", { name: user.Name })}
    </ConfirmDanger>
  );
}
