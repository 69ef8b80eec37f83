"use client";

import { Badge, Text } from "@mantine/core";
import type { OutputOf } from "#app/_ui/client.ts";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { useOperation } from "#app/_ui/use-operation.ts";
import classes from "./recipes.module.css";

type StepChange = OutputOf<"recipes.diff">["steps"][number];

const looks: Record<StepChange["change"], { words: string; color: string }> = {
  same: { words: "Same", color: "gray" },
  changed: { words: "Changed", color: "petrol" },
  moved: { words: "Moved", color: "petrol" },
  added: { words: "Added", color: "green" },
  removed: { words: "Removed", color: "red" },
};

type Props = { project: string; recipe: number; from: number; to: number };

/** Steps of two revisions in one list, each with the parameters that differ. */
export function RevisionDiff({ project, recipe, from, to }: Props) {
  const diff = useOperation(
    "recipes.diff",
    { project, recipe, from, to },
    { enabled: from !== to, keepPrevious: true },
  );
  const kinds = useOperation("recipes.steps", { project });
  if (from === to) {
    return <Text c="dimmed">This is one revision; choose another to compare it with.</Text>;
  }
  if (diff.error) return <ErrorState error={diff.error} onRetry={() => void diff.refetch()} />;
  if (!diff.data) return <LoadingState rows={3} />;
  const labels = new Map(kinds.data?.steps.map((one) => [one.id, one.label]));
  const { steps } = diff.data;
  return (
    <>
      {steps.every((one) => one.change === "same") && (
        <Text size="sm" mb="sm">
          The two revisions have the same steps.
        </Text>
      )}
      <ol className={classes.revisions} aria-label="Steps of both revisions">
        {steps.map((one) => (
          <li key={`${one.from} ${one.to}`} className={classes.stepChange}>
            <Badge variant="light" color={looks[one.change].color} tt="none" miw={84}>
              {looks[one.change].words}
            </Badge>
            <div className={classes.revision}>
              <Text size="sm" fw={600}>
                {labels.get(one.step) ?? one.step}
                <Text span size="sm" c="dimmed" fw={400}>
                  {placeWords(one)}
                </Text>
              </Text>
              {one.params.map((param) => (
                <ParamLine key={param.name} param={param} change={one.change} />
              ))}
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}

function placeWords({ change, from, to }: StepChange): string {
  if (change === "moved") return ` · from place ${(from ?? 0) + 1} to ${(to ?? 0) + 1}`;
  return ` · place ${(to ?? from ?? 0) + 1}`;
}

type ParamProps = { param: StepChange["params"][number]; change: StepChange["change"] };

function ParamLine({ param, change }: ParamProps) {
  return (
    <Text size="sm" className={classes.param}>
      {param.name}: {change !== "added" && <del>{valueWords(param.was)}</del>}
      {change !== "added" && change !== "removed" && " → "}
      {change !== "removed" && <ins>{valueWords(param.now)}</ins>}
    </Text>
  );
}

function valueWords(value: unknown): string {
  if (value === undefined) return "not set";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(String).join(", ");
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}
