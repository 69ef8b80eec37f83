/**
 * The role × act matrix: the one truth about who may do what. Tests enumerate it.
 * Project acts belong to a role in a project; instance acts to the instance administrator.
 */
export const projectRoles = ["viewer", "rater", "curator", "maintainer", "owner"] as const;
export type ProjectRole = (typeof projectRoles)[number];

/** The lowest role that may do the act; every role above it may, too. */
export const projectActs = {
  "project.read": "viewer",
  "dataset.read": "viewer",
  "run.read": "viewer",
  "model.read": "viewer",
  "compare.read": "viewer",
  "eval.read": "viewer",
  "gate.read": "viewer",
  "lineage.read": "viewer",
  "monitor.read": "viewer",
  "chat.use": "viewer",
  "feedback.give": "viewer",
  "label.read": "viewer",
  "label.work": "rater",
  "compare.vote": "rater",
  "play.use": "rater",
  "dataset.write": "curator",
  "label.manage": "curator",
  "compare.manage": "curator",
  "infer.run": "curator",
  "eval.run": "curator",
  "feedback.review": "curator",
  "run.cancel": "curator",
  "dataset.delete": "maintainer",
  "dataset.export": "curator",
  "model.export": "curator",
  "dataset.erase": "maintainer",
  "train.run": "maintainer",
  "model.write": "maintainer",
  "model.delete": "maintainer",
  "suite.write": "maintainer",
  "gate.run": "maintainer",
  "gate.sign": "maintainer",
  "deployment.promote": "maintainer",
  "deployment.manage": "maintainer",
  "policy.write": "owner",
  "upstream.manage": "maintainer",
  "audit.read": "maintainer",
  "key.manage": "maintainer",
  "member.manage": "owner",
  "project.manage": "owner",
  "project.delete": "owner",
} as const satisfies Record<string, ProjectRole>;

export type ProjectAct = keyof typeof projectActs;

export const instanceActs = [
  "instance.users",
  "instance.projects",
  "instance.status",
  "instance.audit",
  "instance.settings",
] as const;
export type InstanceAct = (typeof instanceActs)[number];

/** Whether `role` may do `act` in its project. No role, no act. */
export function roleMay(role: ProjectRole | undefined, act: ProjectAct): boolean {
  if (!role) return false;
  return projectRoles.indexOf(role) >= projectRoles.indexOf(projectActs[act]);
}

/** What a key may carry. `chat`, `preview` and `embed` reach the endpoint only; the others the API, too. */
export const keyScopes = ["chat", "preview", "embed", "read", "write", "manage"] as const;
export type KeyScope = (typeof keyScopes)[number];

const scopeCeiling: Record<KeyScope, ProjectRole | undefined> = {
  chat: undefined,
  preview: undefined,
  embed: undefined,
  read: "viewer",
  write: "curator",
  manage: "owner",
};

/** The highest role that a key with these scopes may act as: never above its creator's own role. */
export function keyRole(
  scopes: readonly KeyScope[],
  creatorRole: ProjectRole | undefined,
): ProjectRole | undefined {
  if (!creatorRole) return undefined;
  let ceiling = -1;
  for (const scope of scopes) {
    const role = scopeCeiling[scope];
    if (role) ceiling = Math.max(ceiling, projectRoles.indexOf(role));
  }
  return projectRoles[Math.min(ceiling, projectRoles.indexOf(creatorRole))];
}
