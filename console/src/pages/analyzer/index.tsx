import { useSearchParams } from "react-router";
import { noQuestion, questionParams, readQuestion } from "@/decision";
import { useText } from "@/i18n";
import { Page, Tabs } from "@/ui";
import "./analyzer.css";
import { DraftImpact } from "./draft";
import { Explain } from "./explain";
import { analyzerText } from "./messages";
import { UnusedGrants } from "./unused";
import { WhatCan } from "./what";
import { WhoCan } from "./who";

const tabs = [
  ["explain", Explain],
  ["who", WhoCan],
  ["what", WhatCan],
  ["unused", UnusedGrants],
  ["draft", DraftImpact],
] as const;

/** Questions about what policies decide. The address holds the question; another tab takes over what of it makes sense there. */
export default function Analyzer() {
  const text = useText(analyzerText);
  const [params, setParams] = useSearchParams();
  const tab = params.get("tab") ?? "explain";
  const open = (key: string) => {
    const { type, id, action, resource } = readQuestion(params);
    const next = questionParams({ ...noQuestion, type, id, action, resource });
    if (key !== "explain") next.set("tab", key);
    setParams(next, { replace: true });
  };
  return (
    <Page title={text("title")} description={text("intro")}>
      <Tabs
        label={text("questions")}
        value={tab}
        onChange={open}
        tabs={tabs.map(([key, Content]) => ({
          key,
          label: text(key),
          content: (
            <>
              <p className="ui-page-description">{text(`${key}Text`)}</p>
              <Content />
            </>
          ),
        }))}
      />
    </Page>
  );
}
