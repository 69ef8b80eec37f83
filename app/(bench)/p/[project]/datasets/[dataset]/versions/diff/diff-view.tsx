"use client";

import { Group, NumberInput, Text } from "@mantine/core";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { MoreButton } from "#app/_ui/feedback/more-button.tsx";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { usePages } from "#app/_ui/use-operation.ts";
import { useDraft } from "../../use-draft.ts";
import classes from "./diff.module.css";
import { ChangeFilter, changeIn, DiffItem } from "./diff-item.tsx";

type Props = { project: string; dataset: number };

/** What differs between two versions, chosen in the address. */
export function DiffView({ project, dataset }: Props) {
  const router = useRouter();
  const pathname = usePathname();
  const query = useSearchParams();
  const [from, to] = [versionIn(query.get("from")), versionIn(query.get("to"))];
  const only = changeIn(query.get("change"));
  const go = (part: Record<string, string>) => {
    const next = new URLSearchParams({ from: String(from), to: String(to), ...part });
    router.replace(`${pathname}?${next}`, { scroll: false });
  };
  const pages = usePages(
    "versions.diff",
    { project, dataset, from, to, ...(only ? { change: only } : {}) },
    { rows: (page) => page.rows, next: (page) => page.next, cursor: "after" },
  );
  const counts = pages.first?.counts;
  return (
    <>
      <Group align="flex-end">
        <VersionInput label="From version" value={from} onChange={(n) => go({ from: String(n) })} />
        <VersionInput label="To version" value={to} onChange={(n) => go({ to: String(n) })} />
        {counts && (
          <ChangeFilter
            counts={counts}
            only={only}
            onChange={(change) => go(change ? { change } : {})}
          />
        )}
      </Group>
      {pages.error ? (
        <ErrorState error={pages.error} onRetry={pages.onRetry} />
      ) : pages.loading ? (
        <LoadingState />
      ) : pages.rows.length === 0 ? (
        <Text c="dimmed">These two versions hold the same conversations with the same tags.</Text>
      ) : (
        <ul className={classes.rows} aria-label="Changes">
          {pages.rows.map((row) => (
            <DiffItem key={`${row.was} ${row.now}`} {...{ project, dataset, row }} />
          ))}
        </ul>
      )}
      <MoreButton pages={pages}>More changes</MoreButton>
    </>
  );
}

const versionIn = (text: string | null) => (text && /^\d{1,9}$/.test(text) ? Number(text) : 0);

type InputProps = { label: string; value: number; onChange: (version: number) => void };

function VersionInput({ label, value, onChange }: InputProps) {
  const [draft, setDraft] = useDraft<number | string>(
    value,
    (next) => next !== "" && onChange(Number(next)),
    400,
  );
  return (
    <NumberInput
      label={label}
      min={0}
      allowDecimal={false}
      w={120}
      value={draft}
      onChange={setDraft}
    />
  );
}
