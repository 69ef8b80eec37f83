/** Numbers of the method, each with its reason. Why the method: docs/decisions/013-topics-by-words.md. */

/** Most conversations of one map: their numbers and places are held until the end, about 20 MB for a million. */
export const mostRows = 1_000_000;

/** Rows that topics are learned from. More do not move the centres of at most 60 topics, and cost memory: 64 numbers each. */
export const sampleRows = 20_000;

/** Numbers that a text becomes. Topics are told apart by far fewer; more bring back the noise of single words. */
export const dimensions = 64;

/** Words that are looked at, the most frequent ones of those that can tell something. */
export const mostVocabulary = 8192;

/** A word that stands in a larger share of the texts tells no topic: it holds sentences together. */
export const commonShare = 0.3;

/** A word in fewer texts than this joins nothing. */
export const fewestTexts = 2;

/** A title has no word that stands in fewer conversations: it must not show one person's name. */
export const fewestTitleTexts = 3;

/** Words of a title. */
export const titleWords = 3;

/** A text with fewer different telling words is too short to place. */
export const fewestWords = 2;

/** Among so many numbers of topics `auto` chooses: about a fifth more each time. */
export const autoTopics = [2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 24, 29, 35] as const;

/** `auto` takes the smallest number of topics whose silhouette is at least this share of the best one. */
export const autoTolerance = 0.97;

/** Rows on which `auto` tries each number, and rows on which the silhouette is measured (every pair of them is compared). */
export const autoRows = 4000;
export const silhouetteRows = 1000;

/** Rows that are laid out; each row after them stands among the nearest of these. Every pair is compared. */
export const layoutRows = 3000;
