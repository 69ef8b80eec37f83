"use client";

import { Text, Title } from "@mantine/core";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { formatBytes } from "#app/_ui/format.ts";
import { useOperation } from "#app/_ui/use-operation.ts";
import { GreyedButton } from "../greyed-button.tsx";
import classes from "../models.module.css";

type Props = { project: string; version: number; mayDownload: boolean };

/** The files of a version with size and digest, and all of them as one archive. */
export function VersionFiles({ project, version, mayDownload }: Props) {
  const { data, error, refetch } = useOperation("models.files", { project, version });
  return (
    <section aria-labelledby="version-files">
      <Title order={2} id="version-files" mt="md" mb="xs">
        Files
      </Title>
      {!data &&
        (error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <LoadingState rows={3} />
        ))}
      {data && (
        <>
          <ul className={classes.files}>
            {data.files.map((file) => (
              <li key={file.name}>
                <span className={classes.wrap}>{file.name}</span>
                <Text size="xs" c="dimmed" className="tabular">
                  {formatBytes(file.bytes)}
                </Text>
                <Text size="xs" c="dimmed" ff="monospace" title={file.sha256}>
                  {file.sha256.slice(0, 12)}
                </Text>
              </li>
            ))}
          </ul>
          <GreyedButton
            size="xs"
            variant="default"
            href={`/api/projects/${project}/models/${version}/download`}
            download
            because={mayDownload ? undefined : "Downloading a model needs the role curator"}
          >
            Download all, {formatBytes(data.bytes)}
          </GreyedButton>
          <Text size="xs" c="dimmed" mt={4}>
            One archive with a list of SHA-256 digests; <code>sha256sum -c SHA256SUMS</code> checks
            it.
          </Text>
        </>
      )}
    </section>
  );
}
