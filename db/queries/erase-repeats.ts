import { type SQL, sql } from "drizzle-orm";
import type { ProjectHandle } from "../handle.ts";

/** Stands where words were. */
export const erasedMark = "[erased]";
const mark = sql`${erasedMark}::text`;
const markJson = sql`to_jsonb(${mark})`;

const list = (values: readonly (string | number)[]) =>
  sql`(select jsonb_array_elements_text(${JSON.stringify(values)}::jsonb))`;
const ids = (values: readonly number[]) =>
  sql`(select jsonb_array_elements_text(${JSON.stringify(values)}::jsonb)::bigint)`;

/** Every text in a JSON value, one a line. */
const textsIn = (json: SQL) => sql`(select string_agg(v #>> '{}', E'\n')
  from jsonb_path_query(${json}, 'strict $.**') v where jsonb_typeof(v) = 'string')`;

/** Whether a text holds one of the phrases, whatever the case of its letters. */
const repeats = (text: SQL, phrases: readonly string[]) =>
  sql`exists (select 1 from jsonb_array_elements_text(${JSON.stringify(phrases)}::jsonb) as wanted(phrase)
    where strpos(lower(coalesce(${text}, '')), lower(wanted.phrase)) > 0)`;

/** The messages with their roles, without their words. */
const blankMessages = (messages: SQL) => sql`(
  select coalesce(jsonb_agg(jsonb_build_object('role', m->>'role', 'content', ${mark}) order by n), '[]')
  from jsonb_array_elements(${messages}) with ordinality as x(m, n))`;

/**
 * Of these phrases those that no other conversation of the project holds: only they tell whose words they are. Reads
 * every body of the project, which is what a rare act may cost.
 */
export async function keepOwnPhrases(
  tx: ProjectHandle,
  conversations: readonly number[],
  phrases: readonly string[],
): Promise<string[]> {
  // A body is kept as JSON.stringify wrote it, so a phrase stands in it as JSON.stringify writes it.
  const wanted = phrases.map((phrase) => ({
    phrase,
    written: JSON.stringify(phrase).slice(1, -1),
  }));
  const rows = await tx.db.execute<{ phrase: string }>(sql`
    select w->>'phrase' as phrase from jsonb_array_elements(${JSON.stringify(wanted)}::jsonb) w
    where not exists (select 1 from conversation c
      where c.project_id = ${tx.projectId} and c.erased_at is null and c.id not in ${ids(conversations)}
        and strpos(c.body::text, w->>'written') > 0)`);
  return rows.map((row) => row.phrase);
}

/** Prompts of runs that were made of these conversations or repeat them, and the answers to them: both blanked. */
export async function blankPrompts(
  tx: ProjectHandle,
  conversations: readonly number[],
  phrases: readonly string[],
): Promise<{ prompts: number[]; responses: number[] }> {
  const project = tx.projectId;
  const prompts = await tx.db.execute<{ id: number }>(sql`
    update run_prompt p set messages = ${blankMessages(sql`p.messages`)},
      reference = case when p.reference is null then null else ${mark} end
    from run r where r.id = p.run_id and r.project_id = ${project} and (p.conversation_id in ${ids(conversations)}
      or ${repeats(textsIn(sql`p.messages`), phrases)} or ${repeats(sql`p.reference`, phrases)})
    returning p.id::float8 as id`);
  const promptIds = prompts.map((row) => row.id);
  const responses = await tx.db.execute<{ id: number }>(sql`
    update response set text = ${mark} where project_id = ${project} and text is not null
      and (prompt_id in ${ids(promptIds)} or ${repeats(sql`text`, phrases)}) returning id::float8 as id`);
  await tx.db.execute(sql`
    update vote v set comment = ${mark} from pair x where x.id = v.pair_id and v.project_id = ${project}
      and v.comment <> '' and (x.prompt_id in ${ids(promptIds)}
        or x.response_a in ${ids(responses.map((row) => row.id))}
        or x.response_b in ${ids(responses.map((row) => row.id))})`);
  return { prompts: promptIds, responses: responses.map((row) => row.id) };
}

/** Kinds of questions whose answers are words. */
const wordyQuestions = sql`('text', 'corrected')`;

/**
 * Drafts, reasons, comments and free-text answers about these conversations and responses. Choices and ratings stay.
 * A page that still shows such an item is refused by the slot's revision.
 */
export async function blankJudgements(
  tx: ProjectHandle,
  conversations: readonly number[],
  responses: readonly number[],
): Promise<void> {
  const project = tx.projectId;
  const items = sql`(select i.id from label_item i join label_task t on t.id = i.task_id
    where t.project_id = ${project}
      and (i.conversation_id in ${ids(conversations)} or i.response_id in ${ids(responses)}))`;
  await tx.db.execute(sql`
    update label_slot set draft = null, revision = revision + 1,
      skip_reason = case when skip_reason is null then null else ${mark} end
    where item_id in ${items}`);
  const wordy = (question: SQL, task: SQL) => sql`exists (select 1 from label_task t
    join label_schema s on s.id = t.schema_id, jsonb_array_elements(s.questions) q
    where t.id = ${task} and q->>'id' = ${question} and q->>'type' in ${wordyQuestions})`;
  await tx.db.execute(sql`
    update label l set comment = case when l.comment = '' then '' else ${mark} end,
      value = case when ${wordy(sql`l.question`, sql`l.task_id`)} then ${markJson} else l.value end
    where l.project_id = ${project} and l.item_id in ${items}`);
  await tx.db.execute(sql`
    update adjudication a set reason = case when a.reason = '' then '' else ${mark} end,
      value = case when ${wordy(sql`a.question`, sql`a.task_id`)} then ${markJson} else a.value end
    where a.project_id = ${project} and a.item_id in ${items}`);
  await tx.db.execute(sql`
    update triage set reason = ${mark} where project_id = ${project} and reason <> '' and subject in (
      select 'finding:' || f.id from finding f
      where f.project_id = ${project} and f.conversation_id in ${ids(conversations)})`);
}

/**
 * Requests, feedback and chats that became one of these conversations or repeat them. Feedback that still waits is set
 * aside, because nothing is left to review; thumbs and reasons stay.
 */
export async function blankTraffic(
  tx: ProjectHandle,
  conversations: readonly number[],
  phrases: readonly string[],
): Promise<void> {
  const project = tx.projectId;
  const requests = await tx.db.execute<{ id: string }>(sql`
    select request_id as id from feedback where project_id = ${project} and request_id is not null
      and (conversation_id in ${ids(conversations)} or ${repeats(textsIn(sql`messages`), phrases)}
        or ${repeats(sql`answer || E'\n' || coalesce(corrected, '') || E'\n' || comment`, phrases)})
    union select id from request_log where project_id = ${project} and body is not null
      and ${repeats(textsIn(sql`body`), phrases)}
    union select m.request_id from chat_message m join chat c on c.id = m.chat_id
    where c.project_id = ${project} and m.request_id is not null and ${repeats(sql`m.content`, phrases)}`);
  const requestIds = list(requests.map((row) => row.id));
  await tx.db.execute(sql`
    update request_log set body = jsonb_build_object(
      'messages', ${blankMessages(sql`body->'messages'`)}, 'answer', ${mark})
    where project_id = ${project} and body is not null and id in ${requestIds}`);
  await tx.db.execute(sql`
    update feedback set messages = ${blankMessages(sql`messages`)}, answer = ${mark}, pii = '[]',
      corrected = case when corrected is null then null else ${mark} end,
      comment = case when comment = '' then '' else ${mark} end,
      reviewed_at = case when state = 'waiting' then now() else reviewed_at end,
      reviewed_by = case when state = 'waiting' then ${tx.userId} else reviewed_by end,
      state = case when state = 'waiting' then 'rejected' else state end
    where project_id = ${project} and (conversation_id in ${ids(conversations)} or request_id in ${requestIds}
      or ${repeats(textsIn(sql`messages`), phrases)}
      or ${repeats(sql`answer || E'\n' || coalesce(corrected, '') || E'\n' || comment`, phrases)})`);
  await tx.db.execute(sql`
    with blanked as (
      update chat_message m set content = ${mark} from chat c where c.id = m.chat_id and c.project_id = ${project}
        and (m.request_id in ${requestIds} or ${repeats(sql`m.content`, phrases)}) returning m.chat_id
    ) update chat set title = ${mark} where id in (select chat_id from blanked)`);
}

/** Works at one time on at most this many rows whose JSON is rewritten. */
const rewriteRows = 200;

/** Texts inside the JSON of playground sessions and of evaluation items, and saved prompts. */
export async function blankKeptTexts(tx: ProjectHandle, phrases: readonly string[]): Promise<void> {
  if (phrases.length === 0) return;
  const project = tx.projectId;
  for (;;) {
    const rows = await tx.db.execute<{ id: string; title: string; state: unknown }>(sql`
      select id, title, state from playground_session where project_id = ${project}
        and (${repeats(textsIn(sql`state`), phrases)} or ${repeats(sql`title`, phrases)}) limit ${rewriteRows}`);
    for (const row of rows) {
      const next = JSON.stringify(blankJson(row.state, phrases));
      const title = blankJson(row.title, phrases) as string;
      await tx.db.execute(sql`update playground_session set state = ${next}::jsonb, title = ${title},
        revision = revision + 1 where id = ${row.id}`);
    }
    if (rows.length < rewriteRows) break;
  }
  for (;;) {
    const rows = await tx.db.execute<{ id: number; detail: unknown }>(sql`
      select id::float8 as id, detail from score where project_id = ${project}
        and ${repeats(textsIn(sql`detail`), phrases)} limit ${rewriteRows}`);
    for (const row of rows) {
      const next = JSON.stringify(blankJson(row.detail, phrases));
      await tx.db.execute(sql`update score set detail = ${next}::jsonb where id = ${row.id}`);
    }
    if (rows.length < rewriteRows) break;
  }
  await tx.db.execute(sql`
    update prompt_template_version v set
      body = case when ${repeats(sql`v.body`, phrases)} then ${mark} else v.body end,
      system = case when ${repeats(sql`v.system`, phrases)} then ${mark} else v.system end
    from prompt_template t where t.id = v.template_id and t.project_id = ${project}
      and (${repeats(sql`v.body`, phrases)} or ${repeats(sql`v.system`, phrases)})`);
}

/** The same value with each text that holds a phrase replaced by the mark; keys stay. */
function blankJson(value: unknown, phrases: readonly string[]): unknown {
  if (typeof value === "string") {
    const folded = value.toLowerCase();
    return phrases.some((phrase) => folded.includes(phrase.toLowerCase())) ? erasedMark : value;
  }
  if (Array.isArray(value)) return value.map((inner) => blankJson(inner, phrases));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, blankJson(inner, phrases)]),
  );
}
