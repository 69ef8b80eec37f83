"use client";

import { Alert, Button, Group, Menu, Stack, Textarea, TextInput, Title } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { useAct } from "#app/_ui/use-operation.ts";
import type { Question } from "#lib/core/label-question.ts";
import classes from "../../label.module.css";
import {
  type DraftQuestion,
  draftOf,
  newQuestion,
  type QuestionType,
  questionsFrom,
  typeNames,
} from "./draft-question.ts";
import { QuestionCard } from "./question-card.tsx";

// Fetched apart: it checks the questions with the schema itself, which brings zod.
const Preview = dynamic(() => import("./schema-preview.tsx").then((file) => file.SchemaPreview), {
  ssr: false,
});

type Props = {
  project: string;
  /** The schema that is copied. */
  from: { name: string; guidelines: string; questions: Question[] } | undefined;
};

const types = Object.keys(typeNames) as QuestionType[];

/** Writes a schema: its questions on the left, on the right how raters will see them. */
export function SchemaBuilder({ project, from }: Props) {
  const router = useRouter();
  const [name, setName] = useState(from ? `${from.name.slice(0, 180)}, changed` : "");
  const [guidelines, setGuidelines] = useState(from?.guidelines ?? "");
  const [drafts, setDrafts] = useState<DraftQuestion[]>(
    () => from?.questions.map(draftOf) ?? [newQuestion("rating")],
  );
  const create = useAct("label-schemas.create", {
    notify: false,
    done: "Schema made",
    onDone: (made) => router.push(`/p/${project}/label/new?schema=${made.id}`),
  });
  const questions = questionsFrom(drafts);
  const change = (key: string, part: Partial<DraftQuestion>) =>
    setDrafts(drafts.map((one) => (one.key === key ? { ...one, ...part } : one)));
  const move = (index: number, by: 1 | -1) => {
    const next = [...drafts];
    const [one] = next.splice(index, 1);
    if (one) next.splice(index + by, 0, one);
    setDrafts(next);
  };
  return (
    <Page>
      <PageHeader
        title="New label schema"
        note="The questions that raters answer. It cannot be changed once it is made, so that labels keep their meaning; a copy can."
        trail={[{ label: "Label", href: `/p/${project}/label` }]}
      />
      <form
        className={classes.builder}
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ project, name, guidelines, questions });
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            required
            maxLength={200}
            value={name}
            error={create.error?.fieldError("name")}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Textarea
            label="Guidelines"
            description="Stand beside the work all the time. Say what each answer means, with an example where people could differ."
            autosize
            minRows={4}
            maxRows={16}
            maxLength={20_000}
            value={guidelines}
            onChange={(event) => setGuidelines(event.currentTarget.value)}
          />
          <Title order={2}>Questions</Title>
          {drafts.map((draft, index) => (
            <QuestionCard
              key={draft.key}
              draft={draft}
              number={index + 1}
              last={index === drafts.length - 1}
              error={issueOf(create.error, index)}
              onChange={(part) => change(draft.key, part)}
              onMove={(by) => move(index, by)}
              onRemove={
                drafts.length > 1
                  ? () => setDrafts(drafts.filter((one) => one.key !== draft.key))
                  : undefined
              }
            />
          ))}
          <Menu position="bottom-start">
            <Menu.Target>
              <Button variant="default" leftSection={<IconPlus size={16} />} w="fit-content">
                Add a question
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {types.map((type) => (
                <Menu.Item key={type} onClick={() => setDrafts([...drafts, newQuestion(type)])}>
                  {typeNames[type]}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
          {create.error && (
            <Alert color="red" role="alert">
              {create.error.message}
            </Alert>
          )}
          <Group justify="flex-end">
            <Button type="submit" loading={create.isPending}>
              Make schema
            </Button>
          </Group>
        </Stack>
        <Preview questions={questions} />
      </form>
    </Page>
  );
}

type Refusal = { issues: { path: string; message: string }[] } | null;

function issueOf(error: Refusal, index: number): string | undefined {
  return error?.issues.find((issue) => issue.path.startsWith(`questions.${index}.`))?.message;
}
