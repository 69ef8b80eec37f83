"use client";

import { Checkbox, FileInput, TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { useAct } from "#app/_ui/use-operation.ts";

type Props = { project: string; onClose: () => void };

/** What a person writes by hand is far shorter; the server says its own limit. */
const longestFile = 100_000;

/** Makes a recipe of a YAML file. */
export default function ImportRecipe({ project, onClose }: Props) {
  const router = useRouter();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [replace, setReplace] = useState(false);
  const act = useAct("recipes.import", {
    notify: false,
    done: (made) => `“${made.name}” is saved as revision ${made.revision}.`,
    refresh: ["recipes.list", "recipes.read", "recipes.revisions"],
    onDone: (made) => router.push(`/p/${project}/datasets/recipes/${made.id}`),
  });
  const tooLong = file !== null && file.size > longestFile;
  return (
    <FormDialog
      onClose={onClose}
      title="Import a recipe"
      act="Import"
      busy={act.isPending}
      disabled={!file || tooLong}
      error={act.error}
      onSubmit={async () => {
        if (!file || tooLong) return;
        const given = name.trim() ? { name: name.trim() } : {};
        act.mutate({ project, yaml: await file.text(), replace, ...given });
      }}
    >
      <FileInput
        label="File"
        placeholder="recipe.yaml"
        accept=".yaml,.yml,application/yaml"
        value={file}
        onChange={setFile}
        required
        error={tooLong && "The file is too long for a recipe."}
      />
      <TextInput
        label="Name"
        description="Instead of the name in the file"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={200}
        error={act.error?.fieldError("name")}
      />
      <Checkbox
        label="Save as the next revision when a recipe has this name"
        checked={replace}
        onChange={(event) => setReplace(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}
