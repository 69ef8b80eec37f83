import { sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { fruitlessNow, leaseSeconds, maxFruitless } from "#lib/runs/own-run.ts";
import type { OpenQueue, QueueName } from "./queue.ts";

/** Misses of NOTIFY (a reconnect, a lost queue) are made good after this long. */
const sweepMs = 2000;
/** A queued run that no worker took is offered again: the queue may have lost it; a second offer is harmless. */
const offerAgainSeconds = 15;

/**
 * Offers due runs to the queue; nobody else enqueues. Runs in every worker process: claims are compare-and-set,
 * so several dispatchers do no harm.
 */
export async function startDispatch(
  database: Database,
  queues: Record<QueueName, OpenQueue>,
  onError: (error: unknown) => void,
) {
  let busy = false;
  let again = false;
  let closed = false;
  const tick = async () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      do {
        again = false;
        await reclaimLost(database);
        await offerDue(database, queues);
      } while (again && !closed);
    } catch (error) {
      if (!closed) onError(error);
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(tick, sweepMs);
  const listener = await database.sql.listen(
    "assay_dispatch",
    () => void tick(),
    () => void tick(),
  );
  await tick();
  return {
    tick,
    close: async () => {
      closed = true;
      clearInterval(timer);
      await listener.unlisten();
      while (busy) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}

async function offerDue(database: Database, queues: Record<QueueName, OpenQueue>): Promise<void> {
  const due = await database.db.execute<{ id: number; attempt: number; queue: QueueName }>(sql`
    select id::int8 as id, attempt, queue from run
    where state = 'queued' and available_at <= now() and cancel_requested_at is null
    order by available_at limit 500`);
  for (const row of due) {
    await queues[row.queue].add({ runId: Number(row.id), attempt: row.attempt });
  }
  if (due.length === 0) return;
  // Until it is claimed, a run is offered again only after a while.
  await database.db.execute(sql`
    update run set available_at = now() + make_interval(secs => ${offerAgainSeconds}), enqueued_attempt = attempt
    where state = 'queued' and id = any(${`{${due.map((row) => row.id).join(",")}}`}::bigint[])`);
}

/** Runs whose owner stopped beating go back to the queue, or end when they cost worker after worker at one place. */
async function reclaimLost(database: Database): Promise<void> {
  const again = sql`${fruitlessNow} < ${maxFruitless}`;
  await database.db.execute(sql`
    update run set
      state = case when cancel_requested_at is not null then 'cancelled' when ${again} then 'queued' else 'failed' end,
      attempt = case when ${again} then attempt + 1 else attempt end,
      fruitless = ${fruitlessNow}, done_at_end = done,
      available_at = now(), lease_until = null,
      finished_at = case when ${again} and cancel_requested_at is null then null else now() end,
      error_code = case when ${again} then error_code else 'internal' end,
      error_message = case when ${again} then error_message
        else 'The worker stopped three times at one place of this run. What it had saved is kept; look at its log, then retry.' end,
      note = case when ${again} then 'Its worker stopped; the run goes on with another one.' else '' end
    where state = 'running' and lease_until < now() - make_interval(secs => ${leaseSeconds / 6})`);
  await database.db.execute(sql`
    update run set state = 'cancelled', finished_at = now()
    where state = 'queued' and cancel_requested_at is not null`);
}
