import { useState } from "react";
import { useChange } from "@/api";
import { common, useText } from "@/i18n";
import { FormDialog, KeyValue, TextField, toast } from "@/ui";
import { checkContact, contactOf } from "../create-user/rows";
import { createText } from "../create-user/messages";
import { detailText, usersText } from "./messages";
import type { User } from "./user";

/** Changes what is noted about a user. */
export function EditProfile({ user, onClose }: { user: User; onClose: () => void }) {
  const text = useText(detailText);
  const labels = useText(usersText);
  const sentences = useText(createText);
  const words = useText(common);
  const [row, setRow] = useState({ remark: user.Remark, phone: user.PhoneNum, country: user.CountryCode || "86", email: user.Email });
  const problems = checkContact(row);
  const change = useChange("cam", "UpdateUser", {
    onSuccess: () => {
      toast("success", words("saved"));
      onClose();
    },
  });
  const field = (name: keyof typeof row, label: string) => {
    const problem = problems[name];
    return <TextField label={label} value={row[name]} onChange={(value) => setRow({ ...row, [name]: value })} error={problem ? sentences(problem) : undefined} />;
  };
  return (
    <FormDialog
      open
      title={text("editTitle", { name: user.Name })}
      onClose={onClose}
      submit={words("save")}
      busy={change.isPending}
      error={change.error}
      disabled={Object.keys(problems).length > 0}
      onSubmit={() => change.mutate({ Name: user.Name, ...contactOf(row) })}
    >
      <KeyValue items={[{ name: words("name"), value: user.Name }]} />
      <p className="ui-hint">{text("nameFixed")}</p>
      {field("remark", words("remark"))}
      {field("country", labels("country"))}
      {field("phone", labels("phone"))}
      {field("email", labels("email"))}
    </FormDialog>
  );
}
