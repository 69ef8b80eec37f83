"use client";

import { Table } from "@mantine/core";
import type { OutputOf } from "#app/_ui/client.ts";
import { formatFixed, formatNumber } from "#app/_ui/format.ts";
import classes from "./answers.module.css";

type Props = { models: OutputOf<"responses.summary">["models"] };

const ms = (value: number | null) =>
  value === null ? "–" : `${formatNumber(Math.round(value))} ms`;

/** Figures by model version: answers, errors, tokens, medians of times. */
export function ModelFigures({ models }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <div className={classes.scroll} tabIndex={0}>
      <Table aria-label="Figures by model" withRowBorders={false}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Model version</Table.Th>
            <Table.Th ta="right">Answers</Table.Th>
            <Table.Th ta="right">Errors</Table.Th>
            <Table.Th ta="right">Tokens</Table.Th>
            <Table.Th ta="right">At the limit</Table.Th>
            <Table.Th ta="right">First token</Table.Th>
            <Table.Th ta="right">Whole answer</Table.Th>
            <Table.Th ta="right">Tokens/s</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {models.map((model) => (
            <Table.Tr key={model.modelVersionId}>
              <Table.Th scope="row" className={classes.name}>
                {model.model}
              </Table.Th>
              <Table.Td ta="right">{formatNumber(model.answers)}</Table.Td>
              <Table.Td ta="right">{formatNumber(model.errors)}</Table.Td>
              <Table.Td ta="right">{formatNumber(model.completionTokens)}</Table.Td>
              <Table.Td ta="right">{formatNumber(model.cut)}</Table.Td>
              <Table.Td ta="right">{ms(model.firstTokenMs)}</Table.Td>
              <Table.Td ta="right">{ms(model.latencyMs)}</Table.Td>
              <Table.Td ta="right">{formatFixed(model.tokensPerSecond, 1)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Caption>Times and pace are medians over the answers.</Table.Caption>
      </Table>
    </div>
  );
}
