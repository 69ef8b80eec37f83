"use client";

import { Paper, Table } from "@mantine/core";
import type { OutputOf } from "#app/_ui/client.ts";
import { formatFixed, formatNumber } from "#app/_ui/format.ts";
import { StackedTable } from "#app/_ui/table/stacked-table.tsx";
import classes from "./answers.module.css";

type Props = { models: OutputOf<"responses.summary">["models"] };

const ms = (value: number | null) =>
  value === null ? "–" : `${formatNumber(Math.round(value))} ms`;

/** Figures by model version: answers, errors, tokens, medians of times. */
export function ModelFigures({ models }: Props) {
  return (
    <Paper>
      <StackedTable aria-label="Figures by model" minWidth={720} withRowBorders={false}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Model version</Table.Th>
            <Table.Th data-figure>Answers</Table.Th>
            <Table.Th data-figure>Errors</Table.Th>
            <Table.Th data-figure>Tokens</Table.Th>
            <Table.Th data-figure>At the limit</Table.Th>
            <Table.Th data-figure>First token</Table.Th>
            <Table.Th data-figure>Whole answer</Table.Th>
            <Table.Th data-figure>Tokens/s</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {models.map((model) => (
            <Table.Tr key={model.modelVersionId}>
              <Table.Th scope="row" className={classes.name}>
                {model.model}
              </Table.Th>
              <Table.Td data-figure data-label="Answers">
                {formatNumber(model.answers)}
              </Table.Td>
              <Table.Td data-figure data-label="Errors">
                {formatNumber(model.errors)}
              </Table.Td>
              <Table.Td data-figure data-label="Tokens">
                {formatNumber(model.completionTokens)}
              </Table.Td>
              <Table.Td data-figure data-label="At the limit">
                {formatNumber(model.cut)}
              </Table.Td>
              <Table.Td data-figure data-label="First token">
                {ms(model.firstTokenMs)}
              </Table.Td>
              <Table.Td data-figure data-label="Whole answer">
                {ms(model.latencyMs)}
              </Table.Td>
              <Table.Td data-figure data-label="Tokens/s">
                {formatFixed(model.tokensPerSecond, 1)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Caption>Times and pace are medians over the answers.</Table.Caption>
      </StackedTable>
    </Paper>
  );
}
