import { Badge, Group } from "@mantine/core";
import { formatNumber, plural } from "#app/_ui/format.ts";

/** A count of people, with those that scripts play told apart. */
export function Raters({ count, simulated }: { count: number; simulated: number }) {
  return (
    <Group gap="0 6px">
      <span className="tabular">
        {simulated === count && count > 0
          ? "no people"
          : plural(count - simulated, "person", "people")}
      </span>
      {simulated > 0 && <Simulated count={simulated} />}
    </Group>
  );
}

/** Beside a name or a count that a script made. */
export function Simulated({ count }: { count?: number }) {
  return (
    <Badge size="sm" variant="light" color="brass" tt="none">
      {count === undefined ? "simulated" : `${formatNumber(count)} simulated`}
    </Badge>
  );
}
