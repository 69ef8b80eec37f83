"use client";

import { Tabs } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useRouter } from "next/navigation";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { GreyedButton } from "../models/greyed-button.tsx";
import { EvaluationRuns } from "./evaluation-runs.tsx";
import { Findings } from "./findings.tsx";
import { Results } from "./results.tsx";
import type { EvaluateSearch } from "./search.ts";
import { StartEvaluation } from "./start-evaluation.tsx";
import { Suites } from "./suites.tsx";
import { type EvaluateTab, evaluateTabs } from "./words.ts";

export type May = { run: boolean; write: boolean; cancel: boolean };
type Props = { project: string; projectId: number; search: EvaluateSearch; may: May };

const labels: Record<EvaluateTab, string> = {
  results: "Results",
  findings: "Findings",
  suites: "Suites",
  runs: "Runs",
};

/** Evaluations of a project: figures by model version, what failed, the suites, and the runs that measured. */
export function EvaluateView({ project, projectId, search, may }: Props) {
  const router = useRouter();
  const [starting, start] = useDisclosure(false);
  const go = (next: Partial<EvaluateSearch>) => {
    const query = new URLSearchParams();
    const { tab, model } = { ...search, ...next };
    if (tab !== "results") query.set("tab", tab);
    if (model) query.set("model", model);
    router.replace(`/p/${project}/evaluate${query.size ? `?${query}` : ""}`, { scroll: false });
  };
  return (
    <Page wide>
      <PageHeader
        title="Evaluate"
        note="Every figure has its interval, the number of items behind it, and the digests it belongs to."
        actions={
          <GreyedButton
            onClick={start.open}
            because={may.run ? undefined : "This needs the role curator"}
          >
            Evaluate a model
          </GreyedButton>
        }
      />
      <Tabs
        value={search.tab}
        onChange={(tab) => tab && go({ tab: tab as EvaluateTab })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {evaluateTabs.map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {labels[tab]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="results">
          <Results
            project={project}
            projectId={projectId}
            model={search.model}
            onModel={(model) => go({ model })}
            onStart={start.open}
            mayRun={may.run}
          />
        </Tabs.Panel>
        <Tabs.Panel value="findings">
          <Findings project={project} model={search.model} mayTriage={may.run} />
        </Tabs.Panel>
        <Tabs.Panel value="suites">
          <Suites project={project} mayWrite={may.write} />
        </Tabs.Panel>
        <Tabs.Panel value="runs">
          <EvaluationRuns project={project} projectId={projectId} mayCancel={may.cancel} />
        </Tabs.Panel>
      </Tabs>
      <StartEvaluation
        project={project}
        opened={starting}
        onClose={start.close}
        onStarted={() => {
          start.close();
          go({ tab: "runs" });
        }}
      />
    </Page>
  );
}
