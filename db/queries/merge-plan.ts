import { type SQL, sql } from "drizzle-orm";
import type { MergeSides } from "./merge-base.ts";

export const takes = ["ours", "theirs", "both"] as const;
export type Take = (typeof takes)[number];

/** Which text stays where both sides changed one: by root, and for all others. Nothing is decided in a preview. */
export type Decisions = {
  decided: readonly { root: number; take: Take }[];
  rest?: "ours" | "theirs" | undefined;
};

export const undecided: Decisions = { decided: [] };

/**
 * One text as it stands in a dataset, looked up by itself: a join that reads a whole dataset for it is a thousand times
 * slower, and is what the planner makes of a dataset that was changed a moment ago. `offset 0` keeps it from joining,
 * the sum from the index by dataset.
 */
const textAt = (alias: SQL, dataset: number, version?: number) => sql`
  left join lateral (select m.id, m.tags from membership m where m.conversation_id = k.id and ${
    version === undefined
      ? sql`m.dataset_id = ${dataset} and m.removed_in is null`
      : sql`m.dataset_id + 0 = ${dataset} and m.added_in <= ${version} and (m.removed_in is null or m.removed_in > ${version})`
  } offset 0) ${alias} on true`;

const touchedIn = (dataset: number, since: number) => sql`
  select conversation_id as id from membership where dataset_id = ${dataset} and added_in > ${since}
  union select conversation_id from membership where dataset_id = ${dataset} and removed_in > ${since}`;

/** The decision of a root, looked up in one object: joining rows to decisions would be planned badly. */
function takeOf({ decided, rest }: Decisions): SQL {
  const byRoot = Object.fromEntries(decided.map(({ root, take }) => [root, take]));
  return sql`coalesce(${JSON.stringify(byRoot)}::jsonb ->> root::text, ${rest ?? null}::text)`;
}

/**
 * The three-way merge as common table expressions. Only texts that one of the two touched since both were equal are
 * looked at. A text's tags at the base, in ours (the target) and in theirs (the source) are `b`, `o` and `t`: null where
 * it does not stand.
 *
 * Decided is by root, because an edit is another text of the same root. A root whose texts changed on one side goes as
 * that side has it; changed alike on both, it is done; changed apart, it is a conflict. Tags are merged one by one: a
 * tag that either side added or took since the base is added or taken. Through an edit they follow the text, where a
 * root has one on each side.
 *
 * `moves` says what becomes of our rows: come, gone, tags (`tags` is the outcome), or null where nothing does; `member`
 * is our membership. Windows and not joins, because nothing is known of the sizes of these expressions when they are
 * planned.
 */
export function mergePlan({ target, source, base, since }: MergeSides, how: Decisions): SQL {
  return sql`
    touched as (${touchedIn(target, since.target)} union ${touchedIn(source, since.source)}),
    states as (
      select k.id, coalesce(c.root_id, c.id) as root, c.erased_at is not null as erased,
        b.tags as b, o.tags as o, t.tags as t, o.id as member
      from touched k join conversation c on c.id = k.id
        ${textAt(sql`b`, base.dataset, base.version)} ${textAt(sql`o`, target)} ${textAt(sql`t`, source)}
      where b.tags is distinct from o.tags or b.tags is distinct from t.tags
    ), roots as (
      select *, min(b) over family as root_b, min(o) over family as root_o, min(t) over family as root_t,
        count(b) over family < 2 and count(o) over family < 2 and count(t) over family < 2 as single,
        count(o) over family = 0 or count(t) over family = 0 as taken_out,
        case when bool_and((o is null) = (t is null)) over family then 'same'
          when bool_and((o is null) = (b is null)) over family then 'theirs'
          when bool_and((t is null) = (b is null)) over family then 'ours'
          else 'conflict' end as verdict
      from states window family as (partition by root)
    ), takes as (
      select *, case verdict when 'conflict' then ${takeOf(how)} when 'theirs' then 'theirs' else 'ours' end as take
      from roots
    ), sides as materialized (
      select id, root, member, b, o, t, verdict, take, taken_out,
        (case take when 'theirs' then t is not null when 'both' then o is not null or t is not null
          else o is not null end) and (o is not null or not erased) as stays,
        case when single and take is distinct from 'both' then root_b else b end as base_tags,
        case when single and take is distinct from 'both' then root_o else o end as our_tags,
        case when single and take is distinct from 'both' then root_t else t end as their_tags
      from takes
    ), plan as (
      select id, root, member, b, o, t, verdict, take, taken_out, stays,
        case when our_tags is null then their_tags
          when their_tags is null or our_tags = their_tags or their_tags = base_tags then our_tags
          when our_tags = base_tags then their_tags
          else array(select distinct tag from unnest(our_tags || their_tags) as tag
            where (tag = any(our_tags) and tag = any(their_tags)) or tag <> all(coalesce(base_tags, '{}'))
            order by tag) end as tags
      from sides
    ), moves as materialized (
      select *, case when take is null then null
        when o is null then case when stays then 'come' end
        when not stays then 'gone'
        when not (tags <@ o and o <@ tags) then 'tags' end as move
      from plan
    )`;
}
