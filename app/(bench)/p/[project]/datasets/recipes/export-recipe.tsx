"use client";

import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { call } from "#app/_ui/client.ts";
import { notifyError } from "#app/_ui/feedback/notify.ts";

type Props = { project: string; recipe: number; revision: number };

/** A revision as a file of this browser's. */
export function ExportRecipe({ project, recipe, revision }: Props) {
  const [busy, setBusy] = useState(false);
  async function save() {
    setBusy(true);
    try {
      const { name, yaml } = await call("recipes.export", { project, recipe, revision });
      const address = URL.createObjectURL(new Blob([yaml], { type: "application/yaml" }));
      const link = document.createElement("a");
      link.href = address;
      link.download = `${name}.yaml`;
      link.click();
      URL.revokeObjectURL(address);
    } catch (cause) {
      notifyError(cause as Error);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={16} />}
      loading={busy}
      onClick={() => void save()}
      title={`Revision ${revision} as a file`}
    >
      Export YAML
    </Button>
  );
}
