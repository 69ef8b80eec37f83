"use client";

import { Code, CopyButton, Text, Title, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import dynamic from "next/dynamic";
import Link from "next/link";
import { LineChart } from "#app/_ui/charts/charts.tsx";
import type { OutputOf } from "#app/_ui/client.ts";
import { Figure, Figures } from "#app/_ui/feedback/figure.tsx";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { LoadingState } from "#app/_ui/feedback/states.tsx";
import { formatBytes, formatDay, formatFixed, formatNumber, formatShort } from "#app/_ui/format.ts";
import { curveParts, useRunEvents } from "#app/_ui/runs/use-run-events.ts";
import { poolingWords } from "#lib/core/model-methods.ts";
import { evalSeries, lossSeries } from "../../runs/[run]/training-series.ts";
import { DeleteModel } from "../delete-model.tsx";
import { GreyedButton } from "../greyed-button.tsx";
import classes from "../models.module.css";
import { methodWords, numberIn } from "../words.ts";
import { VersionFiles } from "./version-files.tsx";

const Markdown = dynamic(() => import("#app/_ui/conversation/markdown.tsx"), {
  ssr: false,
  loading: () => <LoadingState />,
});

type Version = OutputOf<"models.show">;
type Relations = OutputOf<"models.relations">;
type Props = {
  project: string;
  version: Version;
  relations: Relations;
  card: string;
  may: { train: boolean; delete: boolean; download: boolean };
};

/** One model version: figures, card, lineage both ways, curve, digests. */
export function VersionDetail({ project, version, relations, card, may }: Props) {
  const [deleting, ask] = useDisclosure(false);
  const base = `/p/${project}/models`;
  const tunable = !may.train
    ? "Training needs the role maintainer"
    : version.embedding
      ? "An embedding model gives vectors and is not fine-tuned here"
      : version.artefactDigest
        ? undefined
        : "Its weights are on another server, so it cannot be fine-tuned here";
  return (
    <Page>
      <PageHeader
        title={version.name}
        note={`${methodWords[version.method] ?? version.method}, ${formatDay(version.createdAt)}`}
        trail={[{ label: "Models", href: base }]}
        actions={
          <>
            <GreyedButton
              variant="default"
              onClick={ask.open}
              because={may.delete ? undefined : "Deleting needs the role maintainer"}
            >
              Delete the model
            </GreyedButton>
            <GreyedButton
              variant="default"
              href={`/p/${project}/playground?model=${encodeURIComponent(version.name)}`}
              because={
                version.embedding
                  ? "An embedding model gives vectors and writes no text"
                  : version.servable
                    ? undefined
                    : "This version cannot be served"
              }
            >
              Try in the playground
            </GreyedButton>
            <GreyedButton
              href={`${base}/train?base=${encodeURIComponent(version.name)}`}
              because={tunable}
            >
              Fine-tune it
            </GreyedButton>
          </>
        }
      />
      <VersionFigures version={version} />
      <div className={classes.columns}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
        <section className={classes.card} aria-label="Card" tabIndex={0}>
          <Markdown text={card} />
        </section>
        <div>
          <Lineage project={project} relations={relations} />
          {version.runId !== null && version.method !== "imported" && (
            <Curve project={project} run={version.runId} />
          )}
          {version.artefactDigest !== null && (
            <VersionFiles project={project} version={version.id} mayDownload={may.download} />
          )}
          <Digests version={version} />
        </div>
      </div>
      {deleting && (
        <DeleteModel
          project={project}
          model={{ id: version.modelId, name: version.model }}
          onClose={ask.close}
          leave={base}
        />
      )}
    </Page>
  );
}

function VersionFigures({ version }: { version: Version }) {
  const { facts, parameters, contextLength, embedding } = version;
  const parity = parityOf(facts);
  const bytes = numberIn(facts, "bytes");
  return (
    <Figures>
      {parameters !== null && <Figure label="Parameters" value={formatShort(parameters)} />}
      {embedding && (
        <>
          <Figure
            label="Dimensions"
            value={formatNumber(embedding.dimensions)}
            note={embedding.normalize ? "of vectors cut to length 1" : "of each vector"}
          />
          <Figure
            label="Pooling"
            value={embedding.pooling}
            note={poolingWords[embedding.pooling]}
          />
        </>
      )}
      {contextLength !== null && (
        <Figure
          label={embedding ? "Longest text" : "Context"}
          value={formatNumber(contextLength)}
          note="tokens"
        />
      )}
      {numberIn(facts, "loss") !== null && (
        <Figure label="Last loss" value={formatFixed(numberIn(facts, "loss"), 3)} />
      )}
      {numberIn(facts, "eval_perplexity") !== null && (
        <Figure
          label="Validation perplexity"
          value={formatFixed(numberIn(facts, "eval_perplexity"))}
          note="of the words that are learned"
        />
      )}
      {parity && (
        <Figure
          label="Parity with torch"
          value={parity.passed ? "Passed" : "Failed"}
          note={`${parity.what} differ by ${parity.difference.toExponential(1)} at most`}
        />
      )}
      {bytes !== null && <Figure label="Size" value={formatBytes(bytes)} />}
    </Figures>
  );
}

/** The graph's gate: of logits where a model writes, of vectors where it embeds. */
function parityOf({ parity }: Version["facts"]) {
  if (parity === null || typeof parity !== "object") return undefined;
  const found = parity as Record<string, unknown>;
  const logits = numberIn(found, "max_abs_logit_difference");
  return {
    passed: found.passed === true,
    what: logits === null ? "vectors" : "logits",
    difference: logits ?? numberIn(found, "max_abs_difference") ?? 0,
  };
}

const paths: Record<string, string | undefined> = {
  version: "models",
  run: "runs",
  dataset: "datasets",
};

function Lineage({ project, relations }: { project: string; relations: Relations }) {
  const parts = [
    { title: "Made from", list: relations.up, none: "Nothing that is recorded here." },
    { title: "Used by", list: relations.down, none: "Nothing yet." },
  ];
  return (
    <section aria-label="Lineage">
      {parts.map(({ title, list, none }) => (
        <div key={title}>
          <Title order={2} mb="xs">
            {title}
          </Title>
          {list.length === 0 && (
            <Text size="sm" c="dimmed" mb="md">
              {none}
            </Text>
          )}
          <ul className={classes.links}>
            {list.map((one) => {
              const path = paths[one.kind];
              return (
                <li key={`${one.kind} ${one.id} ${one.note}`} className={classes.wrap}>
                  {path ? (
                    <Link href={`/p/${project}/${path}/${one.id}`} dir="auto">
                      {one.name}
                    </Link>
                  ) : (
                    <span dir="auto">{one.name}</span>
                  )}
                  <Text size="xs" c="dimmed">
                    {one.kind === "gate" ? "" : `${one.kind}, `}
                    {one.note}
                  </Text>
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </section>
  );
}

function Curve({ project, run }: { project: string; run: number }) {
  const { events } = useRunEvents(project, run, curveParts);
  const validation = evalSeries(events);
  return (
    <LineChart
      title="Loss while it learned"
      xLabel="step"
      height={200}
      series={[lossSeries(events), ...(validation.points.length > 0 ? [validation] : [])]}
    />
  );
}

function Digests({ version }: { version: Version }) {
  const digests = [
    ["Artefact", version.artefactDigest],
    ["Tokenizer", version.tokenizerDigest],
    ["Chat template", version.templateDigest],
    ["Trainer’s lock", version.trainerLock],
  ] as const;
  const known = digests.filter(([, digest]) => digest !== null);
  if (known.length === 0) return null;
  return (
    <section aria-label="Digests">
      <Title order={2} mt="md" mb="xs">
        Digests
      </Title>
      <ul className={classes.links}>
        {known.map(([name, digest]) => (
          <li key={name}>
            <Text size="xs" c="dimmed">
              {name}
            </Text>
            <CopyButton value={digest ?? ""}>
              {({ copied, copy }) => (
                <UnstyledButton onClick={copy} aria-label={`Copy the digest: ${name}`}>
                  <Code>{copied ? "Copied" : `${digest?.slice(0, 24)}…`}</Code>
                </UnstyledButton>
              )}
            </CopyButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
